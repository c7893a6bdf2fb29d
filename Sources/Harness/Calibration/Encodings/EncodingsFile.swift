import Foundation
import CalibrantONNXFormat
import CalibrantQuantization

/// Scales and offsets of a quantized file as AIMET writes and QNN's converter reads them, and the float network that they are of.
///
/// A value x has the code clip(round(x / scale) − offset, 0, 2^bits − 1): offsets count from the lowest code, whatever type the
/// file stores. https://quic.github.io/aimet-pages/releases/latest (quantization encoding specification)
public struct EncodingsFile: Sendable {
  public enum Version: String, Sendable, CaseIterable {
    /// Entries by tensor, one object per channel.
    case objects = "0.6.1"
    /// A list of tensors with lists of scales.
    case lists = "1.0.0"
  }

  public let path: String
  public let version: Version

  public init(_ path: String, _ version: Version) { (self.path, self.version) = (path, version) }

  /// Where the network without quantizers goes, which `qairt-converter` takes with the encodings.
  public var networkPath: String {
    (path.hasSuffix(".json") ? String(path.dropLast(5)) : path) + ".float.onnx"
  }

  /// - Throws: `HarnessError.badOption` for weights in blocks, which version 0.6.1 has no form for.
  func write(_ quantized: QuantizedModel) throws {
    let quantizers = try StoredQuantizers(quantized)
    let text = try Self.json(quantizers.all, version).text
    _ = try quantizers.network.write(to: networkPath)
    try AtomicFile.write(Data(text.utf8), to: path)
  }

  static func json(_ all: [StoredQuantizer], _ version: Version) throws(HarnessError) -> JSONValue {
    let activations = all.filter { $0.role == .activation }
    let parameters = all.filter { $0.role != .activation }
    switch version {
    case .objects:
      if let blocked = all.first(where: { $0.blockSize != nil }) {
        throw .badOption(
          "--encodings-version 0.6.1 has no form for '\(blocked.tensor)', whose weights are in blocks; 1.0.0 has"
        )
      }
      func section(_ some: [StoredQuantizer]) -> JSONValue {
        .object(some.map { .init($0.tensor, .array($0.channels)) })
      }
      return .object([
        .init("version", .string(version.rawValue)),
        .init("activation_encodings", section(activations)),
        .init("param_encodings", section(parameters)),
      ])
    case .lists:
      return .object([
        .init("version", .string(version.rawValue)),
        .init("activation_encodings", .array(activations.map(\.entry))),
        .init("param_encodings", .array(parameters.map(\.entry))),
      ])
    }
  }
}

extension StoredQuantizer {
  /// Whether it is that of a signed type about 0, of which readers make one.
  private var isSymmetric: Bool { isSigned && zeroPoints.allSatisfy { $0 == 0 } }

  /// What a zero point is above the lowest code, negated.
  private func offset(_ zeroPoint: Int) -> Int {
    -(zeroPoint + (isSigned ? 1 << (bits - 1) : 0))
  }

  /// Scales with their zero points, output channel by output channel.
  private var sets: [(scale: Float, zeroPoint: Int)] {
    let sets = Array(zip(scales, zeroPoints))
    guard blockSize != nil, axis == 1 else { return sets.map { ($0.0, $0.1) } }
    let channels = shape[1]
    return (0..<channels).flatMap { channel in
      stride(from: channel, to: sets.count, by: channels).map { (sets[$0].0, sets[$0].1) }
    }
  }

  /// One object per channel, as version 0.6.1 has them.
  fileprivate var channels: [JSONValue] {
    sets.map { scale, zeroPoint in
      let (scale, offset) = (Double(scale), offset(zeroPoint))
      return .object([
        .init("bitwidth", .int(bits)), .init("dtype", .string("int")),
        .init("is_symmetric", .string(isSymmetric ? "True" : "False")),
        .init("max", .number(scale * Double(offset + (1 << bits) - 1))),
        .init("min", .number(scale * Double(offset))),
        .init("offset", .int(offset)), .init("scale", .number(scale)),
      ])
    }
  }

  /// As version 1.0.0 has it.
  fileprivate var entry: JSONValue {
    let kind =
      blockSize != nil
      ? "PER_BLOCK" : axis != nil || scales.count > 1 ? "PER_CHANNEL" : "PER_TENSOR"
    return .object(
      [
        .init("name", .string(tensor)), .init("dtype", .string("INT")), .init("bw", .int(bits)),
        .init("enc_type", .string(kind)), .init("is_sym", .bool(isSymmetric)),
        .init("scale", .numbers(sets.map { Double($0.scale) })),
        .init("offset", .integers(sets.map { offset($0.zeroPoint) })),
      ] + JSONValue.present("block_size", blockSize.map(JSONValue.int)))
  }
}
