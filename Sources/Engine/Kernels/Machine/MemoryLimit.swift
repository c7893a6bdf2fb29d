import Foundation

/// How much memory one model may ask for, so that a small file cannot take the machine down.
enum MemoryLimit {
  /// Bytes: what `CALIBRANT_MEMORY_LIMIT` says, or half of the memory that this process may use.
  static let bytes: Int = {
    let given = ProcessInfo.processInfo.environment["CALIBRANT_MEMORY_LIMIT"].flatMap { Int($0) }
    return given ?? AvailableResources.memory / 2
  }()

  /// Throws where floats of that shape, which an operator needs to work with, are beyond the limit.
  static func checkScratch(_ shape: Shape) throws(GraphError) {
    _ = try check([TensorType(.float32, shape)])
  }

  /// Bytes of tensors of these types together; throws beyond the limit, or where a shape is no size.
  static func check(_ types: [TensorType], used: Int = 0) throws(GraphError) -> Int {
    var total = used
    for type in types {
      let size = (type.shape.checkedElementCount ?? .max)
        .multipliedReportingOverflow(by: type.dtype.byteSize)
      let sum = total.addingReportingOverflow(size.partialValue)
      guard !size.overflow, !sum.overflow, sum.partialValue <= bytes else {
        throw .tooLarge(
          reason: "a tensor of shape \(type.shape) exceeds the \(bytes) bytes there are in all")
      }
      total = sum.partialValue
    }
    return total
  }
}
