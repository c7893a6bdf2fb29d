extension OperatorRegistry {
  /// Every operator this engine runs. To add one: a file in a family's folder, and a line here.
  public static let standard = OperatorRegistry([
    // Activation
    Clip.self,
    Erf.self,
    HardSigmoid.self,
    HardSwish.self,
    LeakyRelu.self,
    Relu.self,
    Sigmoid.self,
    Softmax.self,
    Tanh.self,

    // ControlFlow
    If.self,

    // Convolution
    Conv.self,

    // Elementwise
    Abs.self,
    Add.self,
    Div.self,
    Equal.self,
    Exp.self,
    Max.self,
    Min.self,
    Mul.self,
    Neg.self,
    Pow.self,
    Sqrt.self,
    Sub.self,
    Where.self,

    // Linear
    Gemm.self,
    MatMul.self,

    // Normalization
    BatchNormalization.self,
    LayerNormalization.self,

    // Pooling
    AveragePool.self,
    GlobalAveragePool.self,
    GlobalMaxPool.self,
    MaxPool.self,

    // Quantization
    DequantizeLinear.self,
    QuantizeDequantize.self,
    QuantizeLinear.self,

    // Reduction
    ReduceMean.self,

    // Shape
    Cast.self,
    CastLike.self,
    Concat.self,
    Constant.self,
    ConstantOfShape.self,
    Dropout.self,
    Expand.self,
    Flatten.self,
    Gather.self,
    Identity.self,
    Pad.self,
    RangeOf.self,
    Reshape.self,
    ShapeOf.self,
    Size.self,
    Slice.self,
    Split.self,
    Squeeze.self,
    Transpose.self,
    Unsqueeze.self,
  ])
}
