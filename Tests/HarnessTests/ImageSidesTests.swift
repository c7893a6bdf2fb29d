import CalibrantEngine
import CalibrantImaging
import CalibrantONNXFormat
import Testing

@testable import CalibrantHarness

@Suite struct ImageSidesTests {
  /// Rows are averaged by 48, and one has to be left: heights of 48 to 95 are taken, and any width.
  private func reader(rows: Int, _ dims: [CalibrantONNXFormat.Dimension]) throws -> Program {
    try Program(
      Model(
        graph: ModelGraph(
          name: "reader",
          nodes: [
            ModelNode(
              "AveragePool", name: "pool", inputs: ["x"], outputs: ["row"],
              attributes: ["kernel_shape": .ints([rows, 1]), "strides": .ints([rows, 1])]),
            ModelNode("Squeeze", name: "line", inputs: ["row", "axis"], outputs: ["y"]),
          ],
          inputs: [ModelValue(name: "x", elementType: .float32, dimensions: dims)],
          outputs: [
            ModelValue(
              name: "y", elementType: .float32, dimensions: [.unknown, .fixed(3), .unknown])
          ],
          initializers: [
            ModelTensor(name: "axis", elementType: .int64, dims: [1], values: [2] as [Int64])
          ]), opset: 13))
  }

  private func sides(
    _ program: Program, _ preprocessing: Preprocessing? = nil
  ) throws -> ImageSize {
    try ImageInput(of: program).sides(in: program, preprocessing)
  }

  @Test func aHeightIsFoundThatTheNetworkTakes() throws {
    let open: [CalibrantONNXFormat.Dimension] = [.symbolic("N"), .fixed(3), .unknown, .unknown]
    #expect(try sides(reader(rows: 48, open)) == ImageSize(width: 224, height: 48))
    // As before where nothing speaks against it.
    #expect(try sides(reader(rows: 200, open)) == ImageSize(width: 224, height: 224))
    var recipe = Preprocessing.imagenet(side: 224)
    (recipe.resize, recipe.crop) = (.height(64), nil)
    #expect(try sides(reader(rows: 48, open), recipe) == ImageSize(width: 224, height: 64))
  }

  @Test func fixedSidesStay() throws {
    let wide: [CalibrantONNXFormat.Dimension] = [.fixed(1), .fixed(3), .unknown, .fixed(320)]
    #expect(try sides(reader(rows: 48, wide)) == ImageSize(width: 320, height: 48))
    #expect(try sides(reader(rows: 300, wide)) == ImageSize(width: 320, height: 320))
  }

  @Test func whatRunsAtNoneIsRefusedWithTheOption() throws {
    let open: [CalibrantONNXFormat.Dimension] = [.symbolic("N"), .fixed(3), .unknown, .unknown]
    let error = #expect(throws: HarnessError.self) { try sides(reader(rows: 9, open)) }
    #expect(error?.description.contains("'x'") == true)
    #expect(error?.description.contains("--resize WxH") == true)
  }

  @Test func nounsHaveTheirPlural() {
    #expect(ReportText.count(2, "box") == "2 boxes" && ReportText.count(1, "box") == "1 box")
    #expect(
      ReportText.count(3, "class") == "3 classes" && ReportText.count(0, "image") == "0 images")
  }
}
