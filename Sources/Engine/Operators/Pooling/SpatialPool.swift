/// A pool over any number of spatial axes, place by place: what the sweep over lines does not do.
struct SpatialPool: Sendable {
  let taps: WindowTaps
  let output: Shape
  private let window: WindowGeometry
  private let resolved: WindowGeometry.Resolved

  init(_ window: WindowGeometry, input: Shape) throws(GraphError) {
    guard input.rank >= 3, input.rank == window.kernel.count + 2 else {
      throw .shapeMismatch(
        reason: "X \(input) does not have the \(window.kernel.count) spatial axes of the kernel")
    }
    let spatial = Array(input.dims.dropFirst(2))
    resolved = try window.resolved(input: spatial)
    self.window = window
    taps = WindowTaps(window, resolved, input: spatial)
    output = Shape([input[0], input[1]] + resolved.output)
  }

  /// Calls `body` for each output element with the first element of its plane and its place.
  func forEach(_ body: (_ output: Int, _ plane: Int, _ place: [Int]) -> Void) {
    for plane in 0..<output[0] * output[1] {
      taps.forEachPlace { number, place in
        body(plane * taps.outputCount + number, plane * taps.inputCount, place)
      }
    }
  }

  /// How many of the window's taps at a place lie inside the input or its padding.
  func countInPadding(at place: [Int]) -> Int {
    place.indices.reduce(1) { count, axis in
      let padded = resolved.padsBegin[axis] + taps.input[axis] + resolved.padsEnd[axis]
      let room = max(0, padded - 1 - place[axis] * window.strides[axis]) / window.dilations[axis]
      return count * min(window.kernel[axis], room + 1)
    }
  }
}
