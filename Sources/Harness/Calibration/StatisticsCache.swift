import Foundation
import CalibrantONNXFormat
import CalibrantQuantization

/// Observing once: statistics are read from a file that matches, or gathered and then written there.
public struct StatisticsCache: Sendable {
  /// nil keeps nothing.
  public let path: String?

  public init(path: String?) { self.path = path }

  /// - Throws: `HarnessError.statisticsMismatch` where the file is of another model, preparation or data.
  public func observations(
    from source: StatisticsSource, targets: [ActivationTensor],
    observe: () throws -> Observations
  ) throws -> Observations {
    if let path, FileManager.default.fileExists(atPath: path) {
      return try read(path, source, targets)
    }
    let observations = try observe()
    if let path {
      let file = StatisticsFile(source: source, tensors: observations.statistics)
      try AtomicFile.write(try file.encoded(), to: path)
    }
    return observations
  }

  private func read(
    _ path: String, _ source: StatisticsSource, _ targets: [ActivationTensor]
  ) throws -> Observations {
    let file = try StatisticsFile.load(from: path)
    var differences = file.source.differences(from: source)
    let perChannel = Set(targets.filter(\.mayBePerChannel).map(\.name))
    if file.tensors.contains(where: { name, statistics in
      perChannel.contains(name) && statistics.detail != .histograms
    }) {
      differences.append("statistics per channel")
    }
    guard differences.isEmpty else {
      throw HarnessError.statisticsMismatch(path: path, differences: differences)
    }
    return Observations(
      statistics: file.tensors, notFloat: targets.map(\.name).filter { file.tensors[$0] == nil },
      sampleCount: source.sampleCount, seconds: 0)
  }
}
