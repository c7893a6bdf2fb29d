/// Samples a model can run on, each C × H × W floats, in a fixed order.
public protocol SampleSource: Sendable {
  var count: Int { get }
  /// C, H, W of every sample.
  var sampleShape: [Int] { get }
  /// Writes sample `index`; safe to call from several threads.
  func write(_ index: Int, into values: UnsafeMutableBufferPointer<Float>) throws
  /// What errors call a sample.
  func name(of index: Int) -> String
}

extension SampleSource {
  public var sampleSize: Int { sampleShape.reduce(1, *) }
  public func name(of index: Int) -> String { "sample \(index)" }
}
