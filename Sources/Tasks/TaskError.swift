/// Why a task cannot read what a network or a label says.
public enum TaskError: Error, Hashable, Sendable {
  /// The model gives fewer outputs than the task reads.
  case missingOutput(index: Int, count: Int)
  /// `expected` names the axes, as in "N x C x H x W".
  case wrongShape(shape: [Int], expected: String)
}

extension TaskError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missingOutput(let index, let count):
      "output \(index + 1) is read, but the model has \(count)"
    case .wrongShape(let shape, let expected):
      "an output of \(shape.map(String.init).joined(separator: " x ")) is not \(expected)"
    }
  }
}
