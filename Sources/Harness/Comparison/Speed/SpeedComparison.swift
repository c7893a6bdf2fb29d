import CalibrantEngine
import Foundation
import CalibrantONNXFormat

/// How fast the files of a comparison are beside the original.
///
/// A file and the original take turns, in rounds of which each gives a ratio: what a shared machine does for longer than a
/// round happens to both. Two networks are in memory at a time.
public struct SpeedComparison {
  public var choice: SpeedChoice
  public var isQuiet: Bool
  /// Makes a network ready to be timed.
  var prepare: Prepare

  typealias Prepare = (Program, any SampleSource, _ workers: Int) throws -> any TimedModel

  public init(_ choice: SpeedChoice, isQuiet: Bool) {
    self.init(choice, isQuiet: isQuiet) { try TimedSessions($0, on: $1, workers: $2) }
  }

  init(_ choice: SpeedChoice, isQuiet: Bool, prepare: @escaping Prepare) {
    (self.choice, self.isQuiet, self.prepare) = (choice, isQuiet, prepare)
  }

  /// - Parameters:
  ///   - folder: where the arms' files are.
  ///   - elsewhere: paths of other files, by content.
  ///   - elapsed: seconds that the comparison took so far.
  /// - Returns: the arms with their speed, each file measured once; as they are where there is no time for it.
  func measured<Answers>(
    _ arms: [MeasuredArm<Answers>], in folder: URL,
    _ elsewhere: [(sha256: String, path: String)] = [],
    beside original: LoadedModel, on images: some SampleSource, workers: Int, elapsed: Double
  ) throws -> [MeasuredArm<Answers>] {
    let files = arms.filter { $0.arm.kind != .original }.map(\.arm).files(in: folder, elsewhere)
    guard choice != .off, !files.isEmpty else { return arms }
    let (reference, preparing) = try Self.timed {
      try prepare(original.program(), images, workers)
    }
    guard
      let plan = SpeedPlan(
        choice, files: files.count, elapsed: elapsed, preparing: preparing,
        run: try Self.secondsPerRun(of: reference))
    else { return arms }
    var ratios: [String: MedianRatio] = [:]
    let progress = Progress("timing", total: files.count, isQuiet: isQuiet)
    for (done, file) in files.enumerated() {
      let model = try Model(contentsOf: file.path)
      let program = try Program(model, arithmetic: original.arithmetic)
      let other = try prepare(program, images, workers)
      ratios[file.sha256] = try Self.ratio(of: other, to: reference, plan)
      progress.advance(to: done + 1)
    }
    return arms.map { arm in
      var arm = arm
      arm.speed = arm.arm.sha256.flatMap { ratios[$0] }
      return arm
    }
  }

  static func ratio(
    of model: any TimedModel, to reference: any TimedModel, _ plan: SpeedPlan
  ) throws -> MedianRatio {
    MedianRatio(
      try (0..<plan.rounds).map { _ in
        let before = try reference.imagesPerSecond(runs: plan.runs)
        return try model.imagesPerSecond(runs: plan.runs) / before
      })
  }

  /// From as many runs as a clock can tell from the start of threads.
  private static func secondsPerRun(of model: any TimedModel) throws -> Double {
    var runs = 1
    while true {
      let (_, seconds) = try timed { try model.imagesPerSecond(runs: runs) }
      if seconds >= 0.01 || runs >= 1_000 { return seconds / Double(runs) }
      runs = min(1_000, Int(0.01 * Double(runs) / max(seconds, 1e-6)) + 1)
    }
  }

  private static func timed<Result>(_ work: () throws -> Result) rethrows -> (Result, Double) {
    let start = ContinuousClock.now
    let result = try work()
    return (result, (ContinuousClock.now - start).seconds)
  }
}

extension [Arm] {
  /// The files of arms, those of equal content once.
  fileprivate func files(
    in folder: URL, _ elsewhere: [(sha256: String, path: String)]
  ) -> [(path: String, sha256: String)] {
    var seen: Set<String> = []
    return compactMap { arm in
      guard let sha256 = arm.sha256,
        let path = arm.file.map({ folder.appending(path: $0).path })
          ?? elsewhere.first(where: { $0.sha256 == sha256 })?.path,
        seen.insert(sha256).inserted
      else { return nil }
      return (path, sha256)
    }
  }
}
