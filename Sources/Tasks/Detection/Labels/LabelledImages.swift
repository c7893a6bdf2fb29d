/// The images of a data set of boxes, as its label files give them.
public struct LabelledImages: Hashable, Sendable {
  /// The names of classes, by the index that boxes carry.
  public var categories: [String]
  public var images: [LabelledImage]

  public init(categories: [String], images: [LabelledImage]) {
    self.categories = categories
    self.images = images
  }
}

/// One image and the boxes in it.
public struct LabelledImage: Hashable, Sendable {
  /// As the labels give it: a path where they say where images are, otherwise relative to a folder that they do not know.
  public var path: String
  public var unit: Unit

  /// What boxes are measured in.
  public enum Unit: Hashable, Sendable {
    case pixels
    /// Shares of the image's sides; areas are not yet there.
    case sides
  }

  private var boxes: [TruthBox]

  public init(path: String, boxes: [TruthBox], unit: Unit = .pixels) {
    self.path = path
    self.boxes = boxes
    self.unit = unit
  }

  /// The boxes in pixels of an image of this size.
  public func truths(width: Int, height: Int) -> [TruthBox] {
    guard unit == .sides else { return boxes }
    let (width, height) = (Double(width), Double(height))
    return boxes.map { truth in
      let box = truth.box
      return TruthBox(
        box: Box(
          x: box.x * width, y: box.y * height, width: box.width * width, height: box.height * height
        ),
        category: truth.category, isCrowd: truth.isCrowd, isIgnored: truth.isIgnored)
    }
  }
}
