import CalibrantEngine
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

  /// Of the values once read: float16 becomes float32.
  let dtype: DType
  let isHalf: Bool
  let isBigEndian: Bool
  let isFortranOrder: Bool
  let shape: Shape
  /// The bytes before the data.
  let byteCount: Int

  init(parsing file: Data) throws(NPYProblem) {
    let (text, end) = try Self.dictionaryText(of: file)
    var parser = NPYHeaderParser(text)
    let fields = try parser.fields()
    let little = Self.littleEndian(fields.descriptor)
    isBigEndian = fields.descriptor.hasPrefix(">") && little.hasPrefix("<")
    let isHalf = little == "<f2"
    self.isHalf = isHalf
    isFortranOrder = fields.isFortranOrder
    guard let type = Self.types.first(where: { $0.descriptor == (isHalf ? "<f4" : little) }) else {
      throw .unsupportedType(fields.descriptor)
    }
    dtype = type.dtype
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

  /// Bytes of one value in the file.
  var itemSize: Int { isHalf ? 2 : dtype.byteSize }

  /// Whether the bytes are what they are in memory.
  var isPlain: Bool { !isHalf && !isBigEndian && !isFortranOrder }

  /// The descriptor of the same type in little-endian order.
  private static func littleEndian(_ descriptor: String) -> String {
    // One-byte types have no byte order, and any mark is allowed on them.
    if descriptor.hasSuffix("1") { return "|" + descriptor.drop { "<>=|".contains($0) } }
    return descriptor.hasPrefix(">") ? "<" + descriptor.dropFirst() : descriptor
  }
}
