import Foundation
import CalibrantImaging
import CalibrantONNXFormat
import TestSupport
import Testing

@testable import CalibrantHarness

/// A model that tells four shades of grey apart, if pixels arrive as 0…1.
private enum Greys {
  static let shades: [Float] = [0.1, 0.35, 0.6, 0.9]

  /// The score of shade c is 2cx − c², highest where x is nearest to c.
  static func model(
    background: Bool = false, batch: CalibrantONNXFormat.Dimension = .symbolic("N"),
    isChannelsLast: Bool = false, weight: Float = 1
  ) -> Model {
    let classes = background ? 5 : 4
    let first = background ? 1 : 0
    var weights = [Float](repeating: 0, count: 3 * classes)
    var biases = [Float](repeating: -1000, count: classes)
    for (index, shade) in shades.enumerated() {
      for channel in 0..<3 { weights[channel * classes + first + index] = weight * 2 * shade / 3 }
      biases[first + index] = -shade * shade
    }
    let dims: [CalibrantONNXFormat.Dimension] =
      isChannelsLast
      ? [batch, .fixed(8), .fixed(8), .fixed(3)] : [batch, .fixed(3), .fixed(8), .fixed(8)]
    let pool = isChannelsLast ? "planes" : "image"
    let transpose = ModelNode(
      "Transpose", name: "t", inputs: ["image"], outputs: ["planes"],
      attributes: ["perm": .ints([0, 3, 1, 2])])
    return Model(
      graph: ModelGraph(
        name: "greys",
        nodes: (isChannelsLast ? [transpose] : []) + [
          ModelNode("GlobalAveragePool", name: "pool", inputs: [pool], outputs: ["p"]),
          ModelNode("Flatten", name: "flat", inputs: ["p"], outputs: ["f"]),
          ModelNode("Gemm", name: "fc", inputs: ["f", "w", "b"], outputs: ["scores"]),
        ],
        inputs: [ModelValue(name: "image", elementType: .float32, dimensions: dims)],
        outputs: [
          ModelValue(name: "scores", elementType: .float32, dimensions: [batch, .fixed(classes)])
        ],
        initializers: [
          ModelTensor(name: "w", elementType: .float32, dims: [3, classes], values: weights),
          ModelTensor(name: "b", elementType: .float32, dims: [classes], values: biases),
        ]), opset: 13)
  }

  static let folder: TemporaryFolder = {
    do {
      let folder = try TemporaryFolder()
      for (label, shade) in shades.enumerated() {
        for index in 0..<10 {
          let level = UInt8(shade * 255) + UInt8(index)
          let image = ImageBuffer(
            width: 8, height: 8, pixels: [UInt8](repeating: level, count: 8 * 8 * 3))
          try folder.write(Data(PNGEncoder().encode(image)), to: "\(label)/\(index).png")
        }
      }
      return folder
    } catch {
      fatalError("the images cannot be written: \(error)")
    }
  }()

  static func examine(
    _ model: Model, _ given: Preprocessing = Preprocessing(), furtherClasses: [String] = []
  ) throws -> Doctor {
    let file = try TemporaryFolder()
    try model.write(to: file.file("m.onnx"))
    let images = try ImageDataset.load(from: folder.path)
    let dataset = ImageDataset(
      name: images.name, samples: images.samples, classNames: images.classNames + furtherClasses)
    return try Doctor(file.file("m.onnx"), dataset, options: .init(jobs: 1)) { _ in given }
  }
}

@Suite struct DoctorTests {
  @Test func saysNothingOfASoundModel() throws {
    let doctor = try Greys.examine(Greys.model())
    #expect(doctor.isSound && doctor.findings.isEmpty, "\(doctor.findings)")
    #expect(doctor.given?.top1 == 1 && doctor.best?.recipe.name == "as given")
  }

