/// Memory of a fixed size, aligned to 64 bytes so that vector loads never straddle a cache line.
///
/// Unchecked: whoever creates it writes it before sharing it; after that it is only read.
public final class TensorStorage: @unchecked Sendable {
  public static let alignment = 64

  public let byteCount: Int
  public let base: UnsafeMutableRawPointer
  let packedForms = PackedForms()

  /// Uninitialised memory.
  public init(byteCount: Int) {
    self.byteCount = byteCount
    base = UnsafeMutableRawPointer.allocate(
      byteCount: max(byteCount, 1), alignment: Self.alignment)
  }

  deinit { base.deallocate() }
}
