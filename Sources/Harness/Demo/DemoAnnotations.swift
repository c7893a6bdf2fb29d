/// Boxes of the demo's pictures as COCO writes them.
enum DemoAnnotations {
  /// - Parameters:
  ///   - truths: of each picture in order.
  ///   - fileName: of a picture, by its index.
  static func coco(_ truths: [[DemoTruth]], fileName: (Int) -> String) -> String {
    JSONValue.object([
      .init("images", .array(truths.indices.map { image($0, fileName($0)) })),
      .init("annotations", .array(annotations(truths))),
      .init("categories", .array(DemoGroups.classNames.enumerated().map(category))),
    ]).text
  }

  private static func image(_ index: Int, _ file: String) -> JSONValue {
    .object([
      .init("id", index + 1), .init("file_name", file), .init("width", DemoGroups.side),
      .init("height", DemoGroups.side),
    ])
  }

  private static func annotations(_ truths: [[DemoTruth]]) -> [JSONValue] {
    let all = truths.enumerated().flatMap { image, truths in truths.map { (image, $0) } }
    return all.enumerated().map { index, entry in
      let (image, truth) = entry
      return .object([
        .init("id", index + 1), .init("image_id", image + 1),
        .init("category_id", truth.label + 1),
        .init("bbox", [truth.left, truth.top, truth.width, truth.height]),
        .init("area", truth.area), .init("iscrowd", 0),
      ])
    }
  }

  private static func category(_ label: Int, _ name: String) -> JSONValue {
    .object([.init("id", label + 1), .init("name", name)])
  }
}
