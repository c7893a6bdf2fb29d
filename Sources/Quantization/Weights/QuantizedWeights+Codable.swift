import CalibrantEngine
import Foundation

extension QuantizedWeights: Codable {
  private enum Key: String, CodingKey {
    case codes, shape, axis, blockSize, scales, zeroPoints, lowest, highest, storage
  }

  /// Codes as bytes; the codes in use and their storage type are the same for all channels.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(codes.withUnsafeBytes { Data($0) }, forKey: .codes)
    try values.encode(shape, forKey: .shape)
    try values.encodeIfPresent(axis, forKey: .axis)
    try values.encodeIfPresent(blockSize, forKey: .blockSize)
    try values.encode(scales, forKey: .scales)
    try values.encode(parameters.map(\.zeroPoint), forKey: .zeroPoints)
    try values.encode(parameters[0].codes.lowerBound, forKey: .lowest)
    try values.encode(parameters[0].codes.upperBound, forKey: .highest)
    try values.encode(parameters[0].storage, forKey: .storage)
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    let lowest = try values.decode(Int.self, forKey: .lowest)
    let highest = try values.decode(Int.self, forKey: .highest)
    let storage = try values.decode(StorageType.self, forKey: .storage)
    let scales = try values.decode([Float].self, forKey: .scales)
    let zeroPoints = try values.decode([Int].self, forKey: .zeroPoints)
    let codes = try values.decode(Data.self, forKey: .codes).map { Int8(bitPattern: $0) }
    let shape = try values.decode([Int].self, forKey: .shape)
    let axis = try values.decodeIfPresent(Int.self, forKey: .axis)
    let blockSize = try values.decodeIfPresent(Int.self, forKey: .blockSize)
    guard Shape(shape).checkedElementCount == codes.count else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "codes do not fill their shape"))
    }
    let sets = Self.setCount(shape, axis, blockSize)
    guard scales.count == sets, zeroPoints.count == sets,
      storage.codes.contains(lowest), storage.codes.contains(highest), lowest <= highest,
      zeroPoints.allSatisfy({ (lowest...highest).contains($0) }),
      scales.allSatisfy({ $0 > 0 && $0.isFinite })
    else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "codes and parameters do not fit"))
    }
    (self.codes, self.shape, self.axis, self.blockSize) = (codes, shape, axis, blockSize)
    parameters = zip(scales, zeroPoints).map { scale, zeroPoint in
      QuantizationParameters(
        scale: scale, zeroPoint: zeroPoint, codes: lowest...highest, storage: storage)
    }
  }

  /// How many parameters such weights have; nil where there are no such weights.
  private static func setCount(_ shape: [Int], _ axis: Int?, _ blockSize: Int?) -> Int? {
    guard let axis else { return blockSize == nil ? 1 : nil }
    guard shape.indices.contains(axis) else { return nil }
    guard let blockSize else { return shape[axis] }
    guard shape.count == 2, blockSize > 0, shape[1 - axis].isMultiple(of: blockSize) else {
      return nil
    }
    return shape[axis] * (shape[1 - axis] / blockSize)
  }
}
