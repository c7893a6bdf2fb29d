import LinearAlgebra

public typealias AxisMaxima = LinearAlgebra.AxisMaxima
public typealias OutputParts = LinearAlgebra.OutputParts
public typealias OutputPart = LinearAlgebra.OutputPart

extension AxisMaxima {
  /// Takes the finite values of one image.
  ///
  /// - Precondition: the output has the shape.
  public mutating func add(_ output: OutputArray) {
    precondition(output.shape == shape, "maxima are of outputs of one shape")
    add(output.values[...])
  }
}
