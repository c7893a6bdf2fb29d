import Foundation
import Testing

@testable import CalibrantONNXFormat

@Suite struct ValidationTests {
  static func problems(_ edit: (inout Onnx_ModelProto) -> Void) -> [StructuralProblem] {
    do {
      try SampleModel.edited(edit).validate()
      return []
    } catch {
      guard case .invalid(let problems) = error else { return [] }
      return problems
    }
  }

  @Test func aValidModelHasNone() { #expect(Self.problems { _ in }.isEmpty) }

  @Test func whatTheModelLacks() {
    #expect(Self.problems { $0.clearGraph() } == [.noGraph])
    #expect(Self.problems { $0.graph.output = [] } == [.noOutputs])
    #expect(
      Self.problems { $0.opsetImport.removeLast() }
        == [.noOpsetImport(domain: "com.example", node: "odd")])
    #expect(Self.problems { $0.opsetImport = [] }.first == .noOpsets)
    #expect(
      Self.problems { $0.opsetImport.removeFirst() } == [
        .noOpsetImport(domain: "ai.onnx", node: "add"),
        .noOpsetImport(domain: "ai.onnx", node: "relu"),
      ])
  }

  @Test func theStandardDomainHasTwoNames() {
    #expect(Self.problems { $0.opsetImport[0].domain = "ai.onnx" }.isEmpty)
  }

  @Test func valuesAreDefinedBeforeUse() {
    #expect(
      Self.problems { $0.graph.node[0].input[1] = "gone" }
        == [.undefinedInput(node: "add", input: "gone")])
    #expect(
      Self.problems { $0.graph.node.swapAt(0, 1) } == [.notTopological(node: "odd", input: "sum")])
    #expect(
      Self.problems { $0.graph.node[0].input[1] = "y" }
        == [.notTopological(node: "add", input: "y")])
    #expect(
      Self.problems { $0.graph.output[0].name = "z" } == [.undefinedOutput(output: "z")])
  }

  @Test func valuesAreDefinedOnce() {
    #expect(
      Self.problems { $0.graph.node[2].output.append("sum") }
        == [.duplicateDefinition(value: "sum")])
    #expect(
      Self.problems { $0.graph.input.append($0.graph.input[0]) }
        == [.duplicateDefinition(value: "x")])
    #expect(
      Self.problems { $0.graph.initializer.append($0.graph.initializer[0]) }
        == [.duplicateDefinition(value: "bias")])
    #expect(
      Self.problems { $0.graph.node[0].output.append("bias") }
        == [.duplicateDefinition(value: "bias")])
  }

  @Test func anInitializerMayBeAnInputsDefault() {
    #expect(
      Self.problems {
        $0.graph.input.append(
          ModelValue(name: "bias", elementType: .float32, dimensions: [.fixed(3)]).proto)
      }.isEmpty)
  }

  @Test func nodesAreComplete() {
    #expect(Self.problems { $0.graph.node[1].opType = "" } == [.nodeWithoutOperator(node: "odd")])
    #expect(
      Self.problems {
        $0.graph.node[2].input = ["sum"]
        $0.graph.node[1].output = []
      } == [.nodeWithoutOutputs(node: "odd")])
    #expect(
      Self.problems { $0.graph.node[1].attribute.append($0.graph.node[1].attribute[0]) }
        == [.duplicateAttribute(node: "odd", attribute: "angle")])
    #expect(
      Self.problems { $0.graph.input.append(Onnx_ValueInfoProto()) }
        == [.unnamedValue(role: "input")])
    #expect(
      Self.problems { $0.graph.output.append(Onnx_ValueInfoProto()) }
        == [.unnamedValue(role: "output")])
  }

  @Test(arguments: [
    ([Int64(-3)], "negative dimension -3"), ([1 << 40, 1 << 40], "its dimensions overflow"),
    ([4], "holds 12 bytes where shape [4] of float32 needs 16"),
    ([], "holds 12 bytes where shape [] of float32 needs 4"),
  ]) func tensorsHoldWhatTheirShapeSays(dims: [Int64], reason: String) {
    #expect(
      Self.problems { $0.graph.initializer[0].dims = dims }
        == [.badTensor(name: "bias", reason: reason)])
  }

  @Test func elementTypesAreKnown() {
    #expect(
      Self.problems { $0.graph.initializer[0].dataType = 99 }
        == [.badTensor(name: "bias", reason: "unknown element type 99")])
  }

  @Test func tensorsInAttributesAreCheckedToo() {
    #expect(
      Self.problems {
        var tensor = $0.graph.initializer[0]
        tensor.dims = [2]
        $0.graph.node[1].attribute.append(
          AttributeValue.tensor(ModelTensor(tensor)).proto(named: "value"))
      } == [
        .badTensor(name: "bias", reason: "holds 12 bytes where shape [2] of float32 needs 8")
      ])
  }

  @Test func allProblemsAreReportedAtOnce() {
    let problems = Self.problems {
      $0.graph.node[0].input[1] = "gone"
      $0.graph.initializer[0].dims = [4]
      $0.graph.output[0].name = "z"
    }
    #expect(problems.count == 3)
  }
}
