/// Two shapes broadcast against each other, as runs of contiguous output elements.
///
/// Neighbouring axes along which both operands behave alike are merged, so that equal shapes are one run and a
/// per-channel operand gives one run a channel.
struct BroadcastRuns {
  /// Output elements of one run.
  let count: Int
  /// 1 where the operand advances along a run, 0 where it repeats one element.
  let stepA: Int
  let stepB: Int
  private let outer: [(size: Int, strideA: Int, strideB: Int)]

  init(_ a: Shape, _ b: Shape, output: Shape) {
    var axes: [(size: Int, strideA: Int, strideB: Int)] = []
    var (sizeA, sizeB) = (1, 1)
    for axis in stride(from: output.rank - 1, through: 0, by: -1) where output[axis] != 1 {
      let size = output[axis]
      let dimA = Self.dim(a, axis, output), dimB = Self.dim(b, axis, output)
      let next = (size, dimA == 1 ? 0 : sizeA, dimB == 1 ? 0 : sizeB)
      if let last = axes.last, next.1 == last.strideA * last.size,
        next.2 == last.strideB * last.size
      {
        axes[axes.count - 1].size *= size
      } else {
        axes.append(next)
      }
      sizeA *= dimA
      sizeB *= dimB
    }
    count = axes.first?.size ?? 1
    stepA = axes.first?.strideA ?? 0
    stepB = axes.first?.strideB ?? 0
    outer = Array(axes.dropFirst())
  }

  private static func dim(_ shape: Shape, _ axis: Int, _ output: Shape) -> Int {
    let own = axis - (output.rank - shape.rank)
    return own < 0 ? 1 : shape[own]
  }

  /// Calls `body` with the offsets of each run in both operands; runs follow each other in the output.
  @inline(__always)
  func forEach(_ body: (_ a: Int, _ b: Int, _ output: Int) -> Void) {
    var index = [Int](repeating: 0, count: outer.count)
    var (a, b, output) = (0, 0, 0)
    while true {
      body(a, b, output)
      output += count
      var axis = 0
      while axis < outer.count {
        index[axis] += 1
        a += outer[axis].strideA
        b += outer[axis].strideB
        if index[axis] < outer[axis].size { break }
        a -= outer[axis].strideA * outer[axis].size
        b -= outer[axis].strideB * outer[axis].size
        index[axis] = 0
        axis += 1
      }
      if axis == outer.count { return }
    }
  }
}

/// output = f(a, b), broadcast by NumPy's rule.
@inline(__always)
func mapBroadcast<T: TensorElement, R: TensorElement>(
  _ a: TensorView, _ b: TensorView, _ output: MutableTensorView, of _: T.Type, _: R.Type,
  _ f: (T, T) -> R
) {
  guard output.count > 0, let x = a.buffer(of: T.self).baseAddress,
    let y = b.buffer(of: T.self).baseAddress, let z = output.buffer(of: R.self).baseAddress
  else { return }
  let runs = BroadcastRuns(a.shape, b.shape, output: output.shape)
  let count = runs.count
  runs.forEach { offsetA, offsetB, offset in
    let (x, y, z) = (x + offsetA, y + offsetB, z + offset)
    switch (runs.stepA, runs.stepB) {
    case (1, 1): for i in 0..<count { z[i] = f(x[i], y[i]) }
    case (1, 0):
      let scalar = y[0]
      for i in 0..<count { z[i] = f(x[i], scalar) }
    case (0, 1):
      let scalar = x[0]
      for i in 0..<count { z[i] = f(scalar, y[i]) }
    default:
      for i in 0..<count { z[i] = f(x[i &* runs.stepA], y[i &* runs.stepB]) }
    }
  }
}
