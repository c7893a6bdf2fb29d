import CalibrantEngine
import Foundation
import CalibrantONNXFormat

/// A folder in ONNX's test layout: `model.onnx` and `test_data_set_<i>/{input,output}_<j>.pb`.
public struct ConformanceCase: Sendable {
  public let folder: URL

  public var name: String { folder.lastPathComponent }

  /// The cases in and below the given folders, in order of their paths.
  /// - Throws: `HarnessError.noCases` where a path holds none.
  public static func find(in paths: [String]) throws -> [ConformanceCase] {
    try paths.flatMap { path in
      let root = URL(filePath: path)
      let cases = try folders(in: root).map(ConformanceCase.init)
      guard !cases.isEmpty else { throw HarnessError.noCases(path: path) }
      return cases
    }
  }

  private static func folders(in root: URL) throws -> [URL] {
    let manager = FileManager.default
    var isDirectory: ObjCBool = false
    guard manager.fileExists(atPath: root.path, isDirectory: &isDirectory), isDirectory.boolValue
    else { throw DatasetError.missing(path: root.path) }
    if manager.fileExists(atPath: root.appending(path: "model.onnx").path) { return [root] }
    return try manager.contentsOfDirectory(atPath: root.path).sorted().flatMap { name in
      let child = root.appending(path: name)
      return manager.fileExists(atPath: child.path, isDirectory: &isDirectory)
        && isDirectory.boolValue ? try folders(in: child) : []
    }
  }

  /// The names in a file that holds one a line; `#` starts a comment.
  public static func names(listedIn path: String) throws -> [String] {
    try TextFile.text(of: path).split(separator: "\n").compactMap { line in
      let name = line.prefix { $0 != "#" }.trimmingCharacters(in: .whitespaces)
      return name.isEmpty ? nil : name
    }
  }

  var modelPath: String { folder.appending(path: "model.onnx").path }

  var dataSets: [URL] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasPrefix("test_data_set_") }.sorted().map {
      folder.appending(path: $0)
    }
  }

  /// The tensors of that kind by position; a case has no file where its value is no tensor.
  static func tensors(_ kind: String, in dataSet: URL) throws -> [Int: ModelTensor] {
    var tensors: [Int: ModelTensor] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: dataSet.path)
    where name.hasPrefix(kind + "_") && name.hasSuffix(".pb") {
      guard let index = Int(name.dropFirst(kind.count + 1).dropLast(3)) else { continue }
      let data = try Data(contentsOf: dataSet.appending(path: name))
      tensors[index] = try ModelTensor(serialized: data)
    }
    return tensors
  }
}
