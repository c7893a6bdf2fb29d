import Testing

@testable import CalibrantTasks

/// Shapes of well-known exports for an input of 640 x 640.
@Suite struct GuessedBoxDecoderTests {
  private func guess(
    _ shapes: [[Int]], classCount: Int? = nil, side: Int = 640
  ) throws(TaskError) -> String {
    let decoder = try StandardBoxDecoders.guess(
      shapes: shapes, width: side, height: side, classCount: classCount)
    return type(of: decoder).name
  }

  @Test(arguments: [
    ([[1, 84, 8400]], "yolov8"), ([[84, 8400]], "yolov8"), ([[1, 5, 8400]], "yolov8"),
    ([[1, 116, 8400], [1, 32, 160, 160]], "yolov8"), ([[1, 8400, 5]], "yolov8"),
    ([[1, 25200, 85]], "yolov5"), ([[1, 25200, 6]], "yolov5"), ([[1, 300, 6]], "end2end"),
    ([[100, 6]], "end2end"),
  ])
  func shapesOfOneKindOfDetector(_ shapes: [[Int]], _ name: String) throws {
    #expect(try guess(shapes) == name)
  }

  /// YOLOv5-P6 has a fourth grid, of stride 64.
  @Test func fourGrids() throws {
    #expect(try guess([[1, 102_000, 85]], side: 1280) == "yolov5")
  }

  @Test func queriesAreToldByTheNumberOfClasses() throws {
    let shapes = [[1, 100, 92], [1, 100, 4]]
    #expect(try guess(shapes, classCount: 91) == "detr")
    #expect(try guess(shapes.reversed(), classCount: 92) == "detr-sigmoid")
    for classes in [nil, 90] {
      #expect(
        throws: TaskError.ambiguousDetector(shapes: shapes, candidates: ["detr", "detr-sigmoid"])
      ) { try guess(shapes, classCount: classes) }
    }
  }

  /// As many rows as cells: of YOLOX, of YOLOv6, which decodes its boxes, or of YOLOv8 turned.
  @Test func aBoxForEachCellMayBeOfSeveral() throws {
    let error = #expect(throws: TaskError.self) { try guess([[1, 8400, 85]]) }
    #expect(
      error?.description
        == "outputs of 1 x 8400 x 85 may be those of yolov8 or yolov5 or yolox: say which with --boxes"
    )
  }

  @Test(arguments: [[], [[1000]], [[1, 4, 8400]], [[1, 10, 4], [1, 20, 80]], [[2, 84, 8400]]])
  func otherOutputsAreOfNoDetector(_ shapes: [[Int]]) {
    #expect(throws: TaskError.ambiguousDetector(shapes: shapes, candidates: [])) {
      try guess(shapes)
    }
  }
}
