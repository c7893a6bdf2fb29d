/// Which input elements lie under a window over any number of spatial axes, at every place it slides to: the plain loops
/// behind whatever the two-dimensional kernels do not do.
struct WindowTaps {
  let input: [Int]
  let output: [Int]
  let kernel: [Int]
  private let window: WindowGeometry
  private let pads: [Int]
  private let inputStrides: [Int]
  private let kernelStrides: [Int]

  init(_ window: WindowGeometry, _ resolved: WindowGeometry.Resolved, input: [Int]) {
    self.input = input
    self.window = window
    output = resolved.output
    kernel = window.kernel
    pads = resolved.padsBegin
    inputStrides = Shape(input).strides
    kernelStrides = Shape(window.kernel).strides
  }

  var inputCount: Int { Shape(input).elementCount }
  var outputCount: Int { Shape(output).elementCount }
  var kernelCount: Int { Shape(kernel).elementCount }

  /// Taps of the window at output `position` that fall inside the input.
  static func inside(
    _ position: Int, kernel: Int, stride: Int, dilation: Int, pad: Int, size: Int
  ) -> Range<Int> {
    let start = position * stride - pad
    let low = start >= 0 ? 0 : (-start + dilation - 1) / dilation
    let high = start >= size ? 0 : min(kernel, (size - 1 - start) / dilation + 1)
    return min(low, kernel)..<max(high, min(low, kernel))
  }

  /// Calls `body` for every place of the window, in order.
  func forEachPlace(_ body: (_ number: Int, _ place: [Int]) -> Void) {
    Shape(output).forEachIndex(body)
  }

  /// Calls `body` with each tap inside the input at a place, and the element under it, in row-major order.
  func forEachTap(at place: [Int], _ body: (_ tap: Int, _ element: Int) -> Void) {
    visit(place, axis: 0, tap: 0, element: 0, body)
  }

  private func visit(
    _ place: [Int], axis: Int, tap: Int, element: Int, _ body: (Int, Int) -> Void
  ) {
    guard axis < place.count else { return body(tap, element) }
    let inside = Self.inside(
      place[axis], kernel: kernel[axis], stride: window.strides[axis],
      dilation: window.dilations[axis], pad: pads[axis], size: input[axis])
    let start = place[axis] * window.strides[axis] - pads[axis]
    for next in inside {
      visit(
        place, axis: axis + 1, tap: tap + next * kernelStrides[axis],
        element: element + (start + next * window.dilations[axis]) * inputStrides[axis], body)
    }
  }

  /// One channel's part of an im2col matrix: row t holds, for each place, the element under tap t, or 0.
  func columns(of plane: UnsafePointer<Float>, into rows: UnsafeMutablePointer<Float>) {
    let (places, last) = (outputCount, output.count - 1)
    rows.update(repeating: 0, count: kernelCount * places)
    let (stride, lines) = (window.strides[last], Shape(Array(output.dropLast())))
    Shape(kernel).forEachIndex { tap, steps in
      let shift = steps[last] * window.dilations[last] - pads[last]
      let inside = validOutputs(
        shift: shift, stride: stride, input: input[last], output: output[last])
      lines.forEachIndex { row, place in
        guard let start = line(of: place, under: steps) else { return }
        copyStrided(
          plane + start, from: inside.lowerBound * stride + shift, by: stride,
          count: inside.count, into: rows + tap * places + row * output[last] + inside.lowerBound)
      }
    }
  }

  /// The first element of the input's line under a tap, for a place on all axes but the last; nil outside the input.
  private func line(of place: [Int], under steps: [Int]) -> Int? {
    var start = 0
    for axis in place.indices {
      let position =
        place[axis] * window.strides[axis] + steps[axis] * window.dilations[axis] - pads[axis]
      guard (0..<input[axis]).contains(position) else { return nil }
      start += position * inputStrides[axis]
    }
    return start
  }

  /// The transpose of `columns`: adds every row's values to the elements under its tap.
  func addColumns(_ rows: UnsafePointer<Float>, to plane: UnsafeMutablePointer<Float>) {
    let places = outputCount
    forEachPlace { number, place in
      forEachTap(at: place) { tap, element in plane[element] += rows[tap * places + number] }
    }
  }
}
