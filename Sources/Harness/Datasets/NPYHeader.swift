import Engine
import Foundation

/// What the head of an `.npy` file says (numpy.lib.format, versions 1.0 to 3.0).
struct NPYHeader: Equatable {
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// The supported types by their little-endian NumPy descriptors.
  static let types: [(descriptor: String, dtype: DType)] = [
    ("<f4", .float32), ("<f8", .float64), ("|i1", .int8), ("|u1", .uint8), ("<i2", .int16),
    ("<u2", .uint16), ("<i4", .int32), ("<u4", .uint32), ("<i8", .int64), ("<u8", .uint64),
    ("|b1", .bool),
  ]

  let dtype: DType
  let shape: Shape
  /// The bytes before the data.
  let byteCount: Int

  init(parsing file: Data) throws(NPYProblem) {
    let (text, end) = try Self.dictionaryText(of: file)
    var parser = NPYHeaderParser(text)
    let fields = try parser.fields()
    dtype = try Self.dtype(of: fields.descriptor)
    guard !fields.isFortranOrder else { throw .fortranOrder }
    shape = Shape(fields.shape)
    byteCount = end
  }

  private static func dictionaryText(of file: Data) throws(NPYProblem) -> ([UInt8], Int) {
    let prefix = [UInt8](file.prefix(12))
    guard prefix.starts(with: magic) else { throw .notNPY }
    guard prefix.count >= 8 else { throw .badHeader("the file ends inside it") }
    guard (1...3).contains(prefix[6]), prefix[7] == 0 else {
      throw .unsupportedVersion(major: Int(prefix[6]), minor: Int(prefix[7]))
    }
    let start = prefix[6] == 1 ? 10 : 12
    let length = prefix.dropFirst(8).prefix(start - 8).reversed().reduce(0) { $0 << 8 | Int($1) }
    guard file.count >= start, file.count - start >= length else {
      throw .badHeader("the file ends inside it")
    }
    return ([UInt8](file.dropFirst(start).prefix(length)), start + length)
  }

  private static func dtype(of descriptor: String) throws(NPYProblem) -> DType {
    // One-byte types have no byte order, and any mark is allowed on them.
    let isOneByte = descriptor.hasSuffix("1")
    let canonical = isOneByte ? "|" + descriptor.drop { "<>=|".contains($0) } : descriptor
    if let type = types.first(where: { $0.descriptor == canonical }) { return type.dtype }
    let little = "<" + descriptor.dropFirst()
    if descriptor.hasPrefix(">"), types.contains(where: { $0.descriptor == little }) {
      throw .bigEndian(descriptor)
    }
    throw .unsupportedType(descriptor)
  }
}
