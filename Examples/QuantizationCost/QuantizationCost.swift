import Calibrant
import Foundation

/// What quantizing a model to 8 bits costs, and the file: the library in a few calls.
@main
enum QuantizationCost {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    guard arguments.count == 4 else {
      print("usage: QuantizationCost MODEL TEST_IMAGES CALIBRATION_IMAGES OUTPUT")
      exit(64)
    }
    do {
      let model = try VisionModel(arguments[0])
      let float = try model.evaluate(images: arguments[1])
      print("float: \(percent(float.metric)), \(model.bytes) bytes")
      let comparison = try model.compare(
        images: arguments[1], calibration: arguments[2], schemes: ["w8a8"], methods: ["minmax"])
      for arm in comparison.arms.dropFirst() {
        print("\(arm.name): \(percent(arm.metric)), \(arm.bytes) bytes")
      }
      print(try model.calibrate(on: arguments[2], to: arguments[3], method: "minmax").text)
    } catch {
      print(Failure(error).text)
      exit(Failure(error).exitCode)
    }
  }

  private static func percent(_ share: Double?) -> String {
    share.map { String(format: "%.1f %%", 100 * $0) } ?? "–"
  }
}
