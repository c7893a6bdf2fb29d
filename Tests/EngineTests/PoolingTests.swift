import CalibrantONNXFormat
import Testing
import TestSupport

@testable import CalibrantEngine

/// A pool and the input it slides over.
struct PoolCase: CustomTestStringConvertible, Sendable {
  var spatial: [Int]
  var kernel: [Int]
  var strides = [1, 1]
  var pads = [0, 0, 0, 0]
  var dilations = [1, 1]
  var ceilMode = false
  var countsPadding = false

  var testDescription: String {
    "\(spatial) k\(kernel) s\(strides) p\(pads) d\(dilations) ceil \(ceilMode) \(countsPadding)"
  }

  var attributes: [String: AttributeValue] {
    [
      "kernel_shape": .ints(kernel), "strides": .ints(strides), "pads": .ints(pads),
      "dilations": .ints(dilations), "ceil_mode": .int(ceilMode ? 1 : 0),
      "count_include_pad": .int(countsPadding ? 1 : 0),
    ]
  }

  static let table: [PoolCase] = {
    let shapes = [
      PoolCase(spatial: [7, 9], kernel: [3, 3]),
      PoolCase(spatial: [8, 11], kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1]),
      PoolCase(spatial: [9, 6], kernel: [2, 3], strides: [3, 2], pads: [0, 1, 1, 2]),
      PoolCase(spatial: [10, 13], kernel: [2, 3], strides: [1, 3], dilations: [3, 2]),
      PoolCase(spatial: [5, 5], kernel: [5, 5], strides: [4, 4], pads: [2, 2, 2, 2]),
      PoolCase(spatial: [1, 17], kernel: [1, 4], strides: [1, 5], pads: [0, 3, 0, 0]),
      PoolCase(spatial: [12, 12], kernel: [1, 1], strides: [2, 2]),
      PoolCase(spatial: [5, 3], kernel: [3, 4], pads: [1, 2, 1, 1]),
      PoolCase(spatial: [6, 3], kernel: [2, 2], strides: [2, 4], pads: [0, 1, 0, 4]),
    ]
    return shapes.flatMap { shape in
      [(false, false), (true, false), (false, true), (true, true)].map { ceil, counts in
        var shape = shape
        (shape.ceilMode, shape.countsPadding) = (ceil, counts)
        return shape
      }
    }
  }()
}

struct PoolingTests {
  private static let planes = 3

  @Test(arguments: PoolCase.table) func maxPool(_ pool: PoolCase) throws {
    let x = input(pool)
    let y = try OperatorRunner.run("MaxPool", opset: 12, pool.attributes, inputs: [x])[0]
    #expect(y.array(of: Float.self) == naive(pool, x, y.shape) { $0.values.max() ?? -.infinity })
  }

  /// Sums are taken in another order than the naive ones.
  @Test(arguments: PoolCase.table) func averagePool(_ pool: PoolCase) throws {
    let x = input(pool)
    let y = try OperatorRunner.run("AveragePool", opset: 19, pool.attributes, inputs: [x])[0]
    let expected = naive(pool, x, y.shape) { window in
      window.values.reduce(0, +)
        / Float(max(1, pool.countsPadding ? window.padded : window.values.count))
    }
    #expect(zip(y.array(of: Float.self), expected).allSatisfy { abs($0 - $1) <= 1e-6 })
  }

  @Test func oneDimensionIsTwoWithHeightOne() throws {
    var random = SeededRandom(seed: 3)
    let values = random.floats(2 * 3 * 19)
    let attributes1: [String: AttributeValue] = ["kernel_shape": .ints([4]), "strides": .ints([3])]
    let attributes2: [String: AttributeValue] = [
      "kernel_shape": .ints([1, 4]), "strides": .ints([1, 3]),
    ]
    for opType in ["MaxPool", "AveragePool"] {
      let line = try OperatorRunner.run(
        opType, opset: 19, attributes1, inputs: [Tensor(values, shape: [2, 3, 19])])[0]
      let plane = try OperatorRunner.run(
        opType, opset: 19, attributes2, inputs: [Tensor(values, shape: [2, 3, 1, 19])])[0]
      #expect(line.shape == [2, 3, 6])
      #expect(line.array(of: Float.self) == plane.array(of: Float.self))
    }
  }

  @Test func globalNormIsThatOfAWindowOverTheWholePlane() throws {
    var random = SeededRandom(seed: 3)
    let x = Tensor(random.floats(2 * 3 * 4 * 5), shape: [2, 3, 4, 5])
    let whole = try OperatorRunner.run("GlobalLpPool", opset: 13, ["p": .int(3)], inputs: [x])[0]
    let window = try OperatorRunner.run(
      "LpPool", opset: 13, ["p": .int(3), "kernel_shape": .ints([4, 5])], inputs: [x])[0]
    #expect(whole.type == window.type)
    // Sums in another order.
    #expect(largestDifference(whole.array(of: Float.self), window.array(of: Float.self)) < 1e-5)
  }

  private func input(_ pool: PoolCase) -> Tensor {
    var random = SeededRandom(seed: 7)
    let shape = Shape([1, Self.planes] + pool.spatial)
    return Tensor(random.floats(shape.elementCount), shape: shape)
  }

  /// The elements under one window, and its positions inside the padded input.
  private struct Window {
    var values: [Float] = []
    var padded = 0
  }

  private func naive(
    _ pool: PoolCase, _ x: Tensor, _ output: Shape, _ reduce: (Window) -> Float
  ) -> [Float] {
    let values = x.array(of: Float.self)
    let (height, width) = (pool.spatial[0], pool.spatial[1])
    var result: [Float] = []
    for plane in 0..<Self.planes {
      for outY in 0..<output[2] {
        for outX in 0..<output[3] {
          var window = Window()
          for tapY in 0..<pool.kernel[0] {
            for tapX in 0..<pool.kernel[1] {
              let y = outY * pool.strides[0] - pool.pads[0] + tapY * pool.dilations[0]
              let x = outX * pool.strides[1] - pool.pads[1] + tapX * pool.dilations[1]
              if y < height + pool.pads[2], x < width + pool.pads[3] { window.padded += 1 }
              guard (0..<height).contains(y), (0..<width).contains(x) else { continue }
              window.values.append(values[(plane * height + y) * width + x])
            }
          }
          result.append(reduce(window))
        }
      }
    }
    return result
  }
}
