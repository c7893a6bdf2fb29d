import CalibrantEngine
import CalibrantONNXFormat

/// The image input of a vision model: one tensor of images, channels first or last, as floats or as bytes.
public struct ImageInput: Sendable, Hashable {
  public enum Layout: Sendable, Hashable { case channelsFirst, channelsLast }

  public let name: String
  /// Set where the model takes only batches of one size; 1 where it has no batch axis.
  public let fixedBatch: Int?
  public let hasBatchAxis: Bool
  public let layout: Layout
  /// Whether it takes pixels 0…255 as they are: its normalisation is inside.
  public let readsBytes: Bool
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
      throw .notAnImageModel(
        reason:
          "it has \(program.inputs.count) inputs (\(names)), not one; arrays can be given for each, as NAME=FILE"
      )
    }
    guard input.dtype == .float32 || input.dtype == .uint8 else {
      throw .notAnImageModel(
        reason: "its input '\(input.name)' is of type \(input.dtype), neither float32 nor uint8")
    }
    let declared = input.dimensions ?? [.unknown, .fixed(3), .unknown, .unknown]
    let dims = declared.map(\.size)
    let image = Array(dims.suffix(3))
    guard dims.count == 4 || (dims.count == 3 && (Self.isFew(image[0]) || Self.isFew(image[2])))
    else {
      let shape = declared.map(\.description).joined(separator: " × ")
      throw .notAnImageModel(
        reason:
          "its input '\(input.name)' has shape \(shape) where N × channels × height × width, or "
          + "channels last, is needed")
    }
    if let size = dims.compactMap(\.self).first(where: { !Self.sizes.contains($0) }) {
      throw .notAnImageModel(
        reason: "its input '\(input.name)' has a dimension of \(size), which no image batch has")
    }
    name = input.name
    readsBytes = input.dtype == .uint8
    hasBatchAxis = dims.count == 4
    fixedBatch = hasBatchAxis ? dims[0] : 1
    layout = Self.layout(image)
    let isFirst = layout == .channelsFirst
    channels = (isFirst ? image[0] : image[2]) ?? 3
    (height, width) = isFirst ? (image[1], image[2]) : (image[0], image[1])
  }

  /// So few values along an axis are channels, of grey, colour or colour with transparency.
  private static func isFew(_ size: Int?) -> Bool { size.map { (1...4).contains($0) } ?? false }

  /// Where both ends could count channels, grey and colour come before transparency.
  private static func layout(_ image: [Int?]) -> Layout {
    func isUsual(_ size: Int?) -> Bool { size == 1 || size == 3 }
    if isUsual(image[0]) || isUsual(image[2]) {
      return isUsual(image[0]) ? .channelsFirst : .channelsLast
    }
    return !isFew(image[0]) && isFew(image[2]) ? .channelsLast : .channelsFirst
  }

  /// The type of a batch of samples of C × H × W.
  func type(rows: Int, of sample: [Int]) -> TensorType {
    let image = layout == .channelsFirst ? sample : [sample[1], sample[2], sample[0]]
    return TensorType(readsBytes ? .uint8 : .float32, Shape((hasBatchAxis ? [rows] : []) + image))
  }

  /// Samples of C × H × W floats as the model reads them.
  func tensor(_ values: [Float], rows: Int, of sample: [Int]) -> Tensor {
    let type = type(rows: rows, of: sample)
    let ordered = layout == .channelsFirst ? values : Self.channelsLast(values, rows, sample)
    guard readsBytes else { return Tensor(ordered, shape: type.shape) }
    let bytes = ordered.map { UInt8(min(max($0.rounded(), 0), 255)) }
    return Tensor(bytes, shape: type.shape)
  }

  private static func channelsLast(_ values: [Float], _ rows: Int, _ sample: [Int]) -> [Float] {
    let (channels, pixels) = (sample[0], sample[1] * sample[2])
    var result = values
    for row in 0..<rows {
      let start = row * channels * pixels
      for channel in 0..<channels {
        for pixel in 0..<pixels {
          result[start + pixel * channels + channel] = values[start + channel * pixels + pixel]
        }
      }
    }
    return result
  }
}

extension Dimension {
  /// The size, where it is fixed.
  public var size: Int? { if case .fixed(let size) = self { size } else { nil } }
}
