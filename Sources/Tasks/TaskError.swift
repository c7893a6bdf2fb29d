/// Why a task cannot read what a network or a label says.
public enum TaskError: Error, Hashable, Sendable {
  /// The model gives fewer outputs than the task reads.
  case missingOutput(index: Int, count: Int)
  /// `expected` names the axes, as in "N x C x H x W".
  case wrongShape(shape: [Int], expected: String)
  /// Outputs that several of the decoders read, or none.
  case ambiguousDetector(shapes: [[Int]], candidates: [String])
  /// A label names a class that the network does not have.
  case unknownClass(Int, classCount: Int)
  /// A label map holds something that is no class.
  case notALabel(Float)
  /// A network tells as many classes apart as its dictionary has symbols, and the blank.
  case wrongDictionary(symbols: Int, classes: Int)
  case emptyDictionary
  case invalidUTF8(line: Int)
}

extension TaskError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missingOutput(let index, let count):
      "output \(index + 1) is read, but the model has \(count)"
    case .wrongShape(let shape, let expected):
      "an output of \(Self.text(shape)) is not \(expected)"
    case .ambiguousDetector(let shapes, let candidates):
      "outputs of \(shapes.map(Self.text).joined(separator: " and ")) "
        + (candidates.isEmpty
          ? "are those of no detector that is known"
          : "may be those of \(candidates.joined(separator: " or "))")
        + ": say which with --boxes"
    case .unknownClass(let index, let count):
      "a label is class \(index), but the model tells classes 0 to \(count - 1) apart"
    case .notALabel(let value):
      "the model's label map holds \(value), which is no class"
    case .wrongDictionary(let symbols, let classes):
      "the dictionary has \(symbols) symbols, with the blank \(symbols + 1) classes, but the model has \(classes)"
    case .emptyDictionary:
      "the dictionary has no symbols"
    case .invalidUTF8(let line):
      "line \(line) of the dictionary is not UTF-8"
    }
  }

  private static func text(_ shape: [Int]) -> String {
    shape.map(String.init).joined(separator: " x ")
  }
}
