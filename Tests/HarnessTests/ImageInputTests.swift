import CalibrantEngine
import Foundation
import CalibrantImaging
import CalibrantONNXFormat
import TestSupport
import Testing

@testable import CalibrantHarness

/// Forms in which models read images.
@Suite struct ImageInputTests {
  /// A model that hands its input on as N × C × H × W floats and takes the mean of each channel.
  private static func model(
    _ dims: [Int?], _ type: ElementType = .float32, isChannelsLast: Bool = false
  ) throws -> Program {
    var nodes: [ModelNode] = []
    var value = "image"
    func add(_ opType: String, _ attributes: [String: AttributeValue] = [:], _ more: [String] = [])
    {
      nodes.append(
        ModelNode(
          opType, name: opType, inputs: [value] + more, outputs: ["\(value)'"],
          attributes: attributes))
      value += "'"
    }
    if type != .float32 { add("Cast", ["to": .int(1)]) }
    if dims.count == 3 { add("Unsqueeze", [:], ["zero"]) }
    if isChannelsLast { add("Transpose", ["perm": .ints([0, 3, 1, 2])]) }
    add("GlobalAveragePool")
    add("Flatten")
    if dims.count == 3 { add("Squeeze", [:], ["zero"]) }
    let input = ModelValue(
      name: "image", elementType: type,
      dimensions: dims.map { $0.map { CalibrantONNXFormat.Dimension.fixed($0) } ?? .symbolic("N") })
    let zero = ModelTensor(name: "zero", elementType: .int64, dims: [1], values: [Int64(0)])
    return try Program(
      Model(
        graph: ModelGraph(
          name: "means", nodes: nodes, inputs: [input],
          outputs: [ModelValue(name: value, elementType: .float32, dimensions: [.unknown])],
          initializers: [zero]), opset: 13))
  }

  /// Sample i has the values i + 1, i + 2 … in its channels.
  private struct Levels: SampleSource {
    let count = 5
    let sampleShape: [Int]
    func write(_ index: Int, into values: UnsafeMutableBufferPointer<Float>) {
      let plane = sampleShape[1] * sampleShape[2]
      for i in values.indices { values[i] = Float(index + i / plane + 1) }
    }
  }

  @Test(
    arguments: [
      ([nil, 3, 4, 6], false, 3), ([nil, 4, 6, 3], true, 3), ([2, 4, 6, 3], true, 3),
      ([nil, nil, nil, 3], true, 3), ([nil, 1, 4, 6], false, 1), ([nil, 4, 6, 1], true, 1),
      ([nil, 13, 4, 6], false, 13), ([3, 4, 6], false, 3), ([4, 6, 3], true, 3),
      ([-1, 3, -1, -1], false, 3),
    ] as [([Int?], Bool, Int)])
  func everyFormGetsTheSameSamples(_ dims: [Int?], _ isChannelsLast: Bool, _ channels: Int) throws {
    for type in [ElementType.float32, .uint8] {
      let program = try Self.model(dims, type, isChannelsLast: isChannelsLast)
      let input = try ImageInput(of: program)
      #expect(input.channels == channels && input.readsBytes == (type == .uint8))
      #expect((input.layout == .channelsLast) == isChannelsLast)
      #expect(input.fixedBatch == (dims.count == 3 ? 1 : dims[0].flatMap { $0 > 0 ? $0 : nil }))
      let source = Levels(sampleShape: [channels, 4, 6])
      let scores = try Evaluator(jobs: 2).scores(of: program, on: source)
      #expect(scores.classes == channels && scores.count == 5)
      for sample in 0..<5 {
        #expect(Array(scores.row(sample)) == (0..<channels).map { Float(sample + $0 + 1) })
      }
    }
  }

  @Test(arguments: [[nil, 7, 9], [3, 8], [nil, 3, 4, 4, 4]] as [[Int?]])
  func whatIsNoImageIsRefused(_ dims: [Int?]) throws {
    let input = ModelValue(
      name: "image", elementType: .float32,
      dimensions: dims.map { $0.map { CalibrantONNXFormat.Dimension.fixed($0) } ?? .symbolic("N") })
    let program = try Program(
      Model(
        graph: ModelGraph(
          name: "r", nodes: [ModelNode("Relu", name: "r", inputs: ["image"], outputs: ["y"])],
          inputs: [input],
          outputs: [ModelValue(name: "y", elementType: .float32, dimensions: [.unknown])],
          initializers: []), opset: 13))
    #expect(throws: HarnessError.self) { try ImageInput(of: program) }
  }

  /// Arrays of a model that reads channels last may lie as its input or with channels first.
  @Test func arraysInEitherLayout() throws {
    let folder = try TemporaryFolder()
    let last = (0..<2 * 4 * 6 * 3).map { Float($0) }
    let first = (0..<144).map { (i: Int) -> Float in
      let (sample, channel, pixel) = (i / 72, i / 24 % 3, i % 24)
      return last[sample * 72 + pixel * 3 + channel]
    }
    try NPYWriter.data(last, shape: [2, 4, 6, 3]).write(to: URL(filePath: folder.file("last.npy")))
    try NPYWriter.data(first, shape: [2, 3, 4, 6]).write(
      to: URL(filePath: folder.file("first.npy")))
    let input = try ImageInput(of: Self.model([nil, 4, 6, 3], isChannelsLast: true))
    for name in ["last.npy", "first.npy"] {
      let source = try NPYSource(folder.file(name), for: input)
      #expect(source.sampleShape == [3, 4, 6])
      var sample = [Float](repeating: 0, count: 72)
      sample.withUnsafeMutableBufferPointer { source.write(1, into: $0) }
      #expect(sample == Array(first[72...]), "\(name)")
    }
  }

  /// Pillow's convert("L") of these colours.
  @Test func greyIsPillowsLuma() {
    let image = ImageBuffer(
      width: 4, height: 1, pixels: [255, 0, 0, 0, 255, 0, 0, 0, 255, 90, 120, 33])
    var plane = [Float](repeating: 0, count: 4)
    let recipe = Preprocessing(std: [1.0 / 255, 1.0 / 255, 1.0 / 255])
    plane.withUnsafeMutableBufferPointer { recipe.write(image, into: $0) }
    #expect(plane.map { $0.rounded() } == [76, 150, 29, 101])
  }

  /// One sample in a hundred reaches far beyond all others; two in ten are what data are like.
  @Test func outliersAreNamed() {
    var magnitudes = (0..<100).map { 4 + Float($0 % 7) / 10 }
    #expect(OutlyingSample.among(magnitudes) { "sample \($0)" }.isEmpty)
    magnitudes[37] = 1e4
    let found = OutlyingSample.among(magnitudes) { "sample \($0)" }
    #expect(found.map(\.index) == [37] && found[0].others == 4.6)
    #expect(found[0].warning(isLeftOut: true).contains("sample 37 reaches 10000.0"))
    #expect(OutlyingSample.among([1, 2, 1, 1, 2, 1, 1, 1, 90, 90]) { "\($0)" }.isEmpty)
  }
}
