import CalibrantEngine

/// Samples in an order their contents decide, so that neither file names nor the order of a list matter.
public struct CanonicalOrder<Source: SampleSource>: SampleSource {
  private let source: Source
  private let order: [Int]
  /// A digest of all contents that adds up over shards (`DigestSum`).
  public let digest: String
  /// Of the contents, in this order.
  let hashes: [String]

  /// - Parameter hashes: a content hash per sample.
  public init(_ source: Source, hashes: [String]) {
    precondition(hashes.count == source.count, "every sample has a content hash")
    self.source = source
    let order = hashes.indices.sorted { (hashes[$0], $0) < (hashes[$1], $1) }
    self.order = order
    self.hashes = order.map { hashes[$0] }
    digest = DigestSum(of: hashes).text
  }

  public var count: Int { source.count }
  public var sampleShape: [Int] { source.sampleShape }
  public var isUniform: Bool { source.isUniform }

  public func shape(of index: Int) -> [Int] { source.shape(of: order[index]) }

  public func name(of index: Int) -> String { source.name(of: order[index]) }

  public var arrayForm: ArrayForm? { source.arrayForm }

  public func inputs(of samples: [Int]) throws -> [Tensor] {
    try source.inputs(of: samples.map { order[$0] })
  }

  public func write(_ index: Int, into values: UnsafeMutableBufferPointer<Float>) throws {
    try source.write(order[index], into: values)
  }
}