  @Test func findsTheRecipeFromAWrongOne() throws {
    for wrong in [Preprocessing.tensorflow(side: 8), .caffe(side: 8), .imagenet(side: 8)] {
      let doctor = try Greys.examine(Greys.model(), wrong)
      #expect(doctor.findings.map(\.kind) == [.recipe])
      let best = try #require(doctor.best)
      #expect(best.recipe.preprocessing.mean == [0, 0, 0] && best.top1 == 1)
      #expect(best.recipe.preprocessing.std == [1, 1, 1])
      #expect(!doctor.isSound && doctor.text.contains("use --preset none"), "\(doctor.text)")
    }
  }

  /// Images of one colour look the same however they are resized.
  @Test func saysThatRecipesTieAndNamesTheMoreUsual() throws {
    let given = Preprocessing(resize: .exact(width: 8, height: 8), interpolation: .bicubic)
    let doctor = try Greys.examine(Greys.model(), given)
    #expect(doctor.isSound && doctor.findings.map(\.kind) == [.tie])
    #expect(doctor.best?.recipe.preprocessing == Preprocessing())
    #expect(doctor.tied.contains { $0.recipe.preprocessing == given })
  }

  @Test func keepsAnUnknownRecipeThatTies() throws {
    let given = Preprocessing(resize: .exact(width: 8, height: 8), interpolation: .lanczos)
    let doctor = try Greys.examine(Greys.model(), given)
    #expect(doctor.isSound && doctor.best?.recipe.name == "as given")
  }

  @Test func seesFewerClassesThanLabels() throws {
    let doctor = try Greys.examine(Greys.model(), furtherClasses: ["white"])
    #expect(doctor.findings.map(\.kind) == [.classCount] && !doctor.isSound)
  }

  @Test func seesABackgroundClass() throws {
    let doctor = try Greys.examine(Greys.model(background: true))
    #expect(Set(doctor.findings.map(\.kind)) == [.classCount, .labelShift])
    #expect(doctor.best?.labelShift == 1 && doctor.best?.top1 == 1)
  }

  @Test func seesABatchOfOneAndFeedsChannelsLast() throws {
    let one = try Greys.examine(Greys.model(batch: .fixed(1)))
    #expect(one.findings.map(\.kind) == [.fixedBatch] && one.isSound)
    let last = try Greys.examine(Greys.model(isChannelsLast: true))
    #expect(last.findings.isEmpty && last.given?.top1 == 1)
  }

  @Test func seesOutputsThatAreNoScores() throws {
    var model = Greys.model()
    var graph = model.graph
    graph.nodes.removeLast(2)
    graph.nodes[0] = ModelNode("Relu", name: "r", inputs: ["image"], outputs: ["p"])
    graph.outputs = [ModelValue(name: "p", elementType: .float32, dimensions: [.symbolic("N")])]
    model.graph = graph
    #expect(try Greys.examine(model).findings.map(\.kind) == [.notClassScores])
    let constant = try Greys.examine(Greys.model(weight: 0))
    #expect(constant.findings.map(\.kind).contains(.constantOutput))
    let broken = try Greys.examine(Greys.model(weight: .nan))
    #expect(broken.findings.map(\.kind).contains(.notFinite))
  }

  @Test func transposingTwiceIsNothing() throws {
    let samples = SeededSamples(count: 2, sampleShape: [3, 4, 5])
    let twice = TransposedSource(source: TransposedSource(source: samples))
    let once = TransposedSource(source: samples)
    var values = [Float](repeating: 0, count: 60)
    try values.withUnsafeMutableBufferPointer { try twice.write(1, into: $0) }
    #expect(values == samples.sample(1) && twice.sampleShape == [3, 4, 5])
    try values.withUnsafeMutableBufferPointer { try once.write(1, into: $0) }
    // Row 2, column 3 of plane 1 is row 3, column 2 of the transposed one.
    #expect(values[20 + 3 * 4 + 2] == samples.sample(1)[20 + 2 * 5 + 3])
  }
}
