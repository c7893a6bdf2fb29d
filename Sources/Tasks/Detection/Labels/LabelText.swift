import Foundation

/// The bytes of a label file.
///
/// - Throws: `BoxLabelError` where there is no such file, it cannot be read, or it has more than `limit` bytes.
func labelBytes(_ path: String, limit: Int) throws(BoxLabelError) -> Data {
  var isFolder: ObjCBool = false
  guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
    throw BoxLabelError(path: path, .missingFile)
  }
  guard !isFolder.boolValue else {
    throw BoxLabelError(path: path, .unreadable(reason: "it is a folder"))
  }
  let data: Data
  do {
    data = try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)
  } catch {
    throw BoxLabelError(path: path, .unreadable(reason: "\(error.localizedDescription)"))
  }
  guard data.count <= limit else {
    throw BoxLabelError(path: path, .tooLarge(bytes: data.count, limit: limit))
  }
  return data
}

/// The text of a label file, without a byte order mark.
func labelText(_ path: String, limit: Int) throws(BoxLabelError) -> String {
  let data = try labelBytes(path, limit: limit)
  let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
  guard
    let text = String(bytes: data.starts(with: mark) ? data.dropFirst(3) : data, encoding: .utf8)
  else { throw BoxLabelError(path: path, .notText) }
  return text
}

/// The files in a folder and below it, by path.
func files(below folder: String, extensions: Set<String>) throws(BoxLabelError) -> [String] {
  var isFolder: ObjCBool = false
  guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder),
    isFolder.boolValue, let names = FileManager.default.enumerator(atPath: folder)
  else { throw BoxLabelError(path: folder, .unreadable(reason: "it is no folder")) }
  let paths = names.compactMap { $0 as? String }
    .filter { extensions.contains(($0 as NSString).pathExtension.lowercased()) }
  return paths.sorted().map { folder + "/" + $0 }
}
