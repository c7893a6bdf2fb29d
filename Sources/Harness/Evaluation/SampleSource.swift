/// Samples a model can run on, each C × H × W floats, in a fixed order.
public protocol SampleSource: Sendable {
  var count: Int { get }
  /// C, H, W of every sample; of the widest where they differ.
  var sampleShape: [Int] { get }
  /// Whether all samples have one shape. Otherwise each is run on its own.
  var isUniform: Bool { get }
  /// C, H, W of one sample.
  func shape(of index: Int) -> [Int]
  /// Writes sample `index`; safe to call from several threads.
  func write(_ index: Int, into values: UnsafeMutableBufferPointer<Float>) throws
  /// What errors call a sample.
  func name(of index: Int) -> String
}

extension SampleSource {
  public var sampleSize: Int { sampleShape.reduce(1, *) }
  public var isUniform: Bool { true }
  public func shape(of index: Int) -> [Int] { sampleShape }
  public func name(of index: Int) -> String { "sample \(index)" }
}
