import CalibrantEngine
import Foundation
import CalibrantLinearAlgebra
import CalibrantONNXFormat

/// Runs a network and its quantized file side by side.
struct OutputAgreement {
  private let title: String
  private let original: Program
  private let quantized: Program

  /// Samples that are run.
  private static let limit = 32

  init(
    _ title: String, _ original: Model, _ quantized: Model, _ hardware: Hardware = .exact
  ) throws {
    self.title = title
    self.original = try Program(original)
    self.quantized = try Program(quantized, hardware: hardware)
  }

  /// On samples the outputs must be related, on noise only of the same types and finite where the original's are: noise is
  /// not what ranges were chosen for, and sound files lose everything on it.
  func finding(on samples: CalibrationData?) throws -> QuantizedModelCheck.Finding {
    var difference = Difference()
    if let samples {
      try run(on: SomeSamples(first: Self.limit, of: samples.source), &difference)
    } else {
      switch try noise() {
      case .success(let inputs): try run(inputs, &difference)
      case .failure(let fault):
        return finding(true, "not run: \(fault.text); --data gives samples")
      }
    }
    if let types = difference.types { return finding(false, types) }
    if difference.spoiled > 0 {
      return finding(
        false,
        "not finite in \(ReportText.count(difference.spoiled, "place")) where the original is")
    }
    guard difference.compared > 0 else {
      return finding(samples == nil, "the original computes nothing finite to compare with")
    }
    let related = "SQNR \(ReportText.fixed(difference.sqnr, 1)) dB against the original"
    guard samples == nil else { return finding(difference.sqnr > 0, related) }
    let caveat =
      difference.sqnr > 0 ? "" : "; noise cannot tell whether that is a fault, --data can"
    return finding(true, related + caveat)
  }

  private func finding(_ passed: Bool, _ detail: String) -> QuantizedModelCheck.Finding {
    QuantizedModelCheck.Finding(check: title, passed: passed, detail: detail)
  }

  private func run(on source: SomeSamples, _ difference: inout Difference) throws {
    let batching = try Batching(source, for: original)
    for unit in 0..<batching.unitCount {
      try run(try batching.inputs(unit, from: source), &difference)
    }
  }

  private func run(_ inputs: [Tensor], _ difference: inout Difference) throws {
    var before = Session(original)
    var after = Session(quantized)
    difference.add(try before.run(inputs), try after.run(inputs))
  }

  /// Seeded noise for every input: floats between −2 and 2, and ones, which are tokens and masks of any vocabulary.
  private func noise() throws -> Result<[Tensor], NoNoise> {
    guard let types = noiseTypes() else {
      return .failure(
        NoNoise(text: "the input's size is open, and it runs at none of the usual ones"))
    }
    try original.check(types)
    var random = SplitMix64(seed: 1)
    var tensors: [Tensor] = []
    for type in types {
      let shape = type.shape
      switch type.dtype {
      case .float32:
        let values = (0..<shape.elementCount).map { _ in Float.random(in: -2...2, using: &random) }
        tensors.append(Tensor(values, shape: shape))
      case .uint8:
        tensors.append(
          Tensor(
            (0..<shape.elementCount).map { _ in UInt8.random(in: .min ... .max, using: &random) },
            shape: shape))
      case .int64:
        tensors.append(Tensor([Int64](repeating: 1, count: shape.elementCount), shape: shape))
      case .int32:
        tensors.append(Tensor([Int32](repeating: 1, count: shape.elementCount), shape: shape))
      case .bool:
        tensors.append(Tensor([Bool](repeating: true, count: shape.elementCount), shape: shape))
      default: return .failure(NoNoise(text: "an input that is no tensor of numbers"))
      }
    }
    return .success(tensors)
  }

  /// Why no noise can be made.
  private struct NoNoise: Error { let text: String }

  /// One sample of each input; nil of images whose size is open and cannot be found.
  private func noiseTypes() -> [TensorType]? {
    if let image = try? ImageInput(of: original) {
      return (try? image.sides(in: original)).map { size in
        [image.type(rows: image.fixedBatch ?? 1, of: [image.channels, size.height, size.width])]
      }
    }
    return original.inputs.map { input in
      let dims = input.dimensions ?? []
      let open = dims.count == 4 ? ImageInput.usualSide : 8
      return TensorType(
        input.dtype, Shape(dims.enumerated().map { $1.size ?? ($0 == 0 ? 1 : open) }))
    }
  }
}

/// What two runs' outputs have in common.
private struct Difference {
  private(set) var types: String?
  /// Values that are finite in the original and not in the other.
  private(set) var spoiled = 0
  /// Values that are finite in both.
  private(set) var compared = 0
  private var (signal, error) = (0.0, 0.0)

  var sqnr: Double { error > 0 ? 10 * log10(signal / error) : .infinity }

  mutating func add(_ before: [Tensor], _ after: [Tensor]) {
    guard before.map(\.type) == after.map(\.type) else {
      types = "types were \(before.map(\.type)), are \(after.map(\.type))"
      return
    }
    for (x, y) in zip(before, after) where x.dtype == .float32 {
      for (v, w) in zip(x.array(of: Float.self), y.array(of: Float.self)) where v.isFinite {
        if w.isFinite {
          compared += 1
          signal += Double(v) * Double(v)
          error += (Double(v) - Double(w)) * (Double(v) - Double(w))
        } else {
          spoiled += 1
        }
      }
    }
  }
}
