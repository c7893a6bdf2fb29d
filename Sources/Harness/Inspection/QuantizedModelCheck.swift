import Engine
import Foundation
import ONNXFormat

/// Whether a quantized file is sound and still the same network: structure, parameters, and numbers on noise.
public struct QuantizedModelCheck: Sendable {
  public struct Finding: Sendable {
    public let check: String
    public let passed: Bool
    public let detail: String
  }

  public let findings: [Finding]
  public var passed: Bool { findings.allSatisfy(\.passed) }

  /// - Throws: where either file cannot be loaded at all.
  public init(original: String, quantized: String) throws {
    let (before, after) = (try Model(contentsOf: original), try Model(contentsOf: quantized))
    let interface = Self.interface(before, after)
    let outputs =
      interface.passed
      ? try Self.outputs(before, after)
      : Finding(
        check: "outputs on noise", passed: false, detail: "not run, as inputs and outputs differ")
    findings = [
      interface, Self.coverage(after), Self.parameters(after), Self.finiteWeights(after), outputs,
    ]
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
    return Finding(
      check: "quantized", passed: dequantizers > 0,
      detail: "\(quantizers) QuantizeLinear, \(dequantizers) DequantizeLinear")
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

  private static func finiteWeights(_ model: Model) -> Finding {
    let bad = model.graph.initializers.filter { stored in
      guard stored.elementType == .float32, let tensor = try? Tensor(stored) else { return false }
      return !tensor.array(of: Float.self).allSatisfy(\.isFinite)
    }
    let names = bad.map(\.name).joined(separator: ", ")
    return Finding(
      check: "weights", passed: bad.isEmpty,
      detail: bad.isEmpty ? "all finite" : "NaN or infinite: \(names)")
  }

  /// Runs both on seeded noise: the outputs must be finite and of the same shape, and not unrelated.
  private static func outputs(_ before: Model, _ after: Model) throws -> Finding {
    let (original, quantized) = (try Program(before), try Program(after))
    let inputs = try noise(for: original)
    var before = Session(original)
    var after = Session(quantized)
    let (x, y) = (try before.run(inputs), try after.run(inputs))
    guard x.map(\.type) == y.map(\.type) else {
      return Finding(
        check: "outputs on noise", passed: false,
        detail: "types were \(x.map(\.type)), are \(y.map(\.type))")
    }
    var (signal, error) = (0.0, 0.0)
    for (x, y) in zip(x, y) where x.dtype == .float32 {
      for (v, w) in zip(x.array(of: Float.self), y.array(of: Float.self)) {
        signal += Double(v) * Double(v)
        error += (Double(v) - Double(w)) * (Double(v) - Double(w))
      }
    }
    let sqnr = error > 0 ? 10 * log10(signal / error) : .infinity
    return Finding(
      check: "outputs on noise", passed: error.isFinite && sqnr > 0,
      detail: error.isFinite
        ? "SQNR \(ReportText.fixed(sqnr, 1)) dB against the original" : "not finite")
  }

  private static func noise(for program: Program) throws -> [Tensor] {
    var random = SplitMix64(seed: 1)
    return try program.inputs.map { input in
      guard input.dtype == .float32, let dimensions = input.dimensions else {
        throw HarnessError.notAnImageModel(
          reason: "its input '\(input.name)' is not a float32 tensor")
      }
      let dims = dimensions.enumerated().map { $1.size ?? ($0 == 0 ? 1 : 224) }
      let shape = Shape(dims)
      return Tensor(
        (0..<shape.elementCount).map { _ in Float.random(in: -2...2, using: &random) }, shape: shape
      )
    }
  }
}

extension QuantizedModelCheck {
  public var text: String {
    findings.map { "\($0.passed ? "ok  " : "FAIL")  \($0.check): \($0.detail)" }
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
    ])
  }
}
