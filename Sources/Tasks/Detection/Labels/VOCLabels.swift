import Foundation

/// Pascal VOC's annotations: a folder of XML files, one for an image.
///
/// Corners are numbers of pixels from 1, both of which the box covers, so it begins at `xmin` - 1 and ends at `xmax`, as
/// detectron2 has it. What is `difficult` is ignored.
public enum VOCLabels {
  /// - Parameters:
  ///   - folder: of the XML files, or one with a folder `Annotations` of them.
  ///   - names: of classes, in the order of the model's; those of the files in alphabetical order where nil.
  /// - Throws: `BoxLabelError` for what are no such files.
  public static func read(
    _ folder: String, names: [String]? = nil
  ) throws(BoxLabelError) -> LabelledImages {
    let inner = folder + "/Annotations"
    let isWhole = FileManager.default.fileExists(atPath: inner)
    var images: [VOCImage] = []
    for path in try files(below: isWhole ? inner : folder, extensions: ["xml"]) {
      images.append(try VOCImage(path))
    }
    guard !images.isEmpty else { throw BoxLabelError(path: folder, .noImages) }
    let categories = names ?? Set(images.flatMap { $0.objects.map(\.name) }).sorted()
    let indices = Dictionary(zip(categories, 0...), uniquingKeysWith: { first, _ in first })
    var labelled: [LabelledImage] = []
    for image in images { labelled.append(try image.labelled(indices)) }
    return LabelledImages(categories: categories, images: labelled)
  }
}

/// One file.
private struct VOCImage {
  struct Object {
    let name: String
    let box: Box
    let isDifficult: Bool
  }

  let path: String
  let fileName: String
  let size: LabelledImage.Size?
  let objects: [Object]

  init(_ path: String) throws(BoxLabelError) {
    self.path = path
    let text = try labelText(path, limit: 1 << 26)
    let root: XMLElement
    do {
      root = try XMLElement(document: text)
    } catch {
      throw BoxLabelError(
        path: path, place: "line \(error.line)", .syntax(format: "XML", reason: error.reason))
    }
    guard root.name == "annotation" else {
      throw BoxLabelError(path: path, .missing(key: "annotation"))
    }
    fileName = try VOCElement(path, "annotation", root).text("filename")
    size = Self.size(root)
    var objects: [Object] = []
    for element in root.children where element.name == "object" {
      let place = "object \(objects.count + 1)"
      objects.append(try Self.object(VOCElement(path, place, element)))
    }
    self.objects = objects
  }

  private static func object(_ object: VOCElement) throws(BoxLabelError) -> Object {
    let corners = try object.child("bndbox")
    let box = Box(
      left: try corners.number("xmin") - 1, top: try corners.number("ymin") - 1,
      right: try corners.number("xmax"), bottom: try corners.number("ymax"))
    guard box.isFinite, box.width >= 0, box.height >= 0 else {
      let value = "of \(box.width) x \(box.height) pixels"
      throw object.wrong("bndbox", value, "a box")
    }
    let isDifficult = object.has("difficult") ? try object.number("difficult") != 0 : false
    return Object(name: try object.text("name"), box: box, isDifficult: isDifficult)
  }

  private static func size(_ root: XMLElement) -> LabelledImage.Size? {
    func side(_ name: String) -> Int? {
      let text = root.child("size")?.child(name)?.text
      return text.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }
    return LabelledImage.Size(width: side("width"), height: side("height"))
  }

  func labelled(_ indices: [String: Int]) throws(BoxLabelError) -> LabelledImage {
    var boxes: [TruthBox] = []
    for (index, object) in objects.enumerated() {
      guard let category = indices[object.name] else {
        throw BoxLabelError(
          path: path, place: "object \(index + 1)", .unknown(key: "class", value: object.name))
      }
      boxes.append(
        TruthBox(box: object.box, category: category, isIgnored: object.isDifficult))
    }
    return LabelledImage(path: fileName, boxes: boxes, size: size)
  }
}

/// An element of which children are asked.
private struct VOCElement {
  let path: String
  let place: String
  let element: XMLElement

  init(_ path: String, _ place: String, _ element: XMLElement) {
    self.path = path
    self.place = place
    self.element = element
  }

  func has(_ name: String) -> Bool { element.child(name) != nil }

  func child(_ name: String) throws(BoxLabelError) -> VOCElement {
    guard let child = element.child(name) else {
      throw BoxLabelError(path: path, place: place, .missing(key: name))
    }
    return VOCElement(path, place, child)
  }

  func text(_ name: String) throws(BoxLabelError) -> String {
    let text = try child(name).element.text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !text.isEmpty else { throw BoxLabelError(path: path, place: place, .missing(key: name)) }
    return text
  }

  func number(_ name: String) throws(BoxLabelError) -> Double {
    let text = try text(name)
    guard let number = Double(text), number.isFinite else { throw wrong(name, text, "a number") }
    return number
  }

  func wrong(_ key: String, _ value: String, _ expected: String) -> BoxLabelError {
    BoxLabelError(path: path, place: place, .wrongValue(key: key, value: value, expected: expected))
  }
}
