import Foundation
import CalibrantQuantization
import Testing

/// The sample sets of `make_golden.py`, made by the same integer generator.
enum Samples {
  static let count = 20000

  static func named(_ name: String) -> [Float] {
    switch name {
    case "bell": bell
    case "relu": bell.map { $0 > 0 ? $0 : 0 }
    case "heavy": bell.map { $0 * $0 * $0 }
    case "heavyRelu": bell.map { $0 > 0 ? $0 * $0 * $0 : 0 }
    case "shifted": bell.map { $0 * 0.25 + 0.5 }
    case "clipped": bell.map { min($0 > 0 ? $0 * 4 : 0, 6) }
    default: preconditionFailure("There is no such sample set.")
    }
  }

  /// Sums of twelve uniform numbers less six.
  static func bell(seed: UInt64, count: Int) -> [Float] {
    var state = seed
    return (0..<count).map { _ in
      var sum = 0.0
      for _ in 0..<12 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        sum += Double(state >> 40) / 16_777_216
      }
      return Float(sum - 6)
    }
  }

  private static let bell = bell(seed: 1, count: count)

  static func statistics(
    _ values: [Float], channels: Int = 1, detail: ChannelDetail = .none
  ) -> TensorStatistics {
    var statistics = TensorStatistics(detail: detail)
    values.withUnsafeBufferPointer { statistics.observe($0, channels: channels) }
    return statistics
  }

  static func distribution(_ name: String) -> Distribution { statistics(named(name)).distribution }
}

/// What `make_golden.py` computed.
struct Golden: Decodable {
  struct SampleSet: Decodable, Sendable, CustomTestStringConvertible {
    var name: String
    var minimum: Float
    var maximum: Float
    var zeros: Int
    var sum: Double
    var sumOfSquares: Double
    var exponent: Int
    var firstBin: Int
    var counts: [Int]
    var percentile: [Float]
    var entropy: [String: [Float]]
    var leastError: [String: Double]
    var minMaxError: [String: Double]

    var testDescription: String { name }
  }

  struct Weights: Decodable, Sendable {
    var bits: Int
    var symmetric: Bool
    var axis: Int?
    var scales: [Float]
    var zeroPoints: [Int]
    var codes: [Int]
  }

  var samples: [SampleSet]
  var weights: [Weights]

  static let shared: Golden = {
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "golden.json")
    do {
      return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: path))
    } catch {
      preconditionFailure("golden.json cannot be read: \(error)")
    }
  }()
}

let grids: [(name: String, grid: QuantizationGrid)] = [
  ("asymmetricUInt8", .asymmetricUInt8), ("symmetricInt8", .symmetricInt8),
]

/// The mean of (x − x̂)², sample by sample.
func measuredError(_ values: [Float], _ parameters: QuantizationParameters) -> Double {
  let errors = values.map { Double($0) - Double(parameters.fakeQuantize($0)) }
  return errors.reduce(0) { $0 + $1 * $1 } / Double(values.count)
}
