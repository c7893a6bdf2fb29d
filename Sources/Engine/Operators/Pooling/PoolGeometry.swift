/// The loops' numbers of a pool over one or two spatial axes; a 1-D pool is a 2-D one of height 1.
struct PoolGeometry: Sendable {
  let planes: Int
  let height: Int
  let width: Int
  let outHeight: Int
  let outWidth: Int
  let kernel: (y: Int, x: Int)
  let stride: (y: Int, x: Int)
  let dilation: (y: Int, x: Int)
  let padBegin: (y: Int, x: Int)
  let padEnd: (y: Int, x: Int)
  let output: Shape

  init(_ window: WindowGeometry, input: Shape) throws(GraphError) {
    guard input.rank == window.kernel.count + 2, input.rank == 3 || input.rank == 4 else {
      throw .shapeMismatch(
        reason: "X \(input): pools over one or two spatial axes are implemented, the kernel has "
          + "\(window.kernel.count)")
    }
    let resolved = try window.resolved(input: Array(input.dims.dropFirst(2)))
    let is1D = input.rank == 3
    func pair(_ values: [Int], _ fill: Int) -> (y: Int, x: Int) {
      is1D ? (fill, values[0]) : (values[0], values[1])
    }
    planes = input[0] * input[1]
    (height, width) = pair(Array(input.dims.dropFirst(2)), 1)
    (outHeight, outWidth) = pair(resolved.output, 1)
    kernel = pair(window.kernel, 1)
    stride = pair(window.strides, 1)
    dilation = pair(window.dilations, 1)
    padBegin = pair(resolved.padsBegin, 0)
    padEnd = pair(resolved.padsEnd, 0)
    output = Shape([input[0], input[1]] + resolved.output)
  }

  func rows(_ y: Int) -> Range<Int> {
    WindowTaps.inside(
      y, kernel: kernel.y, stride: stride.y, dilation: dilation.y, pad: padBegin.y, size: height)
  }

  func columns(_ x: Int) -> Range<Int> {
    WindowTaps.inside(
      x, kernel: kernel.x, stride: stride.x, dilation: dilation.x, pad: padBegin.x, size: width)
  }

  /// Taps that fall inside the input or its padding; a ceil-mode window may reach beyond both.
  private static func tapsInPadding(
    _ position: Int, kernel: Int, stride: Int, dilation: Int, paddedSize: Int
  ) -> Int {
    min(kernel, max(0, paddedSize - 1 - position * stride) / dilation + 1)
  }

  func rowsInPadding(_ y: Int) -> Int {
    Self.tapsInPadding(
      y, kernel: kernel.y, stride: stride.y, dilation: dilation.y,
      paddedSize: padBegin.y + height + padEnd.y)
  }

  func columnsInPadding(_ x: Int) -> Int {
    Self.tapsInPadding(
      x, kernel: kernel.x, stride: stride.x, dilation: dilation.x,
      paddedSize: padBegin.x + width + padEnd.x)
  }
}
