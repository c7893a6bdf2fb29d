import CalibrantEngine
import CalibrantONNXFormat
import Testing

@testable import CalibrantHarness

@Suite struct ScoreOutputTests {
  private func output(
    _ nodes: [ModelNode], _ outputs: [(String, [CalibrantONNXFormat.Dimension])],
    named: String? = nil
  ) throws -> ScoreOutput {
    var model = SmallClassifier.model()
    var graph = model.graph
    graph.nodes += nodes
    graph.outputs = outputs.map {
      ModelValue(name: $0.0, elementType: .float32, dimensions: $0.1)
    }
    model.graph = graph
    let program = try Program(model)
    return try ScoreOutput(of: model, program, ImageInput(of: program), named: named)
  }

  private let relu = ModelNode("Relu", name: "other", inputs: ["r"], outputs: ["features"])

  @Test func theFirstThatLooksLikeScoresIsRanked() throws {
    // Shapes are not declared, so they are inferred: N × 2 × 2 × 2 and N × 4.
    let unknown: [CalibrantONNXFormat.Dimension] = [.unknown, .unknown, .unknown, .unknown]
    let chosen = try output(
      [relu], [("features", unknown), ("scores", [.symbolic("N"), .unknown])])
    #expect(chosen.name == "scores" && chosen.classes == 4 && chosen.kind == .classes)
    #expect(chosen.notes.count == 1 && chosen.notes[0].contains("'features'"))
  }

  @Test func aNameChooses() throws {
    let declared: [(String, [CalibrantONNXFormat.Dimension])] = [
      ("scores", [.symbolic("N"), .fixed(4)]), ("more", [.symbolic("N"), .fixed(4)]),
    ]
    let more = ModelNode("Relu", name: "more", inputs: ["scores"], outputs: ["more"])
    #expect(try output([more], declared).name == "scores")
    #expect(try output([more], declared, named: "more").name == "more")
    let error = #expect(throws: HarnessError.self) { try output([more], declared, named: "no") }
    #expect("\(error!)" == "the model has no output 'no'; it has 'scores', 'more'")
  }

  @Test func oneNumberIsTwoClasses() throws {
    let mean = ModelNode(
      "ReduceMean", name: "mean", inputs: ["scores"], outputs: ["z"],
      attributes: ["axes": .ints([1]), "keepdims": .int(1)])
    let sigmoid = ModelNode("Sigmoid", name: "sigmoid", inputs: ["z"], outputs: ["p"])
    let flat = ModelNode("Flatten", name: "flatten", inputs: ["p"], outputs: ["q"])
    let one: [CalibrantONNXFormat.Dimension] = [.symbolic("N"), .fixed(1)]
    let probability = try output([mean, sigmoid, flat], [("q", one)])
    #expect(probability.kind == .probability && probability.classes == 2)
    #expect(probability.scores([0.25, 0.5]) == [0.75, 0.25, 0.5, 0.5])
    let logit = try output([mean], [("z", one)])
    #expect(logit.kind == .logit && logit.scores([-1, 2]) == [0, -1, 0, 2])
  }
}
