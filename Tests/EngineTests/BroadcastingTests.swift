import CalibrantONNXFormat
import Testing
import TestSupport

@testable import CalibrantEngine

struct BroadcastingTests {
  static let shapes: [(Shape, Shape)] = [
    ([2, 3, 4], [2, 3, 4]), ([2, 3, 4], []), ([], [2, 3]), ([2, 3, 4, 5], [3, 1, 1]),
    ([1, 3, 1, 5], [2, 1, 4, 1]), ([4, 5], [5]), ([5], [4, 5]), ([4, 1], [1, 6]),
    ([2, 1, 3, 1, 2], [2, 4, 1, 3, 1]), ([0, 3], [1, 3]), ([1], [1]), ([1, 2, 1], [3, 1, 1]),
  ]

  /// The element of a tensor of `shape` that NumPy's rule pairs with an index of the output.
  private func element(_ index: Int, of output: Shape, in shape: Shape) -> Int {
    var (rest, place, size) = (index, 0, 1)
    for axis in stride(from: output.rank - 1, through: 0, by: -1) {
      let own = axis - (output.rank - shape.rank)
      if own >= 0 {
        place += (shape[own] == 1 ? 0 : rest % output[axis]) * size
        size *= shape[own]
      }
      rest /= output[axis]
    }
    return place
  }

  @Test(arguments: shapes) func pairsElementsAsNumPyDoes(_ left: Shape, _ right: Shape) throws {
    var random = SeededRandom(seed: 1)
    let a = random.floats(left.elementCount), b = random.floats(right.elementCount)
    let (x, y) = (Tensor(a, shape: left), Tensor(b, shape: right))
    let sub = try OperatorRunner.run("Sub", opset: 14, inputs: [x, y])[0]
    let shape = try #require(left.broadcast(with: right))
    #expect(sub.shape == shape)
    let pairs = (0..<shape.elementCount).map {
      (a[element($0, of: shape, in: left)], b[element($0, of: shape, in: right)])
    }
    #expect(sub.array(of: Float.self) == pairs.map { $0 - $1 })
    let condition = Tensor(a.map { $0 > 0 }, shape: left)
    let chosen = try OperatorRunner.run("Where", opset: 16, inputs: [condition, x, y])[0]
    #expect(chosen.array(of: Float.self) == pairs.map { $0 > 0 ? $0 : $1 })
    let smallest = try OperatorRunner.run("Min", opset: 13, inputs: [x, y, x])[0]
    #expect(smallest.array(of: Float.self) == pairs.map { min($0, $1) })
  }

  @Test(arguments: [Activation.relu, .clip(-0.25, 0.5)]) func addAppliesItsActivation(
    _ activation: Activation
  ) throws {
    var random = SeededRandom(seed: 2)
    let x = Tensor(random.floats(24), shape: [2, 3, 4])
    let y = Tensor(random.floats(3), shape: [3, 1])
    let plain = try OperatorRunner.run("Add", opset: 14, inputs: [x, y])[0]
    let fused = try OperatorRunner.run("Add", opset: 14, activation: activation, inputs: [x, y])[0]
    var expected = plain.array(of: Float.self)
    expected.withUnsafeMutableBufferPointer {
      activation.apply($0.baseAddress!, count: $0.count)
    }
    #expect(fused.array(of: Float.self) == expected)
    #expect(fused.array(of: Float.self) != plain.array(of: Float.self))
  }

  @Test func addRefusesAnActivationOfIntegers() {
    let x = Tensor([1 as Int64, -2], shape: [2])
    #expect(throws: GraphError.self) {
      try OperatorRunner.run("Add", opset: 14, activation: .relu, inputs: [x, x])
    }
  }

  @Test func shapesThatDoNotAgreeAreNamed() throws {
    let error = #expect(throws: GraphError.self) {
      try OperatorRunner.run(
        "Add", opset: 14,
        inputs: [Tensor([1 as Float, 2], shape: [2]), Tensor([1 as Float, 2, 3], shape: [3])])
    }
    let text = String(describing: try #require(error))
    #expect(text.contains("[2]") && text.contains("[3]"))
  }
}
