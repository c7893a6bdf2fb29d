import Foundation
import CalibrantONNXFormat

/// The files of one model: that of the graph and, where weights lie outside it, its data files. What a model weighs and
/// whether it is the same one is decided here.
public struct ModelFile: Sendable, Hashable {
  public struct Part: Sendable, Codable, Hashable {
    /// Relative to the model's folder.
    public let name: String
    public let sha256: String
    public let bytes: Int
  }

  public let path: String
  /// The graph's file first, then data files in the order the graph names them.
  public let parts: [Part]

  /// - Parameter model: what `path` holds.
  public init(_ path: String, of model: Model) throws {
    self.path = path
    let graph = (URL(filePath: path).lastPathComponent, path)
    parts = try ([graph] + model.dataFiles.map { ($0.location, $0.path) }).map { name, path in
      Part(
        name: name, sha256: try ContentHash.sha256(ofFile: path),
        bytes: try FileTree.byteCount(of: path))
    }
  }

  public var name: String { parts[0].name }

  public var bytes: Int { parts.reduce(0) { $0 + $1.bytes } }

  /// SHA-256 of the file; where there are several, of their hashes one after the other.
  public var sha256: String {
    parts.count == 1 ? parts[0].sha256 : ContentHash.sha256(parts.map(\.sha256).joined().utf8)
  }
}
