import Foundation

/// The named arrays of an `.npz` file, as NumPy's `savez` and `savez_compressed` write it.
struct NPZFile {
  let path: String
  private(set) var arrays: [(name: String, array: NPYArray)] = []

  /// - Throws: `DatasetError`, which names the file, and the array where that is at fault.
  init(contentsOf path: String) throws(DatasetError) {
    self.path = path
    for (name, bytes) in try Self.members(of: path) {
      arrays.append((name, try NPYArray(bytes, path: "\(path):\(name)")))
    }
  }

  private static func members(
    of path: String
  ) throws(DatasetError) -> [(name: String, bytes: Data)] {
    let file = try NPYArray.map(path)
    var members: [(name: String, bytes: Data)] = []
    do throws(ZipArchive.Malformed) {
      let archive = try ZipArchive(file)
      for entry in archive.entries {
        guard entry.name.hasSuffix(".npy") else {
          throw ZipArchive.Malformed("\(entry.name) in it is no .npy array")
        }
        let name = String(entry.name.dropLast(4))
        guard !members.contains(where: { $0.name == name }) else {
          throw ZipArchive.Malformed("it holds two arrays called '\(name)'")
        }
        members.append((name, try archive.bytes(of: entry)))
      }
      guard !members.isEmpty else { throw ZipArchive.Malformed("it holds no array") }
    } catch {
      throw .invalidArray(path: path, reason: .badArchive(error.reason))
    }
    return members
  }
}
