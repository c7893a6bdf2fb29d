import Foundation

/// COCO's annotations: one JSON file with `images`, `categories` and `annotations`.
///
/// Classes are numbered by ascending id, as detectors trained on COCO number them, and images are ordered by id, as in
/// pycocotools. `bbox` is x, y, width, height in pixels; `area` is the box's where it is missing, `iscrowd` 0.
public enum COCOLabels {
  /// - Throws: `BoxLabelError` for what is not such a file.
  public static func read(_ path: String) throws(BoxLabelError) -> LabelledImages {
    try COCOFile(path).labelledImages()
  }
}

private struct COCOFile {
  let path: String
  let contents: Contents

  struct Contents: Decodable {
    let images: [Image]
    let categories: [Category]
    let annotations: [Annotation]
  }

  struct Image: Decodable {
    let id: Int
    let file_name: String
    let width: Int?
    let height: Int?
  }

  struct Category: Decodable {
    let id: Int
    let name: String
  }

  struct Annotation: Decodable {
    let id: Int?
    let image_id: Int
    let category_id: Int
    let bbox: [Double]
    let area: Double?
    let iscrowd: Flag?
  }

  /// 0 or 1, which some tools write as false or true.
  struct Flag: Decodable {
    let isSet: Bool

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let flag = try? container.decode(Bool.self) {
        isSet = flag
      } else {
        isSet = try container.decode(Int.self) != 0
      }
    }
  }

  init(_ path: String) throws(BoxLabelError) {
    self.path = path
    let data = try labelBytes(path, limit: 1 << 32)
    do {
      contents = try JSONDecoder().decode(Contents.self, from: data)
    } catch let error as DecodingError {
      throw BoxLabelError(path, error)
    } catch {
      throw BoxLabelError(path: path, .syntax(format: "JSON", reason: "\(error)"))
    }
  }

  func labelledImages() throws(BoxLabelError) -> LabelledImages {
    let categories = contents.categories.sorted { $0.id < $1.id }
    let images = contents.images.sorted { $0.id < $1.id }
    let category = try places(of: categories.map(\.id), in: "categories")
    let place = try places(of: images.map(\.id), in: "images")
    _ = try places(of: contents.annotations.compactMap(\.id), in: "annotations")
    var boxes = Array(repeating: [TruthBox](), count: images.count)
    for (index, annotation) in contents.annotations.enumerated() {
      guard let image = place[annotation.image_id] else {
        throw fault(index, .unknown(key: "image_id", value: "\(annotation.image_id)"))
      }
      guard let category = category[annotation.category_id] else {
        throw fault(index, .unknown(key: "category_id", value: "\(annotation.category_id)"))
      }
      boxes[image].append(try truth(annotation, index, category: category))
    }
    return LabelledImages(
      categories: categories.map(\.name),
      images: zip(images, boxes).map { image, boxes in
        LabelledImage(
          path: image.file_name, boxes: boxes,
          size: LabelledImage.Size(width: image.width, height: image.height))
      })
  }

  private func truth(
    _ annotation: Annotation, _ index: Int, category: Int
  ) throws(BoxLabelError) -> TruthBox {
    let sides = annotation.bbox
    guard sides.count == 4, sides.allSatisfy(\.isFinite), sides[2] >= 0, sides[3] >= 0 else {
      let expected = "x, y, width and height in pixels, the sides not negative"
      throw fault(index, .wrongValue(key: "bbox", value: "\(sides)", expected: expected))
    }
    let box = Box(x: sides[0], y: sides[1], width: sides[2], height: sides[3])
    let area = annotation.area ?? box.area
    guard area.isFinite, area >= 0 else {
      let expected = "an area in square pixels"
      throw fault(index, .wrongValue(key: "area", value: "\(area)", expected: expected))
    }
    return TruthBox(
      box: box, category: category, area: area, isCrowd: annotation.iscrowd?.isSet ?? false)
  }

  /// Where each id stands.
  private func places(of ids: [Int], in key: String) throws(BoxLabelError) -> [Int: Int] {
    var places: [Int: Int] = [:]
    places.reserveCapacity(ids.count)
    for (place, id) in ids.enumerated() {
      guard places.updateValue(place, forKey: id) == nil else {
        throw BoxLabelError(path: path, place: key, .duplicate(key: "id", value: "\(id)"))
      }
    }
    return places
  }

  private func fault(_ annotation: Int, _ fault: BoxLabelError.Fault) -> BoxLabelError {
    BoxLabelError(path: path, place: "annotations[\(annotation)]", fault)
  }
}

extension BoxLabelError {
  /// What a JSON decoder refuses.
  fileprivate init(_ path: String, _ error: DecodingError) {
    func place(_ context: DecodingError.Context) -> String? {
      let place = context.codingPath.reduce(into: "") { place, key in
        place += key.intValue.map { "[\($0)]" } ?? (place.isEmpty ? "" : ".") + key.stringValue
      }
      return place.isEmpty ? nil : place
    }
    switch error {
    case .keyNotFound(let key, let context):
      self.init(path: path, place: place(context), .missing(key: key.stringValue))
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      self.init(
        path: path, place: place(context),
        .syntax(format: "COCO annotations", reason: context.debugDescription))
    case .dataCorrupted(let context):
      // The decoder does not say more of what is no JSON at all.
      let common = "a bracket or a comma is missing, or a number is NaN, Infinity or too large"
      self.init(
        path: path, place: place(context),
        .syntax(
          format: "JSON", reason: context.codingPath.isEmpty ? common : context.debugDescription))
    @unknown default:
      self.init(path: path, .syntax(format: "JSON", reason: "\(error)"))
    }
  }
}
