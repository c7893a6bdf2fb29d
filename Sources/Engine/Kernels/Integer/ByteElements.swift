import CKernels

/// Operators that take codes element by element, in pieces that are worth waking a worker for.
struct ByteElements {
  let loops: BlockLoops
  let workers: Workers

  init(loops: BlockLoops = .best, workers: Workers) {
    (self.loops, self.workers) = (loops, workers)
  }

  /// Values to the nearest codes.
  func quantize(
    _ x: UnsafePointer<Float>, count: Int, to grid: CodeGrid, into y: UnsafeMutablePointer<UInt8>
  ) {
    var grid = grid.loops
    withUnsafePointer(to: &grid) { grid in
      forEachPiece(of: count) { loops.table.pointee.quantize(x + $0, Int64($1), grid, y + $0) }
    }
  }

  func dequantize(
    _ x: UnsafePointer<UInt8>, count: Int, from grid: CodeGrid, into y: UnsafeMutablePointer<Float>
  ) {
    var grid = grid.loops
    withUnsafePointer(to: &grid) { grid in
      forEachPiece(of: count) { loops.table.pointee.dequantize(x + $0, Int64($1), grid, y + $0) }
    }
  }

  /// The codes of a + b or a · b.
  func combine(
    _ a: UnsafePointer<UInt8>, _ b: UnsafePointer<UInt8>, count: Int, _ pair: CodePair,
    into y: UnsafeMutablePointer<UInt8>
  ) {
    var pair = pair.loops
    withUnsafePointer(to: &pair) { pair in
      forEachPiece(of: count) {
        loops.table.pointee.combineCodes(
          pair, a + $0, b + $0, Int64(ChannelBlocks.lanes), Int64($1), y + $0)
      }
    }
  }

  /// The same with one code per channel for all pixels.
  /// - Parameters:
  ///   - a: planes × pixels × 16.
  ///   - b: planes × 16.
  func combine(
    _ a: UnsafePointer<UInt8>, perChannel b: UnsafePointer<UInt8>, planes: Int, pixels: Int,
    _ pair: CodePair, into y: UnsafeMutablePointer<UInt8>
  ) {
    let (lanes, pair) = (ChannelBlocks.lanes, pair.loops)
    workers.forEach(planes) { plane in
      let start = plane * pixels * lanes
      withUnsafePointer(to: pair) {
        loops.table.pointee.combineCodes(
          $0, a + start, b + plane * lanes, 0, Int64(pixels * lanes), y + start)
      }
    }
  }

  /// y = table[x].
  func map(
    _ x: UnsafePointer<UInt8>, count: Int, _ table: ByteTable, into y: UnsafeMutablePointer<UInt8>
  ) {
    table.codes.withUnsafeBufferPointer { table in
      forEachPiece(of: count) {
        loops.table.pointee.lookUp(x + $0, Int64($1), table.baseAddress, y + $0)
      }
    }
  }

  private func forEachPiece(of count: Int, _ body: (_ start: Int, _ count: Int) -> Void) {
    let pieces = (count + 32767) / 32768
    workers.forEach(pieces) { index in
      let start = count * index / pieces
      body(start, count * (index + 1) / pieces - start)
    }
  }
}

/// The code of a function's value for each code.
struct ByteTable: Sendable, Hashable {
  /// 256.
  let codes: [UInt8]

  init(from: CodeGrid, to: CodeGrid, _ function: (Float) -> Float = { $0 }) {
    codes = (0...255).map { to.code(of: function(from.value(of: UInt8($0)))) }
  }

  init(codes: [UInt8]) { self.codes = codes }

  /// Whether nothing changes.
  var isIdentity: Bool { codes == (0...255).map { UInt8($0) } }
}
