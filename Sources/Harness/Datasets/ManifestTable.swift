import Foundation

/// The rows of a manifest, as CSV or JSON give them, and the columns that hold images and labels.
///
/// Columns are found by the names of a header, of which many are usual; without a header the first column that names a
/// file holds the images, and the next one the labels.
struct ManifestTable {
  struct Row {
    /// From 1: the line of a CSV file, the entry of a JSON one.
    var line: Int
    var image: String
    /// What stands in the column of labels; nil where the row ends before it.
    var cell: String?

    /// The label without spaces around it.
    var label: String? { cell?.trimmingCharacters(in: .whitespaces) }
  }

  private(set) var rows: [Row] = []
  /// What a file names its columns, where it does.
  private(set) var header: [String] = []
  /// Whether any column holds labels.
  private(set) var hasLabels = true

  /// - Parameters:
  ///   - labels: what a column of labels may be called.
  ///   - isFile: whether a cell names an image.
  init(
    csv records: [DelimitedText.Record], labels: [String], isFile: (String) -> Bool
  ) throws(DelimitedText.Malformed) {
    guard let first = records.first else { return }
    var columns = ManifestColumns(withoutHeader: first.fields, isFile: isFile)
    var data = records[...]
    if let named = ManifestColumns(header: first.fields, labels: labels, isFile: isFile) {
      columns = named
      header = first.fields
      data = data.dropFirst()
    }
    guard let image = columns.image else {
      throw DelimitedText.Malformed(
        line: first.line,
        reason: "no column of images is found; \(ManifestColumns.expected(first.fields))")
    }
    hasLabels = columns.label != nil
    rows = data.map { record in
      func cell(_ index: Int?) -> String? {
        index.flatMap { record.fields.indices.contains($0) ? record.fields[$0] : nil }
      }
      return Row(line: record.line, image: cell(image) ?? "", cell: cell(columns.label))
    }
  }

  /// - Parameter value: a map from image to label, or a list of objects or pairs, perhaps as the only value of an object.
  init(json value: Any, labels: [String]) throws(DelimitedText.Malformed) {
    let map = value as? [String: Any]
    let only = map?.count == 1 ? map?.values.first as? [Any] : nil
    if let list = only ?? (value as? [Any]) {
      for (index, entry) in list.enumerated() {
        rows.append(try Self.row(of: entry, labels, line: index + 1))
      }
    } else if let map {
      let entries = map.sorted { FileTree.precedes($0.key, $1.key) }
      rows = entries.enumerated().map { index, entry in
        let fields = entry.value as? [String: Any]
        return Row(
          line: index + 1, image: entry.key,
          cell: Self.text(fields.flatMap { Self.label($0, labels) } ?? entry.value))
      }
    }
  }

  private static func row(
    of entry: Any, _ labels: [String], line: Int
  ) throws(DelimitedText.Malformed) -> Row {
    if let fields = entry as? [String: Any] { return try row(of: fields, labels, line: line) }
    guard let pair = entry as? [Any], pair.count >= 2, let image = pair[0] as? String else {
      throw DelimitedText.Malformed(
        line: line, reason: "expected an object with an image and its label")
    }
    return Row(line: line, image: image, cell: text(pair[1]))
  }

  private static func row(
    of fields: [String: Any], _ labels: [String], line: Int
  ) throws(DelimitedText.Malformed) -> Row {
    let keys = fields.keys.sorted(by: FileTree.precedes)
    let columns = ManifestColumns(header: keys, labels: labels) { _ in false }
    guard let image = columns?.image.map({ keys[$0] }) else {
      throw DelimitedText.Malformed(
        line: line, reason: "no image is found; \(ManifestColumns.expected(keys))")
    }
    return Row(
      line: line,
      image: text(fields[image] ?? "")?.trimmingCharacters(in: .whitespaces) ?? "",
      cell: label(fields, labels).flatMap(text))
  }

  private static func label(_ fields: [String: Any], _ labels: [String]) -> Any? {
    let keys = fields.keys.sorted(by: FileTree.precedes)
    let columns = ManifestColumns(header: keys, labels: labels) { _ in false }
    return columns?.label.flatMap { fields[keys[$0]] }
  }

  private static func text(_ value: Any) -> String? {
    value as? String ?? (value as? NSNumber)?.stringValue
  }
}

/// Which columns of a manifest hold images and labels.
struct ManifestColumns {
  let image: Int?
  let label: Int?

  /// Usual names, the more telling ones first.
  private static let images = [
    "path", "file", "filepath", "file_path", "filename", "file_name", "image", "image_path",
    "imagepath", "image_file", "image_name", "imagename", "img", "img_path", "image_id",
  ]
  static let labels = [
    "label", "labels", "class", "target", "category", "class_id", "classid", "class_index",
    "class_idx", "label_id", "label_index", "label_idx", "category_id", "class_name", "classname",
    "label_name", "category_name", "y",
  ]
  /// Of texts to read.
  static let texts =
    ["text", "transcription", "transcript", "string", "words", "sentence", "ground_truth", "gt"]
    + labels
  /// Names of columns that only count rows.
  private static let counters: Set<String> = ["", "index", "idx", "id", "unnamed:_0"]

  /// - Returns: nil where the first row is no header: a cell of it names a file, or none is a usual name.
  init?(header: [String], labels: [String], isFile: (String) -> Bool) {
    let names = header.map(Self.plain)
    guard !header.contains(where: isFile) else { return nil }
    let image = Self.images.lazy.compactMap { names.firstIndex(of: $0) }.first
    let label = labels.lazy.compactMap { names.firstIndex(of: $0) }.first
    guard image != nil || label != nil else { return nil }
    // What is left where there are two columns that mean something.
    let rest = names.indices.filter {
      $0 != image && $0 != label && !Self.counters.contains(names[$0])
    }
    let other = rest.count == 1 ? rest[0] : nil
    self.image = image ?? other
    self.label = label ?? other
  }

  init(withoutHeader first: [String], isFile: (String) -> Bool) {
    let image = first.firstIndex(where: isFile) ?? (Self.isName(first[0]) ? nil : 0)
    self.image = image
    label = image.map { first.count == 2 ? 1 - $0 : $0 + 1 }
  }

  /// A file's name has a dot or a slash somewhere; an empty cell is told elsewhere.
  private static func isName(_ cell: String) -> Bool {
    !cell.isEmpty && !cell.contains(".") && !cell.contains("/")
  }

  private static func plain(_ name: String) -> String {
    name.trimmingCharacters(in: .whitespaces).lowercased()
      .replacing(" ", with: "_").replacing("-", with: "_")
  }

  /// What was found, and what is looked for.
  static func expected(_ columns: [String]) -> String {
    "columns found: \(columns.joined(separator: ", ")); expected path or one of filename, file, image, "
      + "and label or one of class, target, category"
  }
}
