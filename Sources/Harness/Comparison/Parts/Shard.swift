import Foundation

/// One of several parts that a data set is cut into.
public struct Shard: Codable, Hashable, Sendable {
  /// From 1.
  public let index: Int
  public let count: Int

  /// - Precondition: an index of 1...count.
  public init(_ index: Int, of count: Int) {
    precondition((1...count).contains(index), "a shard is one of its count")
    (self.index, self.count) = (index, count)
  }

  public static let all = Shard(1, of: 1)

  /// `part-00003-of-00008.json`
  public var fileName: String { "part-\(Self.padded(index))-of-\(Self.padded(count)).json" }

  /// The shard that a file's name says.
  init?(fileName: String) {
    let numbers = fileName.split { !$0.isNumber }.compactMap { Int($0) }
    guard numbers.count == 2, numbers[1] >= 1, (1...numbers[1]).contains(numbers[0]) else {
      return nil
    }
    self.init(numbers[0], of: numbers[1])
    guard self.fileName == fileName else { return nil }
  }

  public var text: String { "part \(index) of \(count)" }

  /// The files of all parts that a folder holds, each once, in order.
  ///
  /// - Parameter count: how many parts a file says there are.
  static func files(in folder: String, count: (String) throws -> Int) throws -> [String] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
      $0.hasPrefix("part-") && $0.hasSuffix(".json")
    }.sorted()
    guard let first = names.first else {
      throw HarnessError.badResult(
        path: folder, reason: "it holds no parts; --shard writes them")
    }
    let count = max(try count("\(folder)/\(first)"), 1)
    let wanted = (1...count).map { Shard($0, of: count) }
    if let missing = wanted.first(where: { !names.contains($0.fileName) }) {
      throw HarnessError.badResult(path: folder, reason: "\(missing.text) is missing")
    }
    let known = Set(wanted.map(\.fileName))
    if let foreign = names.first(where: { !known.contains($0) }) {
      throw HarnessError.badResult(
        path: "\(folder)/\(foreign)", reason: "it is of another cut than \(first)")
    }
    return wanted.map { "\(folder)/\($0.fileName)" }
  }

  private static func padded(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
  }

  /// Its images among all: whole blocks in turn, so that every image shares a run with the same neighbours as on one machine.
  ///
  /// - Parameter block: a multiple of the images that share a run.
  public func indices(of imageCount: Int, block: Int) -> [Int] {
    stride(from: (index - 1) * block, to: imageCount, by: count * block).flatMap { start in
      start..<min(start + block, imageCount)
    }
  }
}

extension Shard {
  /// Images that are never parted: every unit that a model may run at a time divides it.
  public static func block(for input: ImageInput) -> Int { input.fixedBatch ?? 16 }
}
