import CalibrantImaging
import CalibrantONNXFormat
import CalibrantQuantization
import Foundation
import TestSupport
import Testing

@testable import CalibrantHarness

/// What methods have in common is computed once, which changes no file.
@Suite struct SharedJudgeTests {
  private struct Order {
    let method: any CalibrationMethod
    let granularity: Granularity
    let data: CalibrationData
  }

  @Test func aWalkThatMadeOtherFilesMakesTheSame() throws {
    let model = SmallClassifier.model(side: 8)
    let shape = [3, 8, 8]
    let first = CalibrationData(
      SeededSamples(count: 30, sampleShape: shape), digest: "first", preparation: "none")
    let second = CalibrationData(
      SeededSamples(count: 30, sampleShape: shape, scale: 3, first: 500), digest: "second",
      preparation: "none")
    let orders = [
      Order(method: MinMax(), granularity: .perChannel, data: first),
      Order(method: Auto(), granularity: .perChannel, data: first),
      Order(method: Auto(), granularity: .perTensor, data: first),
      Order(method: Auto(), granularity: .perTensor, data: second),
    ]
    let shared = CalibrationWalk(jobs: 2)
    let files = try orders.map { order in
      let alone = try Self.file(model, order, CalibrationWalk(jobs: 2))
      #expect(try Self.file(model, order, shared) == alone)
      return alone
    }
    #expect(
      Set(files.map(\.approaches)).count == files.count, "orders that judge alike show nothing")
  }

  private struct File: Hashable {
    let bytes: Data
    let approaches: String
  }

  private static func file(
    _ model: Model, _ order: Order, _ walk: CalibrationWalk
  ) throws -> File {
    var options = QuantizationOptions()
    options.granularity = order.granularity
    let job = try QuantizationJob(model, Preprocessing(mean: [0.5, 0.5, 0.5]), options)
    let scheme = try SchemeName("w8a8")
    let seen = try Calibrator(jobs: 2).observe(
      job.model, targets: job.targets([scheme]), on: order.data.source)
    let made = try job.checkedActivationBased(
      scheme, seen.statistics, method: order.method, on: order.data, walk
    ).quantized
    return try File(bytes: made.model.serialized(), approaches: "\(made.approaches)")
  }
}
