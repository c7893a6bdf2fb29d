import CKernels

/// The layout that convolutions compute in: N × ⌈C/16⌉ × H × W × 16, sixteen neighbouring channels of a pixel side by
/// side. It makes every loop read whole vectors whatever the image's width, and an im2col matrix unnecessary: a
/// window's factors are found by adding offsets. Lanes beyond C hold anything and are
/// never mixed with others.
enum ChannelBlocks {
  static let lanes = Int(CK_LANES)

  static func count(_ channels: Int) -> Int { (channels + lanes - 1) / lanes }

  /// The blocked shape of an N × C × H × W tensor.
  static func shape(_ dense: Shape) -> Shape {
    [dense[0], count(dense[1]), dense[2], dense[3], lanes]
  }

  /// Values per channel, with zeros for the lanes that no channel has.
  static func padded(_ values: UnsafeBufferPointer<Float>?, channels: Int) -> AlignedFloats {
    let padded = AlignedFloats(count(channels) * lanes)
    for index in 0..<padded.count {
      padded[index] = index < channels ? (values?[index] ?? 0) : 0
    }
    return padded
  }
}

/// Values on their own 64-byte aligned memory: written once, then only read.
struct AlignedValues<Element: BitwiseCopyable>: @unchecked Sendable {
  private let storage: TensorStorage
  let count: Int

  /// Uninitialised.
  init(_ count: Int) {
    self.count = count
    storage = TensorStorage(byteCount: count * MemoryLayout<Element>.stride)
  }

  init(repeating value: Element, count: Int) {
    self.init(count)
    base.initialize(repeating: value, count: count)
  }

  var base: UnsafeMutablePointer<Element> { storage.base.assumingMemoryBound(to: Element.self) }

  subscript(index: Int) -> Element {
    get { base[index] }
    nonmutating set { base[index] = newValue }
  }
}

typealias AlignedFloats = AlignedValues<Float>
