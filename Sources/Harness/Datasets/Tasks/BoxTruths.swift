import Foundation
import CalibrantTasks

/// The labelled boxes of images.
public struct BoxTruths: Sendable {
  /// The names of classes, by the index that boxes carry.
  public let categories: [String]
  /// Whether the classes are all that the model tells apart, in its order. COCO's categories alone may be fewer.
  public let areModelClasses: Bool
  fileprivate let path: String
  /// By the path of the sample.
  fileprivate let images: [String: LabelledImage]

  /// The boxes of an image of the data set that these were read with.
  public func truth(of sample: ImageSample, _ geometry: BoxGeometry) -> DetectionTask.Truth {
    let boxes = image(sample).truths(width: geometry.width, height: geometry.height)
    return DetectionTask.Truth(boxes: boxes, geometry: geometry)
  }

  /// Refuses boxes that were drawn in an image of another size than the one that is there.
  func check(_ sample: ImageSample, _ geometry: BoxGeometry) throws(DatasetError) {
    guard let size = image(sample).size,
      size.width != geometry.width || size.height != geometry.height
    else { return }
    throw .labelledSize(
      path: path, image: sample.path, labelled: [size.width, size.height],
      actual: [geometry.width, geometry.height])
  }

  private func image(_ sample: ImageSample) -> LabelledImage {
    guard let image = images[sample.path] else {
      preconditionFailure("labels are of the data set that they were read with")
    }
    return image
  }
}

extension TaskData {
  /// Images with boxes, of COCO, YOLO or Pascal VOC.
  ///
  /// - Parameters:
  ///   - annotations: a COCO `.json`, a `data.yaml` of YOLO, or a folder of VOC's `.xml` files.
  ///   - images: the folder of the images. Those that the annotations do not name are left out.
  ///   - labels: a file that gives the classes' indices; without one they are the annotations' own.
  static func boxes(
    _ annotations: String, images: String, labels: String?, skipsMissing: Bool
  ) throws -> TaskData {
    let format = try AnnotationFormat(of: annotations)
    var labelled = try format.read(annotations)
    if let labels {
      labelled = try labelled.numbered(by: LabelFile(contentsOf: labels), annotations)
    }
    let files = try NamedFiles(in: images)
    let samples = try files.samples(
      called: labelled.images.map(\.path), by: annotations, skipsMissing: skipsMissing)
    guard !samples.isEmpty else { throw BoxLabelError(path: annotations, .noImages) }
    let truths = BoxTruths(
      categories: labelled.categories, areModelClasses: labels != nil || format == .yolo,
      path: annotations,
      images: Dictionary(uniqueKeysWithValues: zip(samples.map(\.path), labelled.images)))
    return TaskData(
      task: .detection,
      dataset: ImageDataset(
        name: FileTree.lastComponent(images), samples: samples, classNames: labelled.categories),
      truths: .boxes(truths), notes: files.note(onUnlabelled: annotations, samples: samples))
  }
}

/// Whose labels they are.
private enum AnnotationFormat {
  case coco, yolo, voc

  init(of path: String) throws(DatasetError) {
    if try FileTree.kind(of: path) == .folder {
      self = .voc
      return
    }
    switch (path as NSString).pathExtension.lowercased() {
    case "json": self = .coco
    case "yaml", "yml": self = .yolo
    default:
      throw .malformedLabels(
        path: path,
        reason:
          "neither a COCO .json file, a data.yaml of YOLO, nor a folder of Pascal VOC's .xml files")
    }
  }

  func read(_ path: String) throws(BoxLabelError) -> LabelledImages {
    switch self {
    case .coco: try COCOLabels.read(path)
    case .yolo: try YOLOLabels.read(path)
    case .voc: try VOCLabels.read(path)
    }
  }
}

extension LabelledImages {
  /// The same with the classes numbered as a label file says.
  fileprivate func numbered(
    by labels: LabelFile, _ annotations: String
  ) throws(DatasetError) -> LabelledImages {
    var indices: [Int: Int] = [:]
    var names: [Int: String] = [:]
    for category in usedCategories.sorted() {
      guard let index = try labels.index(of: categories[category]) else {
        throw .unknownCategory(
          path: annotations, category: categories[category], labels: labels.path)
      }
      indices[category] = index
      names[index] = categories[category]
    }
    return renumbered(indices, categories: labels.names(calling: names))
  }
}
