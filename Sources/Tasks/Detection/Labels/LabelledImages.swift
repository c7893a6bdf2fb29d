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
  /// The image's size in pixels, where the labels say it.
  public var size: Size?

  public struct Size: Hashable, Sendable {
    public var width: Int
    public var height: Int

    /// - Returns: nil where a side is missing or is 0, as some tools write where they do not know it.
    public init?(width: Int?, height: Int?) {
      guard let width, let height, width > 0, height > 0 else { return nil }
      (self.width, self.height) = (width, height)
    }
  }

  /// What boxes are measured in.
  public enum Unit: Hashable, Sendable {
    case pixels
    /// Shares of the image's sides; areas are not yet there.
    case sides
  }

  private var boxes: [TruthBox]

  public init(path: String, boxes: [TruthBox], unit: Unit = .pixels, size: Size? = nil) {
    self.path = path
    self.boxes = boxes
    self.unit = unit
    self.size = size
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

extension LabelledImages {
  /// The classes that boxes are of.
  public var usedCategories: Set<Int> {
    images.reduce(into: []) { used, image in used.formUnion(image.usedCategories) }
  }

  /// The same boxes with other numbers for their classes.
  ///
  /// - Parameters:
  ///   - indices: the new number of each class that boxes are of.
  ///   - categories: the names of classes by their new numbers.
  public func renumbered(_ indices: [Int: Int], categories: [String]) -> LabelledImages {
    LabelledImages(categories: categories, images: images.map { $0.renumbered(indices) })
  }
}

extension LabelledImage {
  fileprivate var usedCategories: Set<Int> { Set(boxes.map(\.category)) }

  fileprivate func renumbered(_ indices: [Int: Int]) -> LabelledImage {
    var image = self
    for place in image.boxes.indices {
      guard let index = indices[image.boxes[place].category] else {
        preconditionFailure("every class of a box has a new number")
      }
      image.boxes[place].category = index
    }
    return image
  }
}
