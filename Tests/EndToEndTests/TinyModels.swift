import Foundation
import CalibrantONNXFormat

/// Models and arrays small enough to compute by hand.
enum TinyModels {
  /// `sum = x + bias; y = max(sum, 0)` on rows of `bias.count` values.
  static func addRelu(bias: [Float]) -> Model {
    let shape: [CalibrantONNXFormat.Dimension] = [.symbolic("N"), .fixed(bias.count)]
    return Model(
      graph: ModelGraph(
        name: "add-relu",
        nodes: [
          ModelNode("Add", name: "add", inputs: ["x", "bias"], outputs: ["sum"]),
          ModelNode("Relu", name: "relu", inputs: ["sum"], outputs: ["y"]),
        ],
        inputs: [ModelValue(name: "x", elementType: .float32, dimensions: shape)],
        outputs: [ModelValue(name: "y", elementType: .float32, dimensions: shape)],
        initializers: [
          ModelTensor(name: "bias", elementType: .float32, dims: [bias.count], values: bias)
        ]),
      opset: 17)
  }

  /// A `.npy` file of version 1.0, written by its specification.
  /// - Parameter shape: as Python spells the tuple.
  static func array(_ values: [Float], _ shape: String) -> Data {
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': \(shape), }"
    // NumPy leaves room for the first size to grow to 21 digits, then pads to 64 bytes with the newline.
    let firstDigits = shape.drop { $0 == "(" }.prefix { $0.isNumber }.count
    header += String(repeating: " ", count: 21 - firstDigits)
    let padding = 63 - (10 + header.utf8.count) % 64
    header += String(repeating: " ", count: padding) + "\n"
    var data = Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0])
    data += withUnsafeBytes(of: UInt16(header.utf8.count).littleEndian) { Data($0) }
    return data + Data(header.utf8) + values.withUnsafeBytes { Data($0) }
  }
}
