import Foundation

/// What is kept of one image's answer, and how the records of many images are stored.
public protocol PartRecord: Codable, Hashable, Sendable {
  associatedtype Columns: Codable = [Self]

  static func columns(of records: [Self]) -> Columns

  /// - Throws: `DecodingError` where the columns cannot be of records.
  static func records(in columns: Columns) throws -> [Self]
}

extension PartRecord where Columns == [Self] {
  public static func columns(of records: [Self]) -> [Self] { records }
  public static func records(in columns: [Self]) -> [Self] { columns }
}

/// Columns of numbers, since a part holds a ranking of every image of every arm.
extension Ranking: PartRecord {
  public struct Columns: Codable, Sendable {
    /// How many classes are ranked of each image.
    var width: Int
    /// Little-endian 32-bit integers, `width` of each image; −1 where fewer classes are ranked.
    var classes: Data
    /// Little-endian floats.
    var margins: Data
  }

  public static func columns(of records: [Ranking]) -> Columns {
    let width = records.map(\.classes.count).max() ?? 0
    let classes = records.flatMap { ranking in
      (0..<width).map { Int32($0 < ranking.classes.count ? ranking.classes[$0] : -1).littleEndian }
    }
    let margins = records.map { $0.margin.bitPattern.littleEndian }
    return Columns(
      width: width, classes: classes.withUnsafeBytes { Data($0) },
      margins: margins.withUnsafeBytes { Data($0) })
  }

  public static func records(in columns: Columns) throws -> [Ranking] {
    let margins = numbers(UInt32.self, in: columns.margins).map { Float(bitPattern: $0) }
    let classes = numbers(UInt32.self, in: columns.classes).map { Int(Int32(bitPattern: $0)) }
    guard (0...Self.widthLimit).contains(columns.width),
      columns.margins.count == 4 * margins.count,
      columns.classes.count == 4 * columns.width * margins.count,
      margins.allSatisfy({ $0.isFinite && $0 >= 0 }), classes.allSatisfy({ $0 >= -1 })
    else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: [], debugDescription: "not rankings of images"))
    }
    return margins.indices.map { index in
      let row = classes[index * columns.width..<(index + 1) * columns.width]
      return Ranking(classes: Array(row.prefix { $0 >= 0 }), margin: margins[index])
    }
  }

  /// More classes than anyone ranks.
  private static let widthLimit = 1 << 10

  private static func numbers<Number: FixedWidthInteger>(
    _ type: Number.Type, in data: Data
  ) -> [Number] {
    data.withUnsafeBytes { bytes in
      (0..<bytes.count / MemoryLayout<Number>.size).map {
        Number(
          littleEndian: bytes.loadUnaligned(
            fromByteOffset: $0 * MemoryLayout<Number>.size, as: Number.self))
      }
    }
  }
}
