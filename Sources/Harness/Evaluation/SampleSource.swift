import CalibrantEngine

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
  /// How samples make the inputs of a model that reads anything but one image; nil where they are images.
  var arrayForm: ArrayForm? { get }
  /// What `arrayForm` has, of these samples.
  func inputs(of samples: [Int]) throws -> [Tensor]
}

extension SampleSource {
  public var sampleSize: Int { sampleShape.reduce(1, *) }
  public var isUniform: Bool { true }
  public func shape(of index: Int) -> [Int] { sampleShape }
  public func name(of index: Int) -> String { "sample \(index)" }
  public var arrayForm: ArrayForm? { nil }
  public func inputs(of samples: [Int]) throws -> [Tensor] {
    preconditionFailure("images make their input themselves")
  }
}
