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

  public var text: String { "part \(index) of \(count)" }

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
