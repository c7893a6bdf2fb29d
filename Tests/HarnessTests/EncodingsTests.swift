import CalibrantEngine
import Foundation
import CalibrantImaging
import CalibrantONNXFormat
import CalibrantQuantization
import TestSupport
import Testing

@testable import CalibrantHarness

/// Encodings against the tensors of the file that they are of, read by the system's JSON parser.
@Suite struct EncodingsTests {
  private static let recipe = Preprocessing(mean: [0.5, 0.5, 0.5])

  private static func quantized(
    _ scheme: String, _ edit: (inout QuantizationOptions) -> Void = { _ in }
  ) throws -> QuantizedModel {
    let model = SmallClassifier.model(side: 10)
    var options = QuantizationOptions()
    options.policy = Policy()
    edit(&options)
    return try QuantizationJob(model, recipe, options).weightBased(
      SchemeName(scheme), isCorrected: false, CalibrationWalk(jobs: 1))
  }

  private static func floats(_ tensor: ModelTensor) throws -> [Float] {
    try tensor.payload().withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
  }

  private static func names(_ entries: [[String: Any]]) -> [String] {
    entries.compactMap { entry in entry["name"] as? String }
  }

  /// The system's parser may miss a double by its last bit, which leaves a float's digits as they are.
  private static func floats(_ value: Any?) -> [Float]? { (value as? [Double])?.map { Float($0) } }

  private static func object(
    _ quantized: QuantizedModel, _ version: EncodingsFile.Version
  ) throws -> [String: Any] {
    let text = try EncodingsFile.json(StoredQuantizers(quantized).all, version).text
    return try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  /// 8-bit weights about zero, unsigned activations with a zero point, int32 biases where there are some.
  @Test func listsHaveTheFilesScalesAndZeroPoints() throws {
    let file = try Self.quantized("w8a8")
    let encodings = try Self.object(file, .lists)
    #expect(encodings["version"] as? String == "1.0.0")
    let parameters = try #require(encodings["param_encodings"] as? [[String: Any]])
    let activations = try #require(encodings["activation_encodings"] as? [[String: Any]])
    #expect(Self.names(parameters) == ["w", "v"])
    #expect(Set(Self.names(activations)) == Set(file.quantizedTensors))
    let tensors = file.model.graph.initializers
    for entry in parameters + activations {
      let name = try #require(entry["name"] as? String)
      let scale = try #require(tensors.first { $0.name == name + "_scale" })
      let zero = try #require(tensors.first { $0.name == name + "_zero_point" })
      let isSigned = zero.elementType == .int8
      // From the lowest code on.
      let offsets: [Int] = try zero.payload().map { byte in isSigned ? -128 : -Int(byte) }
      let kind = scale.dims.isEmpty ? "PER_TENSOR" : "PER_CHANNEL"
      #expect(Self.floats(entry["scale"]) == (try Self.floats(scale)))
      #expect(entry["is_sym"] as? Bool == isSigned)
      #expect(entry["offset"] as? [Int] == offsets)
      #expect(entry["bw"] as? Int == 8)
      #expect(entry["dtype"] as? String == "INT")
      #expect(entry["enc_type"] as? String == kind)
    }
  }

  /// 4-bit codes with zero points count from −8.
  @Test func objectsHaveRanges() throws {
    let file = try Self.quantized("w4")
    let encodings = try Self.object(file, .objects)
    let parameters = try #require(
      encodings["param_encodings"] as? [String: [[String: Any]]])
    let channels = try #require(parameters["v"])
    let tensors = file.model.graph.initializers
    let scales = try Self.floats(#require(tensors.first { $0.name == "v_scale" }))
    let zeroPoints = try #require(tensors.first { $0.name == "v_zero_point" })
    let packed = [UInt8](try zeroPoints.payload())
    #expect(channels.count == 4)
    #expect(scales.count == 4)
    #expect(packed.count == 2)
    for (index, channel) in channels.enumerated() {
      let nibble = Int(packed[index / 2] >> (index % 2 * 4) & 15)
      let zero: Int = nibble > 7 ? nibble - 16 : nibble
      let scale = Double(scales[index])
      let expected = [scale, scale * Double(-zero - 8), scale * Double(7 - zero)]
      let stated = ["scale", "min", "max"].compactMap { channel[$0] as? Double }
      // The system's parser may miss the last bit.
      #expect(stated.count == 3)
      #expect(zip(stated, expected).allSatisfy { abs($0 - $1) < 1e-12 })
      #expect(channel["offset"] as? Int == -zero - 8)
      #expect(channel["bitwidth"] as? Int == 4)
      #expect(channel["dtype"] as? String == "int")
    }
  }

  /// The network beside the encodings computes what the file computes with float activations, and nothing in it is quantized.
  @Test func theNetworkIsWhatTheCodesStandFor() throws {
    let file = try Self.quantized("w4")
    let network = try StoredQuantizers(file).network
    #expect(Set(network.graph.initializers.map(\.name)).isSuperset(of: ["w", "v"]))
    #expect(
      !network.graph.nodes.contains { ["QuantizeLinear", "DequantizeLinear"].contains($0.opType) })
    let image = Tensor(
      SeededSamples(count: 1, sampleShape: [3, 10, 10]).sample(0), shape: [1, 3, 10, 10])
    func scores(_ model: Model) throws -> [Float] {
      var session = Session(try Program(model))
      return try session.run([image])[0].array(of: Float.self)
    }
    #expect(try scores(network) == scores(file.model))
  }

  /// Blocks go channel by channel.
  @Test func blocksAreListedByChannel() throws {
    let file = try Self.quantized("w4") { $0.blockSize = 32 }
    let parameters = try #require(
      try Self.object(file, .lists)["param_encodings"] as? [[String: Any]])
    let entry = try #require(parameters.first { $0["name"] as? String == "v" })
    #expect(entry["enc_type"] as? String == "PER_BLOCK" && entry["block_size"] as? Int == 32)
    let scale = try #require(file.model.graph.initializers.first { $0.name == "v_scale" })
    #expect(scale.dims == [4, 4])
    let stored = try Self.floats(scale)
    let byChannel: [Float] = (0..<16).map { index in stored[index % 4 * 4 + index / 4] }
    #expect(Self.floats(entry["scale"]) == byChannel)
    #expect(throws: HarnessError.self) { try Self.object(file, .objects) }
  }
}
