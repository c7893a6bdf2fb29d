import Foundation
import CalibrantONNXFormat

/// What a command will write, checked before any work starts.
public enum OutputCheck {
  /// - Parameters:
  ///   - inputs: models, or folders and manifests of images, that the command reads.
  ///   - files: that it reads, and that name no others.
  /// - Throws: `ModelError.cannotWrite` for an output that cannot be written, that is an input or one of its files, or
  ///   that is another output, by whatever path.
  public static func require(
    _ outputs: [String], apartFrom inputs: [String], files: [String] = []
  ) throws(ModelError) {
    var owners: [FileIdentity: [(path: String, target: OutputTarget)]] = [:]
    for output in outputs {
      let target = try OutputTarget(output)
      try target.requireWritable(for: output)
      if target == .descriptor(StandardStream.output.rawValue) { StandardStream.holdsData = true }
      guard let identity = FileIdentity(target) else { continue }
      if let other = owners[identity]?.first(where: { !areNames($0.target, target) }) {
        throw .cannotWrite(path: output, reason: "\(other.path) is the same file, and also written")
      }
      owners[identity, default: []].append((output, target))
    }
    guard owners.keys.contains(where: \.exists) else { return }
    for input in files + inputs.flatMap(Self.files) {
      if let identity = FileIdentity(input), let output = owners[identity]?.first {
        throw .cannotWrite(path: output.path, reason: "it is the input \(input)")
      }
    }
  }

  /// Two names of one file, as equal arms of an earlier run have: each gets a file of its own, for files are replaced.
  private static func areNames(_ one: OutputTarget, _ other: OutputTarget) -> Bool {
    guard case .file(let first) = one, case .file(let second) = other else { return false }
    return first != second
  }

  /// The files that an input is made of. What cannot be read is told by whoever reads it.
  private static func files(of input: String) -> [String] {
    let data = try? Model(contentsOf: input).dataFiles.map(\.path)
    let images = try? ImageDataset.loadUnlabelled(from: input).samples.map(\.absolutePath)
    return [input] + (data ?? images ?? [])
  }
}

/// What tells files apart, whatever their names.
private enum FileIdentity: Hashable {
  case inode(device: UInt, number: UInt)
  /// A file that is not there yet.
  case absent(path: String)

  /// nil for what two may write to: a device, a FIFO.
  init?(_ target: OutputTarget) {
    switch target {
    case .file(let path): self = Self(path) ?? .absent(path: path)
    case .descriptor(let number):
      var facts = stat()
      guard fstat(number, &facts) == 0 else { return nil }
      self.init(facts)
    case .stream: return nil
    }
  }

  /// nil for what is not there.
  init?(_ path: String) {
    var facts = stat()
    guard stat(path, &facts) == 0 else { return nil }
    self.init(facts)
  }

  private init(_ facts: stat) {
    self = .inode(device: UInt(facts.st_dev), number: UInt(facts.st_ino))
  }

  var exists: Bool {
    if case .inode = self { true } else { false }
  }
}
