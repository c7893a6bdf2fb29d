extension OperatorRegistry {
  /// Every operator this engine runs. To add one: a file in a family's folder, and a line here.
  public static let standard = OperatorRegistry([
    Relu.self
  ])
}
