import Foundation

/// Class names as JSON: a list by index, a map from index to name (`id2label`), or one from name to index.
///
/// A class may have several names: `"0": ["n01440764", "tench"]`. Lists may hold objects with a `name` or `label`, and an
/// `id` or `index`. A whole `config.json` is searched for its `id2label` or `label2id`.
struct LabelJSON {
  let path: String

  /// By index, all names of a class. Of an index that is left out nothing is known but its number.
  func classes(in data: Data) throws(DatasetError) -> [[String]] {
    guard let value = try? JSONSerialization.jsonObject(with: data) else {
      throw .malformedLabels(path: path, reason: "it begins like JSON and is none")
    }
    let classes = try byIndex(value)
    guard let highest = classes.keys.max() else { throw .emptyLabelFile(path: path) }
    let indices = ClassIndices(of: classes.count)
    if let index = classes.keys.filter({ !indices.contains($0) }).min() {
      throw .malformedLabels(path: path, reason: "\(index): \(indices.requirement)")
    }
    return (0...highest).map { classes[$0] ?? ["\($0)"] }
  }

  private func byIndex(_ value: Any) throws(DatasetError) -> [Int: [String]] {
    if let list = value as? [Any] { return try byIndex(list: list) }
    let object = value as? [String: Any] ?? [:]
    for key in ["id2label", "label2id", "names", "classes", "labels"] {
      if let inner = object[key], inner is [Any] || inner is [String: Any] {
        return try byIndex(inner)
      }
    }
    return try byIndex(map: object)
  }

  private func byIndex(map: [String: Any]) throws(DatasetError) -> [Int: [String]] {
    var classes: [Int: [String]] = [:]
    for (key, value) in map.sorted(by: { FileTree.precedes($0.key, $1.key) }) {
      if let index = WholeNumber.parse(key), let names = names(value) {
        try add(names, at: index, to: &classes)
      } else if let index = (value as? NSNumber).flatMap({ WholeNumber.parse("\($0)") }) {
        classes[index, default: []].append(key)
      } else {
        throw .malformedLabels(path: path, reason: "'\(key)' is no class index with a name")
      }
    }
    return classes
  }

  private func byIndex(list: [Any]) throws(DatasetError) -> [Int: [String]] {
    var classes: [Int: [String]] = [:]
    for (position, entry) in list.enumerated() {
      let fields = entry as? [String: Any]
      let number = ["id", "index"].lazy.compactMap { fields?[$0] as? NSNumber }.first
      guard let names = names(fields?["name"] ?? fields?["label"] ?? entry),
        let index = WholeNumber.parse(number?.stringValue ?? "\(position)")
      else {
        throw .malformedLabels(
          path: path, reason: "entry \(position + 1) is no class name, or has no whole index")
      }
      try add(names, at: index, to: &classes)
    }
    return classes
  }

  private func add(
    _ names: [String], at index: Int, to classes: inout [Int: [String]]
  ) throws(DatasetError) {
    guard classes.updateValue(names, forKey: index) == nil else {
      throw .malformedLabels(path: path, reason: "two classes have the index \(index)")
    }
  }

  private func names(_ value: Any) -> [String]? {
    if let name = value as? String { return [name.trimmingCharacters(in: .whitespaces)] }
    guard let names = value as? [String], !names.isEmpty else { return nil }
    return names
  }
}
