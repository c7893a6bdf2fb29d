extension OperatorRegistry {
  /// Every operator this engine runs. To add one: a file in a family's folder, and a line here.
  public static let standard = OperatorRegistry([
    // Activation
    Clip.self,
    Relu.self,
    Softmax.self,

    // Convolution
    Conv.self,

    // Elementwise
    Add.self,
    Div.self,
    Mul.self,
    Sub.self,

    // Linear
    Gemm.self,
    MatMul.self,

    // Normalization
    BatchNormalization.self,

    // Pooling
    AveragePool.self,
    GlobalAveragePool.self,
    MaxPool.self,

    // Quantization
    DequantizeLinear.self,
    QuantizeDequantize.self,
    QuantizeLinear.self,

    // Shape
    Cast.self,
    Concat.self,
    Constant.self,
    Dropout.self,
    Flatten.self,
    Gather.self,
    Identity.self,
    Pad.self,
    Reshape.self,
    ShapeOf.self,
    Slice.self,
    Squeeze.self,
    Transpose.self,
    Unsqueeze.self,
  ])
}
