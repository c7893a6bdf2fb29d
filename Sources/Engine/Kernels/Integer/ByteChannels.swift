import CKernels

/// Codes between the dense and the blocked layout, and from lanes of blocks to others.
struct ByteChannels {
  let loops: BlockLoops
  let workers: Workers

  init(loops: BlockLoops = .best, workers: Workers) {
    (self.loops, self.workers) = (loops, workers)
  }

  /// N × C × H × W to N × ⌈C/16⌉ × H × W × 16, missing lanes 0.
  func block(
    _ x: UnsafePointer<UInt8>, batch: Int, channels: Int, pixels: Int,
    into y: UnsafeMutablePointer<UInt8>
  ) {
    forEachBlock(batch, channels, pixels) { count, dense, blocked in
      loops.table.pointee.interleave(
        x + dense, count, Int64(pixels), Int32(ChannelBlocks.lanes), y + blocked)
    }
  }

  func unblock(
    _ x: UnsafePointer<UInt8>, batch: Int, channels: Int, pixels: Int,
    into y: UnsafeMutablePointer<UInt8>
  ) {
    forEachBlock(batch, channels, pixels) { count, dense, blocked in
      loops.table.pointee.separate(x + blocked, count, Int64(pixels), y + dense)
    }
  }

  private func forEachBlock(
    _ batch: Int, _ channels: Int, _ pixels: Int,
    _ body: (_ count: Int32, _ dense: Int, _ blocked: Int) -> Void
  ) {
    let (lanes, blocks) = (ChannelBlocks.lanes, ChannelBlocks.count(channels))
    workers.forEach(batch * blocks) { index in
      let (image, first) = (index / blocks, index % blocks * lanes)
      body(
        Int32(min(lanes, channels - first)), (image * channels + first) * pixels,
        index * pixels * lanes)
    }
  }

  /// A blocked tensor of which channels are taken.
  struct Source {
    let codes: UnsafePointer<UInt8>
    let channels: Int
    /// Where its codes stand for other values than the result's.
    var table: ByteTable?
  }

  /// Joins tensors along their channels.
  /// - Parameter y: N × ⌈ΣC/16⌉ × H × W × 16; lanes of no channel are not written.
  func concatenate(
    _ sources: [Source], batch: Int, pixels: Int, into y: UnsafeMutablePointer<UInt8>
  ) {
    let total = ChannelBlocks.count(sources.reduce(0) { $0 + $1.channels })
    let plane = pixels * ChannelBlocks.lanes
    workers.forEach(batch) { image in
      var first = 0
      for source in sources {
        let size = ChannelBlocks.count(source.channels) * plane
        let target = y + image * total * plane
        write(source, source.codes + image * size, pixels, first, target)
        first += source.channels
      }
    }
  }

  private func write(
    _ source: Source, _ x: UnsafePointer<UInt8>, _ pixels: Int, _ first: Int,
    _ y: UnsafeMutablePointer<UInt8>
  ) {
    let (lanes, plane) = (ChannelBlocks.lanes, pixels * ChannelBlocks.lanes)
    for block in 0..<ChannelBlocks.count(source.channels) {
      var from = x + block * plane
      var mapped: AlignedValues<UInt8>?
      if let table = source.table {
        let copy = AlignedValues<UInt8>(plane)
        ByteElements(loops: loops, workers: .alone).map(from, count: plane, table, into: copy.base)
        (mapped, from) = (copy, UnsafePointer(copy.base))
      }
      let channel = first + block * lanes
      withExtendedLifetime(mapped) {
        loops.table.pointee.insertLanes(
          from, Int32(min(lanes, source.channels - block * lanes)), Int32(channel % lanes),
          Int64(pixels), y + channel / lanes * plane)
      }
    }
  }

  /// Takes channels of a tensor in any order: splits, slices and shuffles.
  /// - Parameters:
  ///   - x: N × ⌈C/16⌉ × H × W × 16.
  ///   - channels: of x, one for each of y.
  func gather(
    _ x: UnsafePointer<UInt8>, of count: Int, _ channels: [Int], batch: Int, pixels: Int,
    into y: UnsafeMutablePointer<UInt8>
  ) {
    let (lanes, plane) = (ChannelBlocks.lanes, pixels * ChannelBlocks.lanes)
    let blocks = ChannelBlocks.count(channels.count)
    workers.forEach(batch * blocks) { index in
      let image = x + index / blocks * ChannelBlocks.count(count) * plane
      let sources = (0..<lanes).map { lane -> UnsafePointer<UInt8>? in
        let channel = channels[min(index % blocks * lanes + lane, channels.count - 1)]
        return image + channel / lanes * plane + channel % lanes
      }
      sources.withUnsafeBufferPointer {
        loops.table.pointee.gatherBytes($0.baseAddress, Int64(pixels), y + index * plane)
      }
    }
  }
}
