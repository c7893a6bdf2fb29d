import Foundation
import CalibrantONNXFormat
import CalibrantQuantization
import Synchronization

/// The layers that walks have solved, on disk as soon as they are, so that an interrupted run goes on where it stopped.
///
/// One line per layer: the SHA-256 of the rest, then JSON. A line that a crash or a full disk cut short fails its checksum;
/// it and what follows are solved again.
public final class WalkJournal: Sendable {
  public let path: String
  /// What all walks of a run share: the model file, this program and the kernels it computes with.
  private let run: String
  private let entries: Mutex<[Entry]>
  /// What is wrong with a file that was found, as a sentence; its usable lines are kept.
  public let complaint: String?

  private struct Entry: Codable {
    let walk: String
    let layer: String
    let result: LayerCalibration
  }

  /// Goes on with the file, where there is one.
  public init(path: String, modelSHA256: String) throws {
    self.path = path
    run = modelSHA256 + Self.program + MachineFacts.kernels
    let stored = FileManager.default.contents(atPath: path) ?? Data()
    var known: [Entry] = []
    var usable = 0
    for line in stored.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      guard let entry = Self.entry(line), usable + line.count < stored.count else { break }
      known.append(entry)
      usable += line.count + 1
    }
    if usable < stored.count {
      try AtomicFile.write(stored.prefix(usable), to: path)
      complaint =
        "\(path) is damaged after \(ReportText.count(known.count, "layer")); "
        + "what follows is solved again"
    } else {
      complaint = nil
    }
    entries = Mutex(known)
  }

  /// A key for everything that decides a walk's results: what `facts` say, the model and this program.
  func key(_ facts: String) -> String { ContentHash.sha256((run + "\n" + facts).utf8) }

  /// What an earlier run solved of a walk, by the name of the layer's weights.
  func layers(of key: String) -> [String: LayerCalibration] {
    entries.withLock { entries in
      let own = entries.filter { $0.walk == key }
      return Dictionary(own.map { ($0.layer, $0.result) }, uniquingKeysWith: { $1 })
    }
  }

  /// Layers on file, of any walk.
  public var count: Int { entries.withLock { $0.count } }

  func add(_ layer: String, _ result: LayerCalibration, of key: String) throws {
    let entry = Entry(walk: key, layer: layer, result: result)
    let json = try Self.encoder().encode(entry)
    let line = Data(ContentHash.sha256(json).utf8) + Data(" ".utf8) + json + Data("\n".utf8)
    try entries.withLock { entries in
      try append(line)
      entries.append(entry)
    }
  }

  /// For when all is done.
  public func remove() { try? FileManager.default.removeItem(atPath: path) }

  private func append(_ line: Data) throws {
    if !FileManager.default.fileExists(atPath: path) {
      try AtomicFile.write(line, to: path)
      return
    }
    do {
      let file = try FileHandle(forWritingTo: URL(filePath: path))
      defer { try? file.close() }
      try file.seekToEnd()
      try file.write(contentsOf: line)
      try file.synchronize()
    } catch {
      throw ModelError.cannotWrite(path: path, reason: error.localizedDescription)
    }
  }

  /// nil for a line that is not whole.
  private static func entry(_ line: Data) -> Entry? {
    let digest = line.prefix(64)
    let json = line.dropFirst(65)
    guard !json.isEmpty, Data(ContentHash.sha256(json).utf8) == digest else { return nil }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try? decoder.decode(Entry.self, from: json)
  }

  private static func encoder() -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return encoder
  }

  /// Another build may round otherwise, and its layers would not fit this one's.
  private static let program =
    Bundle.main.executablePath.flatMap { try? ContentHash.sha256(ofFile: $0) } ?? ""
}
