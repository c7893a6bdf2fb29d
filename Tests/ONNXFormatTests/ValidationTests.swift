import Foundation
import Testing

@testable import ONNXFormat

/// Every structural problem is found and named.
@Suite struct ValidationTests {
  private func problems(_ change: (inout Model) -> Void) -> [StructuralProblem] {
    var model = ModelFileTests.model()
    change(&model)
    do {
      try model.validate()
      return []
    } catch {
      if case .invalid(let problems) = error { return problems }
      return []
    }
  }

  @Test func aSoundModelHasNone() { #expect(problems { _ in } == []) }

  @Test func anInputThatNothingDefines() {
    #expect(
      problems { $0.proto.graph.node[0].input = ["gone"] }
        == [.undefinedInput(node: "relu", input: "gone")])
  }

  @Test func aCycle() {
    #expect(
      problems { $0.proto.graph.node[0].input = ["y"] }
        == [.notTopological(node: "relu", input: "y")])
  }

  @Test func aValueDefinedTwice() {
    #expect(
      problems { $0.proto.graph.node[1].output = ["h"] }
        == [.duplicateDefinition(value: "h"), .undefinedOutput(output: "y")])
  }

  @Test func aDomainThatIsNotImported() {
    #expect(
      problems { $0.proto.opsetImport.removeLast() }
        == [.noOpsetImport(domain: "com.example", node: "s")])
  }

  @Test func noGraph() { #expect(problems { $0.proto.clearGraph() } == [.noGraph]) }

  @Test(arguments: [
    ([2, 4], "holds 24 bytes"), ([-1, 3], "negative"), ([1 << 40, 1 << 40], "overflow"),
  ])
  func aTensorThatIsNotWhatItsShapeSays(dims: [Int64], words: String) throws {
    let found = problems { $0.proto.graph.initializer[0].dims = dims }
    let problem = try #require(found.first)
    #expect("\(problem)".contains(words))
    #expect("\(problem)".contains("'w'"))
  }
}
