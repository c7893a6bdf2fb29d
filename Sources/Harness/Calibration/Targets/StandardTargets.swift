/// Every `--target`: to add a runtime, add its rules here.
public enum StandardTargets {
  public static let all: [RuntimeTarget] = [onnxRuntime, openVINO, tensorRT, qnn]

  public static var names: [String] { all.map(\.name) }

  public static func named(_ name: String) -> RuntimeTarget? { all.first { $0.name == name } }

  /// Its integer kernels (QLinearConv, MatMulInteger) read weights of 8 bits: measured with 1.32, ResNet-20 as w4a8 takes 0.5 ms
  /// with codes in int8 and 2.0 ms with INT4, whose layers it computes in float.
  /// https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html
  static let onnxRuntime = RuntimeTarget(
    name: "onnxruntime", title: "ONNX Runtime", activations: nil, symmetricWeights: [],
    packedWeights: .weightOnly, blocks: .weightOnly, readsIntegerBiases: true,
    perTensorOperators: [], limits: [])

  /// Low-precision transformations put layers on int8 whose weights are signed and symmetric; weight-only files are decompressed, with zero
  /// points as well, from int8 or INT4 (DequantizeLinear of opset 21, openvino pull request 26915).
  /// https://docs.openvino.ai/latest/openvino_docs_OV_UG_lpt.html
  /// https://github.com/openvinotoolkit/nncf/blob/develop/docs/usage/post_training_compression/post_training_quantization/Usage.md
  static let openVINO = RuntimeTarget(
    name: "openvino", title: "OpenVINO", activations: nil, symmetricWeights: .integer,
    packedWeights: .weightOnly, blocks: .weightOnly, readsIntegerBiases: true,
    perTensorOperators: [], limits: [])

  /// Values are signed and quantization symmetric; INT4 is for weight-only matrix products in blocks; DequantizeLinear of an int32 bias is
  /// refused ("only activation types allowed as input to this layer").
  /// https://docs.nvidia.com/deeplearning/tensorrt/latest/inference-library/work-quantized-types.html
  /// https://nvidia.github.io/Model-Optimizer/reference/generated/modelopt.onnx.quantization.int4.html
  /// https://github.com/microsoft/onnxruntime/issues/14229, https://github.com/NVIDIA/TensorRT/issues/3360
  static let tensorRT = RuntimeTarget(
    name: "tensorrt", title: "TensorRT", activations: .symmetricInt8, symmetricWeights: .all,
    packedWeights: [], blocks: .weightOnly, readsIntegerBiases: false, perTensorOperators: [],
    limits: [
      (
        .weightOnly,
        "TensorRT computes weight-only layers in float: such a file is smaller, and no faster than 16 bits"
      )
    ])

  /// Activations are uint8 with a zero point, weights signed and symmetric, per channel in convolutions alone ("QNN does not support
  /// per-channel MatMul"), INT4 per channel (onnxruntime pull request 21171); blocks need activations of 16 bits (onnxruntime-qnn issue 650).
  /// https://onnxruntime.ai/docs/execution-providers/QNN-ExecutionProvider.html
  /// https://github.com/microsoft/onnxruntime/blob/main/onnxruntime/python/tools/quantization/execution_providers/qnn/quant_config.py
  static let qnn = RuntimeTarget(
    name: "qnn", title: "QNN", activations: .asymmetricUInt8, symmetricWeights: .all,
    packedWeights: .all, blocks: [], readsIntegerBiases: true,
    perTensorOperators: ["MatMul", "Gemm"],
    limits: [
      (
        .weightOnly,
        "QNN's HTP computes what has float activations in 16 bits or not at all: quantize them, too (--activations int8, w8a8)"
      )
    ])
}
