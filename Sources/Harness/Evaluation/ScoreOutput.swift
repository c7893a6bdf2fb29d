import CalibrantEngine
import CalibrantONNXFormat

/// The output of a model that is ranked, and what its numbers are.
public struct ScoreOutput: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    /// A score per class.
    case classes
    /// One number: the probability of class 1 of two.
    case probability
    /// One number: the logit of class 1 of two.
    case logit
  }

  public let name: String
  public let kind: Kind
  /// How many classes it scores; nil where only a run tells.
  public let classes: Int?
  /// What a user should know of the choice, one sentence each.
  let notes: [String]

  /// - Parameters:
  ///   - input: nil where the model reads no images; shapes are then those that the file declares.
  ///   - name: the output to rank; without one it is the first that holds one row of class scores per image,
  ///   as far as shapes tell.
  /// - Throws: `HarnessError.noSuchOutput` where the model has no such output.
  init(
    of model: Model, _ program: Program, _ input: ImageInput?, named name: String?
  ) throws(HarnessError) {
    let counts = Self.classCounts(of: model, program, input)
    let names = program.outputNames
    let index = name.map { names.firstIndex(of: $0) } ?? counts.firstIndex { $0 != nil } ?? 0
    guard let index else { throw .noSuchOutput(name: name ?? "", outputs: names) }
    self.name = names[index]
    kind = counts[index] == 1 ? Self.kind(ofOne: names[index], in: model) : .classes
    classes = kind == .classes ? counts[index] : 2
    notes = Self.note(onChoiceOf: index, names, counts) + Self.note(on: kind, names[index])
  }

  private static func note(
    onChoiceOf index: Int, _ names: [String], _ counts: [Int?]
  ) -> [String] {
    guard names.count > 1 else { return [] }
    let described = zip(names, counts).map { name, count in
      "'\(name)'" + (count.map { " (\(ReportText.count($0, "score")))" } ?? "")
    }
    let others = described.indices.filter { $0 != index }.map { described[$0] }
    return [
      "output \(described[index]) is ranked, not \(others.joined(separator: ", ")); --output NAME chooses"
    ]
  }

  private static func note(on kind: Kind, _ name: String) -> [String] {
    switch kind {
    case .classes: []
    case .probability:
      ["output '\(name)' is one number per image: the probability of class 1 of two, from 0.5 on"]
    case .logit:
      [
        "output '\(name)' is one number per image and no Sigmoid makes it: taken as the logit of class 1 of two, "
          + "from 0 on"
      ]
    }
  }
}

extension ScoreOutput {
  /// Scores of both classes where the output is one number per image; others as they are.
  func scores(_ values: [Float]) -> [Float] {
    switch kind {
    case .classes: values
    case .probability: values.flatMap { [1 - $0, $0] }
    case .logit: values.flatMap { [0, $0] }
    }
  }

  /// By output, the number of classes where its shape is N × classes, with trailing axes of size 1; nil elsewhere.
  private static func classCounts(
    of model: Model, _ program: Program, _ input: ImageInput?
  ) -> [Int?] {
    let hasRows = input?.hasBatchAxis ?? true
    let declared = Dictionary(
      model.graph.outputs.map { ($0.name, $0.dimensions) }, uniquingKeysWith: { a, _ in a })
    let shapes = program.outputNames.map { declared[$0]??.map(\.size) }
    if shapes.allSatisfy({ $0?.dropFirst().allSatisfy { $0 != nil } ?? false }) {
      return shapes.map { classCount($0 ?? [], hasRows) }
    }
    let sample = input.flatMap { input in
      (try? input.sides(in: program)).map { size in
        input.type(rows: input.fixedBatch ?? 1, of: [input.channels, size.height, size.width])
      }
    }
    guard let sample, let types = try? program.outputTypes([sample]), types.count == shapes.count
    else {
      return shapes.map { classCount($0 ?? [], hasRows) }
    }
    return types.map { $0.dtype == .float32 ? classCount($0.shape.dims, hasRows) : nil }
  }

  /// - Parameter hasRows: false where the model has no batch axis, and its scores neither.
  private static func classCount(_ dims: [Int?], _ hasRows: Bool) -> Int? {
    if dims.count == 1, !hasRows { return dims[0] }
    guard dims.count >= 2, dims[2...].allSatisfy({ $0 == 1 }) else { return nil }
    return dims[1]
  }

  /// Whether a Sigmoid makes the output's one number.
  private static func kind(ofOne name: String, in model: Model) -> Kind {
    let maker = Graph(model).maker(of: name, through: transparent)
    return ["Sigmoid", "HardSigmoid"].contains(maker) ? .probability : .logit
  }

  /// What moves or rounds numbers.
  static let transparent: Set<String> = [
    "Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Cast", "QuantizeLinear",
    "DequantizeLinear",
  ]
}
