import CalibrantLinearAlgebra

public typealias AxisMaxima = CalibrantLinearAlgebra.AxisMaxima
public typealias OutputParts = CalibrantLinearAlgebra.OutputParts
public typealias OutputPart = CalibrantLinearAlgebra.OutputPart

extension AxisMaxima {
  /// Takes the finite values of one image.
  ///
  /// - Precondition: the output has the shape.
  public mutating func add(_ output: OutputArray) {
    precondition(output.shape == shape, "maxima are of outputs of one shape")
    add(output.values[...])
  }
}
