import Foundation
import TestSupport
import Testing

@testable import CalibrantHarness

/// What `bench` says of several models: turn by turn, each beside the first.
@Suite struct RelativeSpeedTests {
  private static let factors = [1.9, 2.4, 2.1, 2.0, 5.0, 2.2, 1.7, 2.05, 2.3]

  /// A machine that slows down from turn to turn, on which the second model is `factors` times as fast.
  private static func run(turns: Int = 9) -> BenchmarkRun {
    var machine = SyntheticMachine(seed: 3)
    var run = machine.run()
    var first = run.models[0]
    first.repeats = Array(first.repeats.prefix(turns))
    var second = first
    (first.name, second.name) = ("float.onnx", "w8a8.onnx")
    for turn in 0..<turns {
      let drift = pow(0.5, Double(turn))
      first.repeats[turn].imagesPerSecond = 128 * drift
      second.repeats[turn].imagesPerSecond = 128 * drift * factors[turn]
      first.repeats[turn].latencyMs.p50 = 1 / drift
      second.repeats[turn].latencyMs.p50 = 2 / drift
    }
    run.models = [first, second]
    return run
  }

  @Test func ratiosAreOfTheSameTurn() throws {
    let (name, speed) = try #require(Self.run().relativeSpeeds.first)
    #expect(name == "w8a8.onnx" && speed.reference == "float.onnx")
    #expect(abs(speed.throughput.ratio - 2.1) < 1e-12)
    #expect(abs(try #require(speed.throughput.interval).lower - 1.9) < 1e-12)
    #expect(abs(try #require(speed.throughput.interval).upper - 2.4) < 1e-12)
    #expect(speed.latency == MedianRatio(Array(repeating: 0.5, count: 9)))
  }

  @Test func isSaidWhereThereAreSeveral() throws {
    let text = BenchmarkResult(Self.run()).text
    #expect(text.contains("beside float.onnx"))
    #expect(text.contains("w8a8.onnx          0.50× [0.50, 0.50]  2.10× [1.90, 2.40]"), "\(text)")
    let json = BenchmarkResult(Self.run()).json.text
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    let models = try #require(object?["models"] as? [[String: Any]])
    #expect(models[0]["speed"] is NSNull)
    let speed = try #require(models[1]["speed"] as? [String: Any])
    #expect(speed["beside"] as? String == "float.onnx")
    #expect((speed["latency"] as? [String: Any])?["ratio"] as? Double == 0.5)
    #expect(
      Set((speed["imagesPerSecond"] as? [String: Any] ?? [:]).keys) == [
        "ratio", "interval", "rounds",
      ])
    var alone = Self.run()
    alone.models.removeLast()
    #expect(!BenchmarkResult(alone).text.contains("beside"))
  }

  /// Too few repeats tell no interval, and say so by leaving it out.
  @Test func fewRepeatsHaveNoInterval() {
    let text = BenchmarkResult(Self.run(turns: 3)).text
    #expect(text.contains("0.50×  "), "\(text)")
    #expect(!text.contains("0.50× ["))
  }
}
