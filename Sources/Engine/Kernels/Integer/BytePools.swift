import CKernels

/// Pools of codes in blocked planes.
struct BytePools {
  let loops: BlockLoops

  init(loops: BlockLoops = .best) { self.loops = loops }

  /// The largest code under the window and inside the plane.
  /// - Parameters:
  ///   - input: planes × H × W × 16.
  ///   - output: planes × OH × OW × 16.
  func largest(
    _ input: UnsafePointer<UInt8>, _ window: CKWindow, planes: Int,
    into output: UnsafeMutablePointer<UInt8>, workers: Workers
  ) {
    sweep(window, planes: planes, workers) { window, from, to in
      loops.table.pointee.maxPoolBytes(window, input + from, output + to)
    }
  }

  /// The code nearest to the mean of the values, exactly, halves to even.
  /// - Parameter divisor: what the sum is divided by; nil for the number of taps inside the plane.
  func mean(
    _ input: UnsafePointer<UInt8>, _ from: CodeGrid, _ window: CKWindow, planes: Int,
    divisor: Int? = nil, to grid: CodeGrid, into output: UnsafeMutablePointer<UInt8>,
    workers: Workers
  ) {
    let (given, wanted) = (from.loops, grid.loops)
    sweep(window, planes: planes, workers) { window, from, to in
      withUnsafePointer(to: given) { given in
        withUnsafePointer(to: wanted) { wanted in
          loops.table.pointee.averagePoolBytes(
            window, input + from, given, Int32(divisor ?? 0), wanted, output + to)
        }
      }
    }
  }

  /// The mean of whole planes: N × ⌈C/16⌉ × H × W × 16 to N × C.
  func globalMean(
    _ input: UnsafePointer<UInt8>, _ from: CodeGrid, batch: Int, channels: Int, height: Int,
    width: Int, to grid: CodeGrid, into output: UnsafeMutablePointer<UInt8>, workers: Workers
  ) {
    let (lanes, blocks) = (ChannelBlocks.lanes, ChannelBlocks.count(channels))
    let window = CKWindow(
      height: Int32(height), width: Int32(width), outHeight: 1, outWidth: 1,
      kernelHeight: Int32(height), kernelWidth: Int32(width), strideY: 1, strideX: 1, dilationY: 1,
      dilationX: 1, padTop: 0, padLeft: 0)
    let means = AlignedValues<UInt8>(batch * blocks * lanes)
    mean(
      input, from, window, planes: batch * blocks, to: grid, into: means.base, workers: workers)
    for image in 0..<batch {
      (output + image * channels).update(from: means.base + image * blocks * lanes, count: channels)
    }
  }

  private func sweep(
    _ window: CKWindow, planes: Int, _ workers: Workers,
    _ body: (UnsafePointer<CKWindow>, _ from: Int, _ to: Int) -> Void
  ) {
    let lanes = ChannelBlocks.lanes
    let (given, made) = (window.height * window.width, window.outHeight * window.outWidth)
    workers.forEach(planes) { plane in
      withUnsafePointer(to: window) {
        body($0, plane * Int(given) * lanes, plane * Int(made) * lanes)
      }
    }
  }
}
