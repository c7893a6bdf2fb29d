import Foundation

/// A list of images with their labels, as CSV or JSON.
///
/// Paths are relative to the manifest's folder. A label is a class's name or its index.
struct Manifest {
  static let extensions = [".csv", ".json"]

  let path: String
  private let table: ManifestTable
  private var rows: [ManifestTable.Row] { table.rows }

  /// - Parameter labels: what a column of labels may be called, the more telling names first.
  init(
    contentsOf path: String, labels: [String] = ManifestColumns.labels
  ) throws(DatasetError) {
    let data = try TextFile.bytes(of: path)
    let folder = Self.folder(of: path)
    do throws(DelimitedText.Malformed) {
      table =
        path.lowercased().hasSuffix(".json")
        ? try ManifestTable(json: Self.json(data), labels: labels)
        : try ManifestTable(csv: DelimitedText.parse([UInt8](data)), labels: labels) {
          Self.isFile($0, in: folder)
        }
    } catch {
      throw .malformedManifest(path: path, line: error.line, reason: error.reason)
    }
    self.path = path
    guard !rows.isEmpty else { throw .emptyManifest(path: path) }
  }

  private static func json(_ data: Data) throws(DelimitedText.Malformed) -> Any {
    guard let value = try? JSONSerialization.jsonObject(with: data) else {
      throw DelimitedText.Malformed(line: 1, reason: "it is not JSON")
    }
    return value
  }

  func load(labels: LabelFile?) throws(DatasetError) -> ImageDataset {
    if !table.hasLabels {
      throw .noLabelColumn(path: path, expected: ManifestColumns.expected(table.header))
    }
    for row in rows where row.label?.isEmpty ?? true {
      throw .malformedManifest(
        path: path, line: row.line, reason: "has no label; expected `path,label`")
    }
    if let labels { return try looked(up: labels) }
    return rows.contains { WholeNumber.parse(label(of: $0)) != nil } ? try numbered() : try named()
  }

  /// The images alone; a label column is not read.
  func loadUnlabelled() throws(DatasetError) -> ImageDataset {
    try dataset(rows.map { _ in ImageSample.unlabelled }, [], nil)
  }

  /// Whether it has labels of any kind.
  var hasLabels: Bool { table.hasLabels }

  /// Labels as texts, unchanged, by the paths of the images that it gives.
  func texts(of images: ImageDataset) throws(DatasetError) -> [String: String] {
    var texts: [String: String] = [:]
    for (row, sample) in zip(rows, images.samples) {
      guard let text = row.cell else {
        throw .malformedManifest(
          path: path, line: row.line, reason: "has no text; expected `path,text`")
      }
      guard texts.updateValue(text, forKey: sample.path) ?? text == text else {
        throw .malformedManifest(
          path: path, line: row.line, reason: "\(row.image) is there already, with another text")
      }
    }
    return texts
  }

  private func dataset(
    _ labels: [Int], _ classNames: [String], _ labelling: ImageDataset.Labelling?
  ) throws(DatasetError) -> ImageDataset {
    let folder = Self.folder(of: path)
    let common = CommonFolder(rows.map(\.image).filter { $0.hasPrefix("/") })
    var samples: [ImageSample] = []
    for (row, label) in zip(rows, labels) {
      guard !row.image.isEmpty else {
        throw .malformedManifest(path: path, line: row.line, reason: "has no path")
      }
      guard Self.isFile(row.image, in: folder) else {
        throw .missingManifestImage(path: path, line: row.line, image: row.image)
      }
      samples.append(
        ImageSample(
          path: common.shortened(row.image, beside: folder),
          absolutePath: FileTree.join(folder, row.image), label: label))
    }
    return ImageDataset(
      name: FileTree.lastComponent(path), samples: samples, classNames: classNames,
      labelling: labelling)
  }

  private static func folder(of path: String) -> String {
    let file = FileTree.absolute(path)
    return String(file.prefix(upTo: file.lastIndex(of: "/") ?? file.startIndex))
  }

  private static func isFile(_ image: String, in folder: String) -> Bool {
    !image.isEmpty && (try? FileTree.kind(of: FileTree.join(folder, image))) == .file
  }
}

/// The folder that absolute paths share, so that reports can do without it.
private struct CommonFolder {
  private let parts: [Substring]

  init(_ paths: [String]) {
    let folders = paths.map { $0.split(separator: "/").dropLast() }
    parts = folders.dropFirst().reduce(Array(folders.first ?? [])) { common, folder in
      zip(common, folder).prefix { $0 == $1 }.map(\.0)
    }
  }

  /// A relative path stays as it is; an absolute one is seen from the manifest's folder, or from the common one.
  func shortened(_ path: String, beside folder: String) -> String {
    guard path.hasPrefix("/") else { return path }
    if path.hasPrefix(folder + "/") { return String(path.dropFirst(folder.count + 1)) }
    return path.split(separator: "/").dropFirst(parts.count).joined(separator: "/")
  }
}

// How labels become indices, with the classes' names.
extension Manifest {
  private func looked(up labels: LabelFile) throws(DatasetError) -> ImageDataset {
    var indices: [Int] = []
    var used: [Int: String] = [:]
    for row in rows {
      let label = label(of: row)
      guard let index = try labels.index(of: label) else {
        throw unknown(
          row,
          WholeNumber.parse(label) == nil
            ? "the label file \(labels.path) does not name it"
            : "the label file \(labels.path) has \(labels.names.count) classes")
      }
      if WholeNumber.parse(label) == nil { used[index] = label }
      indices.append(index)
    }
    return try dataset(indices, labels.names(calling: used), .labelFile)
  }

  /// Labels that are numbers are the indices themselves. A name among them is an error, since names
  /// would change what the numbers mean.
  private func numbered() throws(DatasetError) -> ImageDataset {
    let allowed = ClassIndices(of: Set(rows.map(label(of:))).count)
    var indices: [Int] = []
    for row in rows {
      guard let index = WholeNumber.parse(label(of: row)) else {
        throw unknown(row, "other labels are numbers; names and numbers together need a label file")
      }
      guard allowed.contains(index) else { throw unknown(row, allowed.requirement) }
      indices.append(index)
    }
    return try dataset(indices, (0...(indices.max() ?? 0)).map(String.init), .indices)
  }

  /// Labels that are names have the indices of their sorted order.
  private func named() throws(DatasetError) -> ImageDataset {
    let labels = rows.map(label(of:))
    let names = Set(labels).sorted(by: FileTree.precedes)
    let indices = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
    return try dataset(labels.compactMap { indices[$0] }, names, .sortedNames)
  }

  private func label(of row: ManifestTable.Row) -> String { row.label ?? "" }

  private func unknown(_ row: ManifestTable.Row, _ reason: String) -> DatasetError {
    .unknownLabel(path: path, line: row.line, label: label(of: row), reason: reason)
  }
}
