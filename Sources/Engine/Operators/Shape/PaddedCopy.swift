/// Copies a tensor to where a Pad moves it, with what the mode repeats of it around. What no element moves to stays as it is.
///
/// Nothing is kept per index: pads are but numbers in a file.
struct PaddedCopy {
  private let input: TensorView
  private let output: MutableTensorView
  private let mode: Pad.Mode
  /// By axis, the places before the input's first index; negative where indices are left out.
  private let before: [Int]
  /// The last axis that changes. Behind each of its indices lie `pieceSize` bytes that stay together.
  private let innermost: Int
  private let pieceSize: Int

  /// - Parameter pads: of every axis: all beginnings, then all ends.
  init(_ input: TensorView, pads: [Int], _ mode: Pad.Mode, into output: MutableTensorView) {
    let rank = input.shape.rank
    self.input = input
    self.output = output
    self.mode = mode
    before = Array(pads.prefix(rank))
    innermost = (0..<rank).last { pads[$0] != 0 || pads[$0 + rank] != 0 } ?? 0
    pieceSize = input.shape.dims.dropFirst(innermost + 1).reduce(input.dtype.byteSize, *)
  }

  func run() {
    if before.isEmpty { copy(1, from: 0, to: 0) } else { copyRows(axis: 0, from: 0, to: 0) }
  }

  /// - Parameters:
  ///   - source: a row of the input, counted over the axes before this one.
  ///   - target: that of the output.
  private func copyRows(axis: Int, from source: Int, to target: Int) {
    let (size, paddedSize) = (input.shape[axis], output.shape[axis])
    let (source, target, before) = (source * size, target * paddedSize, before[axis])
    let inside = (before..<before + size).clamped(to: 0..<paddedSize)
    let places = mode == .constant ? inside : 0..<paddedSize
    func copyEach(_ places: Range<Int>) {
      for place in places {
        let index = source + self.index(place - before, size: size)
        if axis < innermost {
          copyRows(axis: axis + 1, from: index, to: target + place)
        } else {
          copy(1, from: index, to: target + place)
        }
      }
    }
    if axis < innermost { return copyEach(places) }
    copyEach(places.lowerBound..<inside.lowerBound)
    copy(inside.count, from: source + inside.lowerBound - before, to: target + inside.lowerBound)
    copyEach(inside.upperBound..<places.upperBound)
  }

  private func copy(_ count: Int, from source: Int, to target: Int) {
    (output.base + target * pieceSize).copyMemory(
      from: input.base + source * pieceSize, byteCount: count * pieceSize)
  }

  /// The index of the input that stands at a place before or behind it.
  private func index(_ place: Int, size: Int) -> Int {
    if (0..<size).contains(place) { return place }
    switch mode {
    case .constant, .edge: return place < 0 ? 0 : size - 1
    case .wrap: return ((place % size) + size) % size
    case .reflect:
      guard size > 1 else { return 0 }
      let period = 2 * (size - 1)
      let folded = ((place % period) + period) % period
      return folded < size ? folded : period - folded
    }
  }
}
