import CalibrantEngine
import Foundation
import CalibrantImaging
import CalibrantLinearAlgebra
import CalibrantONNXFormat
import TestSupport
import Testing

@testable import CalibrantHarness

/// Kept or not, decoded first or when they are read, images are the same samples.
@Suite struct ImageStoreTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let damaged = "b/2.png"

  /// Two classes of three seeded images, all of another size, one of them cut short where asked.
  private func dataset(damaging isDamaged: Bool = false) throws -> ImageDataset {
    var random = SplitMix64(seed: 9)
    for (index, path) in ["a/0.png", "a/1.png", "a/2.png", "b/0.png", "b/1.png", Self.damaged]
      .enumerated()
    {
      let (width, height) = (40 + 3 * index, 50 - 2 * index)
      let pixels = (0..<width * height * 3).map { _ in UInt8.random(in: 0...255, using: &random) }
      let bytes = try Self.png(ImageBuffer(width: width, height: height, pixels: pixels))
      let isCut = isDamaged && path == Self.damaged
      try folder.write(isCut ? bytes.prefix(bytes.count / 2) : bytes, to: path)
    }
    return try ImageDataset.load(from: folder.path, labels: nil)
  }

  private func store(
    damaging isDamaged: Bool = false, _ change: (inout ImageStore.Options) -> Void
  ) throws -> ImageStore {
    var options = ImageStore.Options(jobs: 2)
    change(&options)
    let recipe = Preprocessing(resize: .shorterSide(36), crop: 32)
    let input = try ImageInput(of: Program(SmallClassifier.model(side: 32)))
    return try ImageStore(dataset(damaging: isDamaged), recipe, for: input, options)
  }

  private func floats(_ store: ImageStore) throws -> [[Float]] {
    try (0..<store.count).map { index in
      var values = [Float](repeating: 0, count: store.sampleSize)
      try values.withUnsafeMutableBufferPointer { try store.write(index, into: $0) }
      return values
    }
  }

  @Test(arguments: [0, 2 * 32 * 32 * 3, 1 << 20]) func budgetsChangeNothing(budget: Int) throws {
    let plain = try store { _ in }
    #expect(plain.count == 6 && plain.sampleShape == [3, 32, 32])
    let expected = try floats(plain)
    for decodesFirst in [false, true] {
      let store = try store {
        $0.budget = budget
        $0.decodesFirst = decodesFirst
      }
      #expect(store.hashes == plain.hashes && store.samples == plain.samples)
      for _ in 0..<2 { try #expect(floats(store) == expected) }
    }
  }

  /// Images of 40 + 3i by 50 − 2i pixels; the shorter side becomes 36, of which the middle 32 stay.
  @Test func geometriesAreOfTheOriginals() throws {
    for decodesFirst in [false, true] {
      let store = try store(damaging: true) {
        $0.skipsUnreadable = decodesFirst
        $0.decodesFirst = decodesFirst
      }
      let second = store.geometry(of: 1)
      // 43 x 48 becomes 36 x 40.
      #expect(second.width == 43 && second.height == 48)
      #expect(second.scaleX == 36.0 / 43 && second.scaleY == 40.0 / 48)
      #expect(second.offsetX == -2 && second.offsetY == -4)
      // 52 x 42 becomes 44 x 36.
      let fifth = store.geometry(of: 4)
      #expect(fifth.scaleX == 44.0 / 52 && fifth.scaleY == 36.0 / 42)
      #expect(fifth.offsetX == -6 && fifth.offsetY == -2)
    }
  }

  /// An image of 37 x 23 pixels that EXIF turns by a quarter.
  @Test func turnedImagesHaveTurnedGeometries() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../ImagingTests/Fixtures/exif_6.jpg")
    let bytes = try Data(contentsOf: file)
    try folder.write(bytes, to: "turned.jpg")
    let dataset = try ImageDataset.loadUnlabelled(from: folder.path)
    let input = try ImageInput(of: Program(SmallClassifier.model(side: 32)))
    let stored = try bytes.withUnsafeBytes { try imageSize($0) }
    for exif in [false, true] {
      var recipe = Preprocessing.yolo(ImageSize(width: 32, height: 32))
      recipe.appliesEXIF = exif
      let store = try ImageStore(dataset, recipe, for: input, ImageStore.Options(jobs: 1))
      let size = exif ? [stored.height, stored.width] : [stored.width, stored.height]
      let geometry = store.geometry(of: 0)
      #expect(geometry.width == size[0] && geometry.height == size[1])
      let scale = 32 / Double(max(stored.width, stored.height))
      let isWide = geometry.width > geometry.height
      #expect((isWide ? geometry.scaleX : geometry.scaleY) == scale)
      #expect((isWide ? geometry.offsetY : geometry.offsetX) > 0)
    }
  }

  /// Channel means of images 8 pixels high and of any width, or of one.
  private func means(
    batch: CalibrantONNXFormat.Dimension = .symbolic("N"), width: CalibrantONNXFormat.Dimension
  )
    throws -> Program
  {
    let graph = ModelGraph(
      name: "means",
      nodes: [ModelNode("GlobalAveragePool", name: "mean", inputs: ["x"], outputs: ["y"])],
      inputs: [
        ModelValue(
          name: "x", elementType: .float32, dimensions: [batch, .fixed(3), .fixed(8), width])
      ],
      outputs: [
        ModelValue(
          name: "y", elementType: .float32, dimensions: [batch, .fixed(3), .fixed(1), .fixed(1)])
      ], initializers: [])
    return try Program(Model(graph: graph, opset: 17))
  }

  private func lines(_ program: Program, _ recipe: Preprocessing) throws -> ImageStore {
    var options = ImageStore.Options(jobs: 2)
    options.decodesFirst = true
    options.budget = 1000
    return try ImageStore(dataset(), recipe, for: ImageInput(of: program), options)
  }

  /// Images of 40 + 3i by 50 − 2i pixels, 8 pixels high.
  @Test(arguments: [CalibrantONNXFormat.Dimension.symbolic("N"), .fixed(1), .fixed(2)])
  func linesOfTextKeepTheirWidths(batch: CalibrantONNXFormat.Dimension) throws {
    let program = try means(batch: batch, width: .symbolic("W"))
    let recipe = Preprocessing(resize: .height(8))
    let store = try lines(program, recipe)
    #expect((0..<6).map { store.shape(of: $0)[2] } == [7, 8, 8, 9, 10, 11])
    #expect(store.sampleShape == [3, 8, 11] && !store.isUniform)
    // In another order, which changes no image.
    let ordered = CanonicalOrder(store, hashes: store.hashes)
    let batching = try Batching(ordered, for: program)
    #expect(batching.unit == 1 && batching.unitCount == 6)
    var session = Session(program)
    for index in 0..<6 {
      let place = try #require(store.samples.firstIndex { $0.path == ordered.name(of: index) })
      let image = try recipe.prepared(decodeImage(Data(contentsOf: store.samples[place].url)))
      var planes = [Float](repeating: 0, count: image.pixels.count)
      planes.withUnsafeMutableBufferPointer { recipe.write(image, into: $0) }
      let input = try batching.input(index, from: ordered)
      let rows: Int = batch.size ?? 1
      #expect(input.shape.dims == [rows, 3, 8, image.width])
      #expect(Array(input.array(of: Float.self).prefix(planes.count)) == planes)
      let output: [Float] = try session.run([input])[0].array(of: Float.self)
      let red = planes.prefix(planes.count / 3)
      let mean = red.reduce(0, +) / Float(red.count)
      #expect(abs(output[0] - mean) < 1e-5)
    }
  }

  @Test func otherImagesOfSeveralSizesAreRefused() throws {
    let open = try means(width: .symbolic("W"))
    #expect(throws: HarnessError.self) { try lines(open, Preprocessing()) }
    #expect(throws: HarnessError.self) { try lines(open, Preprocessing(resize: .shorterSide(8))) }
    let fixed = try means(width: .fixed(9))
    #expect(throws: HarnessError.self) { try lines(fixed, Preprocessing(resize: .height(8))) }
    #expect(throws: HarnessError.self) { try lines(open, Preprocessing(resize: .height(9))) }
    let exact = try lines(open, Preprocessing(resize: .exact(width: 9, height: 8)))
    #expect(exact.isUniform && exact.shape(of: 5) == [3, 8, 9])
  }

  @Test func damageIsFoundWhenAnImageIsDecoded() throws {
    let streamed = try store(damaging: true) { _ in }
    let error = #expect(throws: HarnessError.self) { try floats(streamed) }
    #expect(error?.description.contains(Self.damaged) == true)
    #expect(throws: HarnessError.self) { try store(damaging: true) { $0.decodesFirst = true } }
  }

  @Test func damagedImagesAreLeftOut() throws {
    let store = try store(damaging: true) { $0.skipsUnreadable = true }
    #expect(store.skipped.map(\.path) == [Self.damaged])
    try #expect(floats(store).count == 5)
  }

  @Test func aFileThatChangesSizeIsRefused() throws {
    let sample = try dataset().samples[0]
    let one = ImageDataset(name: "one", samples: [sample], classNames: ["a"])
    let input = try ImageInput(of: Program(SmallClassifier.model(side: 40)))
    let options = ImageStore.Options(jobs: 1)
    try write(width: 40, to: sample.path)
    let store = try ImageStore(one, Preprocessing(), for: input, options)
    try write(width: 41, to: sample.path)
    #expect(throws: HarnessError.self) { try floats(store) }
  }

  private func write(width: Int, to path: String) throws {
    let pixels = [UInt8](repeating: 1, count: width * 40 * 3)
    try folder.write(Self.png(ImageBuffer(width: width, height: 40, pixels: pixels)), to: path)
  }

  private static func png(_ image: ImageBuffer) throws -> Data {
    Data(try PNGEncoder().encode(image))
  }
}
