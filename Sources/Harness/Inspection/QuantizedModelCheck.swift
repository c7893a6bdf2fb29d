import CalibrantEngine
import Foundation
import CalibrantONNXFormat
import CalibrantQuantization

/// Whether a quantized file is sound and still the same network: structure, parameters, and numbers on samples or on
/// noise.
public struct QuantizedModelCheck: Sendable {
  public struct Finding: Sendable {
    public let check: String
    public let passed: Bool
    public let detail: String
  }

  public let findings: [Finding]
  /// Layers whose sums x86 CPUs without VNNI clamp for some input; no fault of the file.
  public let saturation: [LayerSaturation]
  public var passed: Bool { findings.allSatisfy(\.passed) }

  /// - Parameters:
  ///   - samples: what to compare the two networks on; nil takes noise, which cannot tell how much is lost.
  ///   - hardware: whose arithmetic to run the quantized file in.
  ///   - layout: of the images that both read; nil where their input's shape tells.
  /// - Throws: where either file cannot be loaded at all, and `HarnessError.badOption` for a layout that contradicts a shape.
  public init(
    original: String, quantized: String, samples: CalibrationData? = nil,
    hardware: HardwareChoice = .exact, layout: ImageInput.Layout? = nil
  ) throws {
    var (before, after) = (try Model(contentsOf: original), try Model(contentsOf: quantized))
    if let layout {
      try before.declare(layout)
      try after.declare(layout)
    }
    let interface = Self.interface(before, after)
    let outputs = try hardware.all.map { [before, after] hardware in
      let title =
        (samples == nil ? "outputs on noise" : "outputs on samples")
        + (hardware == .exact ? "" : ", \(hardware.rawValue)")
      return interface.passed
        ? try OutputAgreement(title, before, after, hardware).finding(on: samples)
        : Finding(check: title, passed: false, detail: "not run, as inputs and outputs differ")
    }
    findings =
      [interface, Self.coverage(after), Self.parameters(after), Self.finiteWeights(after)] + outputs
    saturation = try LayerSaturation.all(in: after)
  }

  private static func interface(_ before: Model, _ after: Model) -> Finding {
    func ports(_ model: Model) -> [String] {
      let initializers = Set(model.graph.initializers.map(\.name))
      let inputs = model.graph.inputs.filter { !initializers.contains($0.name) }
      return (inputs + model.graph.outputs).map { port in
        let dims = (port.dimensions ?? []).map(\.description).joined(separator: ",")
        return "\(port.name) \(port.elementType.map { "\($0)" } ?? "?")[\(dims)]"
      }
    }
    let (a, b) = (ports(before), ports(after))
    return Finding(
      check: "inputs and outputs", passed: a == b,
      detail: a == b ? a.joined(separator: "; ") : "was \(a), is \(b)")
  }

  private static func coverage(_ model: Model) -> Finding {
    let nodes = model.graph.nodes
    let quantizers = nodes.count { $0.opType == "QuantizeLinear" }
    let dequantizers = nodes.count { $0.opType == "DequantizeLinear" }
    let integers = nodes.count { QuantizedLayerMap.integerOperators.contains($0.opType) }
    return Finding(
      check: "quantized", passed: dequantizers + integers > 0,
      detail: "\(quantizers) QuantizeLinear, \(dequantizers) DequantizeLinear"
        + (integers > 0 ? ", \(integers) integer operators" : ""))
  }

  /// Scales are positive and finite; every one is a constant of the file.
  private static func parameters(_ model: Model) -> Finding {
    let tensors = Dictionary(
      model.graph.initializers.map { ($0.name, $0) }, uniquingKeysWith: { a, _ in a })
    var bad: [String] = []
    for node in model.graph.nodes
    where ["QuantizeLinear", "DequantizeLinear"].contains(node.opType) && node.inputs.count > 1 {
      guard let stored = tensors[node.inputs[1]], let scale = try? Tensor(stored),
        scale.dtype == .float32,
        scale.array(of: Float.self).allSatisfy({ $0 > 0 && $0.isFinite })
      else {
        bad.append(node.displayName)
        continue
      }
    }
    return Finding(
      check: "scales", passed: bad.isEmpty,
      detail: bad.isEmpty ? "all positive and finite" : "not so in \(bad.joined(separator: ", "))")
  }

  /// NaN is nobody's constant; −∞ is a mask's, but no layer's.
  private static func finiteWeights(_ model: Model) -> Finding {
    let layers = ["Conv", "ConvTranspose", "Gemm", "MatMul", "BatchNormalization"]
    let read = Set(
      model.graph.nodes.filter { layers.contains($0.opType) }.flatMap { $0.inputs.dropFirst() })
    let bad = model.graph.initializers.filter { stored in
      guard stored.elementType == .float32, let tensor = try? Tensor(stored) else { return false }
      let values = tensor.array(of: Float.self)
      return values.contains(where: \.isNaN)
        || (read.contains(stored.name) && !values.allSatisfy(\.isFinite))
    }
    let names = bad.map(\.name).joined(separator: ", ")
    return Finding(
      check: "weights", passed: bad.isEmpty,
      detail: bad.isEmpty ? "all finite" : "NaN or infinite: \(names)")
  }
}

extension QuantizedModelCheck {
  public var text: String {
    let lines = findings.map { "\($0.passed ? "ok  " : "FAIL")  \($0.check): \($0.detail)" }
    return (lines + [saturation.sentence].compactMap { $0 }.map { "note  \($0)" })
      .joined(separator: "\n")
  }

  public var json: JSONValue {
    .object([
      .init("passed", .bool(passed)),
      .init(
        "checks",
        .array(
          findings.map { finding in
            .object([
              .init("name", .string(finding.check)), .init("passed", .bool(finding.passed)),
              .init("detail", .string(finding.detail)),
            ])
          })),
      .init("saturation", saturation.json),
    ])
  }
}
