import Foundation
import Yams

/// A `data.yaml`: `names` (a list, or a name by index), and under a split's key a folder of images, a text file that lists
/// them, or several of these, relative to `path`, which is relative to the file's folder.
struct YOLODataFile {
  let path: String
  let names: [String]
  let split: String
  private let sources: [String]

  init(_ path: String, split: String) throws(BoxLabelError) {
    self.path = path
    self.split = split
    let yaml = try YAMLRoot(path)
    names = try yaml.names()
    sources = try yaml.strings(split)
    let folder = (path as NSString).deletingLastPathComponent
    root = Self.joined(folder, try yaml.string("path") ?? "")
  }

  private let root: String

  /// By path, folder by folder.
  func imagePaths() throws(BoxLabelError) -> [String] {
    var paths: [String] = []
    for source in sources { paths += try imagePaths(of: resolved(source)) }
    guard !paths.isEmpty else { throw BoxLabelError(path: path, place: split, .noImages) }
    return paths
  }

  private func imagePaths(of source: String) throws(BoxLabelError) -> [String] {
    guard source.hasSuffix(".txt") else {
      return try files(below: source, extensions: Self.imageExtensions)
    }
    let folder = (source as NSString).deletingLastPathComponent
    let lines = try labelText(source, limit: 1 << 28).split(whereSeparator: \.isNewline)
    return lines.map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
      .map { $0.hasPrefix("./") ? Self.joined(folder, String($0.dropFirst(2))) : $0 }
      .map { Self.joined(folder, $0) }
  }

  /// Exports of Roboflow say `../valid/images` and mean `valid/images`, which Ultralytics understands.
  private func resolved(_ source: String) -> String {
    let path = Self.joined(root, source)
    guard source.hasPrefix("../"), !FileManager.default.fileExists(atPath: path) else {
      return path
    }
    return Self.joined(root, String(source.dropFirst(3)))
  }

  private static func joined(_ folder: String, _ path: String) -> String {
    path.hasPrefix("/") || folder.isEmpty
      ? path : path.isEmpty ? folder : (folder as NSString).appendingPathComponent(path)
  }

  private static let imageExtensions: Set = [
    "bmp", "gif", "jpeg", "jpg", "pbm", "pgm", "png", "ppm", "tif", "tiff", "webp",
  ]
}

/// The mapping that a YAML file is.
private struct YAMLRoot {
  let path: String
  private let root: Node.Mapping

  init(_ path: String) throws(BoxLabelError) {
    self.path = path
    let text = try labelText(path, limit: 1 << 20)
    guard text.count(where: { $0 == "*" }) <= Self.aliasLimit else {
      let reason = "more than \(Self.aliasLimit) asterisks, which may be aliases"
      throw BoxLabelError(path: path, .syntax(format: "YAML of a data set", reason: reason))
    }
    let node: Node?
    do {
      node = try compose(yaml: text)
    } catch {
      let reason = "\(error)".split(separator: "\n").first.map(String.init) ?? "unreadable"
      throw BoxLabelError(path: path, .syntax(format: "YAML", reason: reason))
    }
    guard let mapping = node?.mapping else {
      throw BoxLabelError(path: path, .syntax(format: "YAML of keys and values", reason: "no key"))
    }
    root = mapping
  }

  /// Aliases of aliases stand for exponentially much, and the parser compares keys that are made of them.
  private static let aliasLimit = 32

  func string(_ key: String) throws(BoxLabelError) -> String? {
    guard let node = root[key], node.null == nil else { return nil }
    guard let string = node.string else { throw wrong(key, "text") }
    return string
  }

  func strings(_ key: String) throws(BoxLabelError) -> [String] {
    guard let node = root[key], node.null == nil else {
      throw BoxLabelError(path: path, .missing(key: key))
    }
    if let string = node.string { return [string] }
    guard let list = node.sequence, !list.isEmpty else { throw wrong(key, "a path or several") }
    return try texts(list, key)
  }

  /// The names of classes by index: a list, or a mapping from 0, 1, 2 … without gaps.
  func names() throws(BoxLabelError) -> [String] {
    guard let node = root["names"], node.null == nil else {
      throw BoxLabelError(path: path, .missing(key: "names"))
    }
    let names: [String]
    if let list = node.sequence {
      names = try texts(list, "names")
    } else if let mapping = node.mapping {
      names = try byIndex(mapping)
    } else {
      throw wrong("names", "a list or a mapping")
    }
    guard !names.isEmpty else { throw wrong("names", "a name or more") }
    if let count = root["nc"], count.int != names.count {
      throw wrong("nc", "the number of names, \(names.count)")
    }
    return names
  }

  private func byIndex(_ mapping: Node.Mapping) throws(BoxLabelError) -> [String] {
    var names = [String?](repeating: nil, count: mapping.count)
    for (key, value) in mapping {
      guard let index = key.int, names.indices.contains(index), let name = value.string else {
        throw wrong("names", "a name for each of 0...\(mapping.count - 1)")
      }
      guard names[index] == nil else {
        throw BoxLabelError(path: path, place: "names", .duplicate(key: "index", value: "\(index)"))
      }
      names[index] = name
    }
    return names.compactMap { $0 }
  }

  private func texts(_ list: Node.Sequence, _ key: String) throws(BoxLabelError) -> [String] {
    var texts: [String] = []
    for node in list {
      guard let text = node.string else { throw wrong(key, "a list of texts") }
      texts.append(text)
    }
    return texts
  }

  private func wrong(_ key: String, _ expected: String) -> BoxLabelError {
    let value = root[key]?.string ?? "that is there"
    return BoxLabelError(
      path: path, .wrongValue(key: key, value: value, expected: expected))
  }
}
