/// What others may rely on without knowing the operator: rewrites, which change graphs, and quantization.
///
/// Declared on the operator (`OperatorKernel.traits`, `EngineOperator.traits`). `OperatorTraitsTests` runs every operator to see that what it declares
/// holds, and that none that computes elementwise has forgotten to say so.
package struct OperatorTraits: Sendable {
  /// A constant input that quantization stores in few bits.
  package struct Weight: Sendable {
    /// Its position among the inputs.
    package let input: Int
    /// The axis that has one entry per output channel, by the node's attributes and the weight's rank; nil for forms whose
    /// output channels are not along one axis.
    package let outputAxis: @Sendable (_ attributes: Attributes, _ rank: Int) -> Int?

    init(input: Int, outputAxis: @escaping @Sendable (Attributes, Int) -> Int?) {
      (self.input, self.outputAxis) = (input, outputAxis)
    }
  }

  /// Whether each element of the only output is a function of the element at its place in the first input, and of inputs that
  /// hold one value for all: any layout will do.
  package var isElementwise = false
  /// Whether all outputs are elements of the first input, moved or selected, and runtimes move codes as they are: what
  /// comes out has the scale and zero point of what went in.
  package var movesValues = false
  /// f(s · x) = s · f(x) channel by channel, for s > 0.
  package var isPositivelyHomogeneous = false
  /// Whether outputs are indices, sizes, truth values or codes, whatever is read.
  package var yieldsNoFloats = false
  /// Whether the kernel applies `Node.activation`.
  package var fusesActivation = false
  /// Whether the kernel applies `Node.rounding`.
  package var fusesRounding = false
  package var weight: Weight?
  /// The mathematics of one element, in double precision, by the node's attributes; nil where nobody follows moments
  /// through it.
  package var function: (@Sendable (Attributes) -> @Sendable (Double) -> Double)?
}
