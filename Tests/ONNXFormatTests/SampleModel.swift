import Foundation

@testable import CalibrantONNXFormat

/// A small valid model: y = Relu(x + bias), and a node of a domain that nothing here knows.
enum SampleModel {
  static func make() -> Model {
    let x = ModelValue(name: "x", elementType: .float32, dimensions: [.symbolic("N"), .fixed(3)])
    let y = ModelValue(name: "y", elementType: .float32, dimensions: [.unknown, .fixed(3)])
    var model = Model(
      graph: ModelGraph(
        name: "sample",
        nodes: [
          ModelNode("Add", name: "add", inputs: ["x", "bias"], outputs: ["sum"]),
          ModelNode(
            "Rotate", name: "odd", inputs: ["sum"], outputs: ["turned"], domain: "com.example",
            attributes: ["angle": .float(0.5), "labels": .strings(["a", "ü"])]),
          ModelNode("Relu", name: "relu", inputs: ["turned"], outputs: ["y"]),
        ], inputs: [x], outputs: [y],
        initializers: [
          ModelTensor(name: "bias", elementType: .float32, dims: [3], values: [Float(1), 2, 3])
        ]), opset: 13)
    var domain = Onnx_OperatorSetIdProto()
    domain.domain = "com.example"
    domain.version = 2
    model.proto.opsetImport.append(domain)
    return model
  }

  /// `make()` with its protobuf message changed.
  static func edited(_ edit: (inout Onnx_ModelProto) -> Void) -> Model {
    var model = make()
    edit(&model.proto)
    return model
  }
}
