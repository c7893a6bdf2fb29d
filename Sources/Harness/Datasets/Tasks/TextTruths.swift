import CalibrantTasks

/// The texts that images show.
public struct TextTruths: Sendable {
  /// By the path of the sample.
  fileprivate let texts: [String: String]

  /// The text of an image of the data set that these were read with.
  public func text(of sample: ImageSample) -> String {
    guard let text = texts[sample.path] else {
      preconditionFailure("texts are of the data set that they were read with")
    }
    return text
  }
}

extension TaskData {
  /// The images and texts of a manifest; without texts, the images alone.
  static func texts(_ manifest: String) throws(DatasetError) -> TaskData {
    let manifest = try Manifest(contentsOf: manifest, labels: ManifestColumns.texts)
    let images = try manifest.loadUnlabelled()
    guard manifest.hasLabels else { return TaskData(.text, images) }
    let texts = try manifest.texts(of: images)
    return TaskData(
      task: .text, dataset: images, truths: .texts(TextTruths(texts: texts)), notes: [])
  }
}

extension TextDictionary {
  /// The dictionary of a network, one symbol a line.
  ///
  /// - Parameter classes: how many the network tells apart, the blank among them. Where they are one more than symbols and
  ///   blank, the last is the space that PaddleOCR's `use_space_char` adds.
  public init(contentsOf path: String, classes: Int) throws(DatasetError) {
    let bytes = [UInt8](try TextFile.bytes(of: path))
    do throws(TaskError) {
      let symbols = try TextDictionary(file: bytes).symbols
      self.init(symbols: classes == symbols.count + 2 ? symbols + [" "] : symbols)
    } catch {
      throw .malformedLabels(path: path, reason: "\(error)")
    }
  }
}
