import Engine
import ONNXFormat

/// The image input of a vision model: N × C × H × W float32.
public struct ImageInput: Sendable, Hashable {
  public let name: String
  /// Set where the model takes only batches of one size.
  public let fixedBatch: Int?
  public let channels: Int
  /// nil where the model leaves it open.
  public let height: Int?
  public let width: Int?

  /// Sizes of one dimension of a batch of images; past them a file asks for more memory than there is.
  private static let sizes = 1...1 << 16

  /// - Throws: `HarnessError.notAnImageModel` where the model reads anything but one image tensor.
  public init(of program: Program) throws(HarnessError) {
    guard program.inputs.count == 1, let input = program.inputs.first else {
      let names = program.inputs.map(\.name).joined(separator: ", ")
      throw .notAnImageModel(reason: "it has \(program.inputs.count) inputs (\(names)), not one")
    }
    guard input.dtype == .float32 else {
      throw .notAnImageModel(
        reason: "its input '\(input.name)' is of type \(input.dtype), not float32")
    }
    let dims = input.dimensions ?? [.unknown, .fixed(3), .unknown, .unknown]
    guard dims.count == 4, dims[1].size == nil || dims[1].size == 3 else {
      let shape = dims.map(\.description).joined(separator: " × ")
      throw .notAnImageModel(
        reason:
          "its input '\(input.name)' has shape \(shape) where N × 3 × height × width is needed")
    }
    if let size = dims.compactMap(\.size).first(where: { !Self.sizes.contains($0) }) {
      throw .notAnImageModel(
        reason: "its input '\(input.name)' has a dimension of \(size), which no image batch has")
    }
    name = input.name
    fixedBatch = dims[0].size
    channels = 3
    height = dims[2].size
    width = dims[3].size
  }
}

extension Dimension {
  /// The size, where it is fixed.
  public var size: Int? { if case .fixed(let size) = self { size } else { nil } }
}
