import Foundation
import CalibrantONNXFormat

/// Where statistics come from: they may be used again only for the same model, prepared the same
/// way, on the same samples.
public struct StatisticsSource: Sendable, Equatable, Codable {
  /// SHA-256 of the model file, in hexadecimal.
  public var modelSHA256: String
  /// Everything that decides the pixels a model sees, as one line.
  public var preprocessing: String
  /// A digest of the samples' contents that does not depend on their order.
  public var calibrationDigest: String
  public var sampleCount: Int
  /// What the observed network was computed with; nil in files of earlier versions.
  public var kernels: String?

  public init(
    modelSHA256: String, preprocessing: String, calibrationDigest: String, sampleCount: Int,
    kernels: String? = nil
  ) {
    self.kernels = kernels
    self.modelSHA256 = modelSHA256
    self.preprocessing = preprocessing
    self.calibrationDigest = calibrationDigest
    self.sampleCount = sampleCount
  }

  /// The names of the facts in which two sources differ.
  public func differences(from other: StatisticsSource) -> [String] {
    var names: [String] = []
    if modelSHA256 != other.modelSHA256 { names.append("model") }
    if preprocessing != other.preprocessing { names.append("preprocessing") }
    if calibrationDigest != other.calibrationDigest { names.append("calibration samples") }
    if sampleCount != other.sampleCount { names.append("number of samples") }
    if kernels != other.kernels { names.append("processor kernels") }
    return names
  }
}

/// The statistics of a model's tensors on disk: JSON with sorted keys, so that equal statistics give
/// equal bytes.
public struct StatisticsFile: Sendable, Equatable, Codable {
  public static let currentSchemaVersion = 2

  public private(set) var schemaVersion = Self.currentSchemaVersion
  public var source: StatisticsSource
  /// By tensor name.
  public var tensors: [String: TensorStatistics]

  public init(source: StatisticsSource, tensors: [String: TensorStatistics]) {
    self.source = source
    self.tensors = tensors
  }

  /// Whether the file was made from `source`.
  public func matches(_ source: StatisticsSource) -> Bool { self.source == source }

  /// The bytes of the file.
  public func encoded() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self) + Data("\n".utf8)
  }

  public init(decoding data: Data, path: String) throws(StatisticsFileError) {
    struct Header: Decodable { var schemaVersion: Int }
    let decoder = JSONDecoder()
    do {
      let version = try decoder.decode(Header.self, from: data).schemaVersion
      guard version == Self.currentSchemaVersion else {
        throw StatisticsFileError.unknownVersion(path: path, version: version)
      }
      self = try decoder.decode(StatisticsFile.self, from: data)
      guard (0..<1 << 50).contains(source.sampleCount) else {
        throw StatisticsFileError.malformed(
          path: path, reason: "\(source.sampleCount) is no number of samples")
      }
    } catch let error as StatisticsFileError {
      throw error
    } catch {
      throw .malformed(path: path, reason: Self.reason(error))
    }
  }

  /// Writes the file; it appears complete or not at all.
  public func save(to path: String) throws(StatisticsFileError) {
    do {
      try AtomicFile.write(encoded(), to: path)
    } catch {
      throw .unwritable(path: path, reason: error.localizedDescription)
    }
  }

  public static func load(from path: String) throws(StatisticsFileError) -> StatisticsFile {
    let data: Data
    do {
      data = try Data(contentsOf: URL(filePath: path))
    } catch {
      throw .unreadable(path: path, reason: error.localizedDescription)
    }
    return try StatisticsFile(decoding: data, path: path)
  }

  private static func reason(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return error.localizedDescription }
    switch error {
    case .dataCorrupted(let context), .keyNotFound(_, let context),
      .typeMismatch(_, let context), .valueNotFound(_, let context):
      let place = context.codingPath.map(\.stringValue).joined(separator: "/")
      return place.isEmpty ? context.debugDescription : "\(place): \(context.debugDescription)"
    @unknown default:
      return "not readable as JSON"
    }
  }
}

/// What can be wrong with a statistics file.
public enum StatisticsFileError: Error, Equatable {
  case unreadable(path: String, reason: String)
  case unwritable(path: String, reason: String)
  case malformed(path: String, reason: String)
  case unknownVersion(path: String, version: Int)
}

extension StatisticsFileError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreadable(let path, let reason): "cannot read statistics \(path): \(reason)"
    case .unwritable(let path, let reason): "cannot write statistics \(path): \(reason)"
    case .malformed(let path, let reason): "\(path) is not a statistics file: \(reason)"
    case .unknownVersion(let path, let version):
      "\(path) has statistics of version \(version); this program reads version "
        + "\(StatisticsFile.currentSchemaVersion)"
    }
  }
}
