import CalibrantEngine
import Foundation
import CalibrantImaging
import CalibrantONNXFormat
import TestSupport
import Testing

@testable import CalibrantHarness

/// Arrays that are no inputs of the model that is calibrated with them.
@Suite struct CalibrationFitTests {
  private static let input = try? ImageInput(of: Program(SmallClassifier.model()))

  /// Two samples of 3 × 4 × 4 values.
  private func warnings<T: TensorElement>(
    _ preprocessing: Preprocessing = .imagenet(side: 4), samples: Int = 2, _ value: (Int) -> T
  ) throws -> [String] {
    let folder = try TemporaryFolder()
    let values = (0..<48 * samples).map(value)
    let path = try folder.write(NPYWriter.data(values, shape: [samples, 3, 4, 4]), to: "x.npy")
    let source = try NPYSource(path, for: #require(Self.input))
    return CalibrationData(source, preprocessing).warnings
  }

  @Test func saysNothingOfNormalizedValues() throws {
    #expect(try warnings { Float($0 % 40) / 10 - 2 }.isEmpty)
    #expect(try warnings(Preprocessing()) { Float($0) / 96 }.isEmpty)
    let pixels = Preprocessing(std: [1 / 255, 1 / 255, 1 / 255])
    #expect(try warnings(pixels) { UInt8(2 * $0) }.isEmpty)
  }

  @Test func seesRawPixels() throws {
    for found in try [
      warnings { UInt8(2 * $0) }, warnings { Float(2 * $0) }, warnings { Int64($0 % 5) },
      warnings(Preprocessing()) { UInt8(2 * $0) },
    ] {
      #expect(found.count == 1 && found[0].contains("not applied"), "\(found)")
    }
    let scaled = try warnings { Float($0) / 95 }
    // The darkest red, (0 − 0.485) / 0.229 = −2.12, to the brightest blue, (1 − 0.406) / 0.225 = 2.64.
    #expect(
      scaled.first?.contains("values from 0 to 1, the preprocessing makes -2.12 to 2.64") == true)
  }

  @Test func seesSamplesThatSayLittle() throws {
    #expect(try warnings(samples: 1) { Float($0) / 48 - 0.5 }[0].contains("a single sample"))
    #expect(
      try warnings { Float($0 % 48) / 48 - 0.5 } == ["all 2 calibration samples are the same"])
    #expect(try warnings { _ in Float(1) }.contains("x.npy holds nothing but 1"))
  }

  @Test(arguments: [(2, 4, true), (31, 4, true), (32, 4, false), (2, 8, false)])
  func seesFewSamplesForFewBits(samples: Int, bits: Int, warns: Bool) throws {
    let folder = try TemporaryFolder()
    let values = (0..<48 * samples).map { Float($0 % 47) / 10 - 2 }
    let path = try folder.write(NPYWriter.data(values, shape: [samples, 3, 4, 4]), to: "x.npy")
    let data = CalibrationData(try NPYSource(path, for: #require(Self.input)))
    let job = try QuantizationJob(
      SmallClassifier.model(), .imagenet(side: 4), QuantizationOptions())
    let found = try CalibrationFit.warnings(
      of: job, [SchemeName(weightBits: bits, activationBits: 8)], on: data, jobs: 1)
    #expect(found.contains { $0.hasPrefix("\(samples) calibration samples are few") } == warns)
  }
}
