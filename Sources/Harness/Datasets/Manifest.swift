import Foundation

/// A CSV list of images: `path,label` per line, with or without that header; further columns are
/// ignored.
///
/// Paths are relative to the manifest's folder. A label is a class's name or its index.
struct Manifest {
  let path: String
  private let rows: [CSVRecords.Record]

  /// Class indices above this are taken for mistakes.
  private static let largestIndex = 999_999

  init(contentsOf path: String) throws(DatasetError) {
    let bytes = [UInt8](try TextFile.bytes(of: path))
    var rows: [CSVRecords.Record]
    do throws(CSVRecords.Malformed) {
      rows = try CSVRecords.parse(bytes)
    } catch {
      throw .malformedManifest(path: path, line: error.line, reason: error.reason)
    }
    if let first = rows.first, Self.isHeader(first) { rows.removeFirst() }
    guard !rows.isEmpty else { throw .emptyManifest(path: path) }
    self.path = path
    self.rows = rows
  }

  func load(labels: LabelFile?) throws(DatasetError) -> ImageDataset {
    for row in rows where row.fields.count < 2 || label(of: row).isEmpty {
      throw .malformedManifest(
        path: path, line: row.line, reason: "has no label; expected `path,label`")
    }
    let (indices, names) =
      if let labels {
        try looked(up: labels)
      } else if rows.contains(where: { Int(label(of: $0)) != nil }) {
        try numbered()
      } else {
        named()
      }
    return try dataset(labels: indices, classNames: names)
  }

  /// The images alone; a label column is not read.
  func loadUnlabelled() throws(DatasetError) -> ImageDataset {
    try dataset(labels: rows.map { _ in ImageSample.unlabelled }, classNames: [])
  }

  private func dataset(labels: [Int], classNames: [String]) throws(DatasetError) -> ImageDataset {
    let file = FileTree.absolute(path)
    let folder = String(file.prefix(upTo: file.lastIndex(of: "/") ?? file.startIndex))
    var samples: [ImageSample] = []
    for (row, label) in zip(rows, labels) {
      let image = row.fields[0]
      let location = FileTree.join(folder, image)
      guard !image.isEmpty else {
        throw .malformedManifest(path: path, line: row.line, reason: "has no path")
      }
      guard (try? FileTree.kind(of: location)) == .file else {
        throw .missingManifestImage(path: path, line: row.line, image: image)
      }
      samples.append(ImageSample(path: image, absolutePath: location, label: label))
    }
    return ImageDataset(
      name: FileTree.lastComponent(path), samples: samples, classNames: classNames)
  }

  private static func isHeader(_ row: CSVRecords.Record) -> Bool {
    let names = row.fields.prefix(2).map { $0.lowercased() }
    return names == ["path", "label"] || row.fields.map { $0.lowercased() } == ["path"]
  }
}

// How labels become indices, with the classes' names.
extension Manifest {
  private func looked(up labels: LabelFile) throws(DatasetError) -> ([Int], [String]) {
    var indices: [Int] = []
    for row in rows { indices.append(try index(of: row, in: labels)) }
    return (indices, labels.names)
  }

  /// A name of the label file, or else an index into it.
  private func index(
    of row: CSVRecords.Record, in labels: LabelFile
  ) throws(DatasetError) -> Int {
    let label = label(of: row)
    if let index = labels.index(of: label) { return index }
    guard let index = Int(label) else {
      throw unknown(row, "the label file \(labels.path) does not name it")
    }
    guard labels.names.indices.contains(index) else {
      throw unknown(row, "the label file \(labels.path) has \(labels.names.count) classes")
    }
    return index
  }

  /// Labels that are numbers are the indices themselves. A name among them is an error, since names
  /// would change what the numbers mean.
  private func numbered() throws(DatasetError) -> ([Int], [String]) {
    var indices: [Int] = []
    for row in rows {
      guard let index = Int(label(of: row)) else {
        throw unknown(row, "other labels are numbers; names and numbers together need a label file")
      }
      guard (0...Self.largestIndex).contains(index) else {
        throw unknown(row, "a class index lies in 0...\(Self.largestIndex)")
      }
      indices.append(index)
    }
    return (indices, (0...(indices.max() ?? 0)).map(String.init))
  }

  /// Labels that are names have the indices of their sorted order.
  private func named() -> ([Int], [String]) {
    let labels = rows.map(label(of:))
    let names = Set(labels).sorted(by: FileTree.precedes)
    let indices = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
    return (labels.compactMap { indices[$0] }, names)
  }

  /// The label without the blanks that people write after a comma.
  private func label(of row: CSVRecords.Record) -> String {
    row.fields[1].trimmingCharacters(in: .whitespaces)
  }

  private func unknown(_ row: CSVRecords.Record, _ reason: String) -> DatasetError {
    .unknownLabel(path: path, line: row.line, label: label(of: row), reason: reason)
  }
}
