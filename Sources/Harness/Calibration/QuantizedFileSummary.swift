import Foundation
import CalibrantQuantization

/// What `quantize` and `calibrate` say of the file they wrote.
public struct QuantizedFileSummary {
  private let quantized: QuantizedModel
  private let path: String
  private let originalBytes: Int
  private let bytes: Int
  /// Set where data was seen.
  public var observations: Observations?
  /// A layer of which little is left.
  public var lost: LostLayer?
  /// What speaks against the data, one sentence each.
  public var warnings: [String] = []
  /// Unreadable images that were left out.
  public var skipped: [String] = []

  private let saturation: [LayerSaturation]

  /// - Parameter bytes: what was written to `path`.
  public init(_ quantized: QuantizedModel, path: String, bytes: Int, originalBytes: Int) throws {
    saturation = try LayerSaturation.all(in: quantized.model)
    self.quantized = quantized
    self.path = path
    self.bytes = bytes
    self.originalBytes = originalBytes
  }

  private var compression: Double { bytes > 0 ? Double(originalBytes) / Double(bytes) : 0 }
  private var quantizedLayers: Int { quantized.layers.count { $0.bits != nil } }
  private var layerCount: Int { quantized.layers.count + quantized.unquantizedLayers.count }

  public var text: String {
    var lines = [
      "\(path): \(ReportText.bytes(originalBytes)) → \(ReportText.bytes(bytes)) "
        + "(\(ReportText.fixed(compression, 2))x), \(quantizedLayers) of "
        + "\(ReportText.count(layerCount, "layer")) quantized"
        + (quantized.bitsPerWeight.map { ", \(ReportText.fixed($0, 2)) bits per weight" } ?? "")
    ]
    if let observations, observations.sampleCount > 0 {
      lines.append(
        "observed \(observations.summary); "
          + "\(quantized.quantizedTensors.count) quantized")
      lines += nonFinite(observations).map { "warning: NaN or infinite values in \($0)" }
      let unobserved = quantized.tensorsWithoutObservations
      if !unobserved.isEmpty {
        lines.append(
          "without observations, ranges predicted from the file: \(unobserved.joined(separator: ", "))"
        )
      }
    }
    if !skipped.isEmpty {
      lines.append(
        "left out \(ReportText.count(skipped.count, "unreadable image")): \(skipped.joined(separator: ", "))"
      )
    }
    if let lost { lines.append("warning: \(lost.warning)") }
    if let sentence = saturation.sentence { lines.append("note: \(sentence)") }
    return (lines + quantized.notes).joined(separator: "\n")
  }

  private func nonFinite(_ observations: Observations) -> [String] {
    observations.statistics.filter { $0.value.summary.hasNonFinite }.map(\.key).sorted()
  }

  public var json: JSONValue {
    .object([
      .init("file", .string(URL(filePath: path).lastPathComponent)), .init("bytes", .int(bytes)),
      .init("originalBytes", .int(originalBytes)), .init("compression", .number(compression)),
      .init("bitsPerWeight", quantized.bitsPerWeight.map(JSONValue.number) ?? .null),
      .init("samples", .int(observations?.sampleCount ?? 0)),
      .init("quantizedActivations", .int(quantized.quantizedTensors.count)),
      .init(
        "tensorsWithoutObservations",
        .array(quantized.tensorsWithoutObservations.map(JSONValue.string))),
      .init(
        "nonFinite", .array(observations.map(nonFinite).map { $0.map(JSONValue.string) } ?? [])),
      .init(
        "approaches",
        .array(
          quantized.approaches.map { approach in
            .object([
              .init("approach", .string(approach.approach.rawValue)),
              .init("outputError", .number(approach.loss)),
              .init("isOfRangesAlone", .bool(approach.isOfRangesAlone)),
            ])
          })),
      .init("warnings", .array(warnings.map(JSONValue.string))),
      .init("notes", .array(quantized.notes.map(JSONValue.string))),
      .init("skippedImages", .array(skipped.map(JSONValue.string))),
      .init(
        "layers",
        .array(
          quantized.layers.map { layer in
            .object([
              .init("name", .string(layer.name)), .init("opType", .string(layer.opType)),
              .init("elements", .int(layer.elementCount)),
              .init("bits", layer.bits.map(JSONValue.int) ?? .null),
              .init("relativeError", layer.relativeError.map(JSONValue.number) ?? .null),
              .init("saturationSafe", .bool(layer.isSaturationSafe)),
            ])
          })),
      .init(
        "unquantizedLayers",
        .array(
          quantized.unquantizedLayers.map { layer in
            .object([
              .init("name", .string(layer.name)), .init("opType", .string(layer.opType)),
              .init("reason", .string(layer.reason)),
            ])
          })),
      .init("ranges", RangeChoiceText.json(quantized.rangeChoices)),
      .init("rangesByNetwork", RangeChoiceText.networksJSON(quantized.rangeChoices)),
      .init("floatActivations", quantized.rangeChoices.floats?.json ?? .null),
      .init("lostLayer", lost?.json ?? .null),
      .init("saturation", saturation.json),
    ])
  }
}

extension FloatActivations {
  fileprivate var json: JSONValue {
    .object([
      .init("names", .array(names.map(JSONValue.string))),
      .init("multiplyAccumulates", .number(share)), .init("outputErrorBefore", .number(lossBefore)),
      .init("outputErrorAfter", .number(lossAfter)),
    ])
  }
}
