import ArgumentParser
import Foundation
import CalibrantHarness
import CalibrantLinearAlgebra
import CalibrantONNXFormat
import CalibrantQuantization

/// Calibrates a model in five steps, each a call of the library: a program to read, and to copy from.
@main
struct ActivationCalibration: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs a model on calibration samples and quantizes it with the ranges it saw.",
    discussion: """
      Example: ActivationCalibration --model model.onnx --calibration-data samples.npy \\
                 --output model_calibrated.onnx --bits 8 --per-channel
      """)

  @Option(help: "An ONNX file.") var model: String
  @Option(help: "N×C×H×W samples as .npy.") var calibrationData: String
  @Option(help: "The quantized file.") var output: String
  @Option(help: "Weight bits: 8 or 4.") var bits = 8
  @Flag(help: "One weight scale per output channel.") var perChannel = false

  @Option(help: "How ranges are chosen: \(StandardMethods.names.joined(separator: ", ")).")
  var method = "auto"

  func validate() throws {
    guard SchemeName.supportedWeightBits.contains(bits) else {
      throw ValidationError("--bits \(bits) is neither 8 nor 4")
    }
    guard StandardMethods.named(method) != nil else {
      throw ValidationError("--method '\(method)' is none of \(StandardMethods.names)")
    }
  }

  static func main() {
    BLAS.prepare()
    do {
      let command = try parseAsRoot()
      guard let command = command as? ActivationCalibration else { exit() }
      try command.calibrate()
    } catch {
      let failure = Failure(error)
      guard failure.isOurs else { exit(withError: error) }
      FileHandle.standardError.write(Data("ActivationCalibration: \(failure.text)\n".utf8))
      Foundation.exit(failure.exitCode)
    }
  }

  private func calibrate() throws {
    print("1. Loading \(model)")
    let loaded = try LoadedModel(model)
    print("   \(loaded.parameters) parameters, \(loaded.bytes) bytes")

    print("2. Reading calibration samples")
    let calibration = try samples(for: loaded)
    print("   \(calibration.count) samples of \(calibration.source.sampleShape)")

    print("3. Observing activations")
    let scheme = SchemeName(weightBits: bits, activationBits: 8)
    var options = QuantizationOptions()
    options.granularity = perChannel ? .perChannel : .perTensor
    let job = try QuantizationJob(
      loaded.model, .imagenet(side: loaded.input.height ?? 224), options)
    let targets = try job.targets([scheme])
    let observations = try Calibrator(jobs: MachineFacts.cores)
      .observe(loaded.model, targets: targets, on: calibration.source, report: everyTenSamples())
    print("   \(observations.statistics.count) of \(targets.count) layers tracked")

    print("4. Quantizing to \(scheme.text) with \(method) ranges")
    guard let method = StandardMethods.named(method) else {
      preconditionFailure("validation let an unknown method pass")
    }
    let quantized = try job.activationBased(
      scheme, observations.statistics, method: method, on: calibration,
      CalibrationWalk(jobs: MachineFacts.cores))

    print("5. Writing \(output)")
    let bytes = try quantized.model.write(to: output)
    let summary = try QuantizedFileSummary(
      quantized, path: output, bytes: bytes, originalBytes: loaded.bytes)
    print(summary.text)
  }

  /// The file's samples or, where there is none, noise of the input's shape to try the steps with.
  private func samples(for model: LoadedModel) throws -> CalibrationData {
    if FileManager.default.fileExists(atPath: calibrationData) {
      return CalibrationData(try NPYSource(calibrationData, for: model.input))
    }
    print("   \(calibrationData) does not exist: using 100 seeded random samples instead.")
    print("   Ranges observed on noise are worthless for accuracy; use real images.")
    return CalibrationData(try NoiseSource(count: 100, for: model.program()))
  }

  /// Prints each time another ten samples are done.
  private func everyTenSamples() -> (Int) -> Void {
    var shown = 0
    return { done in
      while shown + 10 <= done {
        shown += 10
        print("   \(shown) samples")
      }
    }
  }
}
