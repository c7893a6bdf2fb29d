/// Which decoder a detector's outputs ask for, as far as their shapes tell.
extension StandardBoxDecoders {
  /// - Parameters:
  ///   - shapes: of the outputs of one image, in the model's order, with or without the batch axis.
  ///   - width: of the model's input in pixels, as `height`.
  ///   - classCount: how many classes the model tells apart, where that is known.
  /// - Throws: `ambiguousDetector` where several decoders would read these shapes as something, or none.
  public static func guess(
    shapes: [[Int]], width: Int, height: Int, classCount: Int? = nil
  ) throws(TaskError) -> any BoxDecoder {
    let matrices = shapes.compactMap { OutputArray.lengths($0, rank: 2) }
    let known = matrices.count == 2 ? queries(matrices, classCount) : []
    let candidates =
      known.isEmpty && matrices.count == 1
      ? grid(rows: matrices[0][0], columns: matrices[0][1], width: width, height: height) : known
    guard candidates.count == 1, let decoder = candidates.first else {
      throw .ambiguousDetector(shapes: shapes, candidates: candidates.map { type(of: $0).name })
    }
    return decoder
  }

  /// Boxes and logits of as many queries. Whether one of the logits stands for no object, only the number of classes tells.
  private static func queries(_ matrices: [[Int]], _ classCount: Int?) -> [any BoxDecoder] {
    guard matrices[0][0] == matrices[1][0],
      let boxes = matrices.lastIndex(where: { $0[1] == 4 })
    else { return [] }
    switch classCount {
    case matrices[1 - boxes][1]: return [SigmoidDETRBoxes()]
    case matrices[1 - boxes][1] - 1: return [DETRBoxes()]
    default: return [DETRBoxes(), SigmoidDETRBoxes()]
    }
  }

  private static func grid(
    rows: Int, columns: Int, width: Int, height: Int
  ) -> [any BoxDecoder] {
    if columns == 6, rows <= chosenBoxes { return [EndToEndBoxes()] }
    if columns > rows { return rows > 4 ? [YOLOv8Boxes()] : [] }
    let cells = [32, 64].map { cellCount(width: width, height: height, coarsest: $0) }
    // Three boxes for a cell are only made by detectors with anchors.
    if columns > 5, cells.contains(where: { rows == 3 * $0 }) { return [YOLOv5Boxes()] }
    return columns > 5
      ? [YOLOv8Boxes(), YOLOv5Boxes(), YOLOXBoxes()] : columns == 5 ? [YOLOv8Boxes()] : []
  }

  /// As many boxes as a graph that ends with their choice gives at most: Ultralytics' `max_det`. The smallest input with so few
  /// cells would have sides of 96 pixels.
  private static let chosenBoxes = 300

  /// The cells of grids of strides 8, 16 … `coarsest`.
  private static func cellCount(width: Int, height: Int, coarsest: Int) -> Int {
    [8, 16, 32, 64].filter { $0 <= coarsest }.reduce(0) { $0 + (width / $1) * (height / $1) }
  }
}
