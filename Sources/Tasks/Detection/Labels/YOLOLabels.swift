import Foundation

/// YOLO's labels: beside each image a text file of one object a line, and a `data.yaml` that names folders and classes.
///
/// A line is a class and a centre x, centre y, width and height in shares (0...1) of the image's sides, or a class and the
/// corners of an outline, whose bounding box is taken. As in Ultralytics, borders may be crossed by 0.01, a line that stands
/// twice counts once, and an image without a file of labels has no objects.
public enum YOLOLabels {
  /// - Parameters:
  ///   - path: of the `data.yaml`.
  ///   - split: the key under which it gives the images: "val", "test" or "train".
  /// - Throws: `BoxLabelError` for what is not such a data set.
  public static func read(
    _ path: String, split: String = "val"
  ) throws(BoxLabelError) -> LabelledImages {
    let file = try YOLODataFile(path, split: split)
    var images: [LabelledImage] = []
    for image in try file.imagePaths() {
      let labels = labelPath(of: image)
      let boxes =
        FileManager.default.fileExists(atPath: labels)
        ? try boxes(labels, classes: file.names.count) : []
      images.append(LabelledImage(path: image, boxes: boxes, unit: .sides))
    }
    return LabelledImages(categories: file.names, images: images)
  }

  /// The last folder `images` becomes `labels`, and the ending `txt`.
  static func labelPath(of image: String) -> String {
    var path = image
    if let folder = path.range(of: "/images/", options: .backwards) {
      path.replaceSubrange(folder, with: "/labels/")
    }
    return (path as NSString).deletingPathExtension + ".txt"
  }

  /// The boxes of one file of labels, in shares of the image's sides.
  static func boxes(_ path: String, classes: Int) throws(BoxLabelError) -> [TruthBox] {
    let text = try labelText(path, limit: 1 << 28)
    var seen: Set<[Double]> = []
    var boxes: [TruthBox] = []
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      let words = line.split(whereSeparator: \.isWhitespace)
      if words.isEmpty { continue }
      let line = YOLOLine(path: path, number: index + 1, words: words)
      let numbers = try line.numbers()
      guard seen.insert(numbers).inserted else { continue }
      let category = try line.category(numbers[0], of: classes)
      boxes.append(TruthBox(box: try line.box(Array(numbers.dropFirst())), category: category))
    }
    return boxes
  }
}

private struct YOLOLine {
  let path: String
  let number: Int
  let words: [Substring]

  func numbers() throws(BoxLabelError) -> [Double] {
    var numbers: [Double] = []
    for word in words {
      guard let number = Double(word), number.isFinite else {
        throw fault(.wrongValue(key: "value", value: "\"\(word)\"", expected: "a number"))
      }
      numbers.append(number)
    }
    guard numbers.count == 5 || (numbers.count >= 7 && numbers.count % 2 == 1) else {
      let expected = "a class and a box, or a class and an outline"
      throw fault(
        .wrongValue(key: "a line of", value: "\(numbers.count) numbers", expected: expected))
    }
    return numbers
  }

  func category(_ number: Double, of classes: Int) throws(BoxLabelError) -> Int {
    guard let category = Int(exactly: number), category >= 0, category < classes else {
      let expected = "one of the classes 0...\(classes - 1)"
      throw fault(.wrongValue(key: "class", value: "\(words[0])", expected: expected))
    }
    return category
  }

  func box(_ shares: [Double]) throws(BoxLabelError) -> Box {
    guard shares.allSatisfy({ (-0.01...1.01).contains($0) }) else {
      throw fault(
        .wrongValue(
          key: "box", value: "\(shares.prefix(8))",
          expected: "in shares of the image's sides, 0...1"))
    }
    if shares.count > 4 { return outline(shares) }
    guard shares[2] >= 0, shares[3] >= 0 else {
      throw fault(.wrongValue(key: "box", value: "\(shares)", expected: "of sides 0 or more"))
    }
    return Box(centerX: shares[0], centerY: shares[1], width: shares[2], height: shares[3])
  }

  private func outline(_ shares: [Double]) -> Box {
    let xs = stride(from: 0, to: shares.count, by: 2).map { shares[$0] }
    let ys = stride(from: 1, to: shares.count, by: 2).map { shares[$0] }
    return Box(
      left: xs.min() ?? 0, top: ys.min() ?? 0, right: xs.max() ?? 0, bottom: ys.max() ?? 0)
  }

  private func fault(_ fault: BoxLabelError.Fault) -> BoxLabelError {
    BoxLabelError(path: path, place: "line \(number)", fault)
  }
}
