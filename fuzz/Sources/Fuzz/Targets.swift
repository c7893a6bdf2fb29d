import Foundation

/// One reader each.
enum Targets {
  static let all: [String: @Sendable (Data) throws -> Void] = [
    "load": Models.load, "run": Models.run, "plan": Models.plan, "codes": Models.plan,
    "evaluation": Results.joined, "report": Results.joined, "render": Results.rendered,
    "baseline": Readers.baseline, "statistics": Readers.statistics, "journal": Readers.journal,
    "manifest": Readers.manifest, "labels": Readers.labels, "npy": Readers.array,
    "npz": Readers.archive,
    "image": Readers.image, "annotations": Readers.annotations, "mask": Readers.mask,
    "dictionary": Readers.dictionary, "pairs": Readers.pairs,
    "configuration": Readers.configuration,
  ]

  /// Files to start from; what edits a seed looks for it here too.
  static let seeds = ProcessInfo.processInfo.environment["CALIBRANT_FUZZ_SEEDS"] ?? "."
}

/// The file that readers of paths find their input in, on a file system in memory where there is one.
enum ScratchFile {
  private static let path = {
    let folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : NSTemporaryDirectory()
    return "\(folder)/calibrant-fuzz-\(getpid())"
  }()

  nonisolated(unsafe) private static var used: Set<String> = {
    atexit { ScratchFile.used.forEach { try? FileManager.default.removeItem(atPath: $0) } }
    return []
  }()

  /// A folder, made at the first call.
  static func folder(_ suffix: String) -> String {
    let folder = path + suffix
    if used.insert(folder).inserted { mkdir(folder, 0o700) }
    return folder
  }

  /// - Returns: its path.
  static func holding(_ data: Data, suffix: String) -> String {
    let file = path + suffix
    used.insert(file)
    data.withUnsafeBytes { bytes in
      let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
      guard write(descriptor, bytes.baseAddress, bytes.count) == bytes.count else {
        fatalError("\(file) cannot be written")
      }
      close(descriptor)
    }
    return file
  }
}
