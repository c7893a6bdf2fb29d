/// How part of one axis of a tensor is resampled: for each of some neighbouring output positions the input positions it mixes,
/// or a constant.
struct AxisSampling: Sendable {
  /// An input position, kept inside the axis, and its weight.
  typealias Tap = (index: Int, weight: Float)

  private struct Position {
    var taps: Range<Int>
    /// Stands in place of the mixture where the position lies outside the region that is resampled.
    var constant: Float?
  }

  /// Where the positions begin on the output's axis, and its size.
  let start: Int
  let size: Int
  private var positions: [Position] = []
  /// Of all positions, one after the other.
  private var taps: [Tap] = []

  init(start: Int, size: Int) {
    self.start = start
    self.size = size
  }

  mutating func append(constant: Float) {
    positions.append(Position(taps: taps.count..<taps.count, constant: constant))
  }

  /// - Parameter appendTaps: appends the taps of the next position.
  mutating func append(_ appendTaps: (inout [Tap]) -> Void) {
    let first = taps.count
    appendTaps(&taps)
    positions.append(Position(taps: first..<taps.count))
  }

  /// Mixes along one axis of a float tensor.
  func apply(_ x: UnsafePointer<Float>, _ loop: AxisLoop, into y: UnsafeMutablePointer<Float>) {
    for o in 0..<loop.outer {
      for (place, position) in positions.enumerated() {
        let target = y + (o * size + start + place) * loop.inner
        target.update(repeating: position.constant ?? 0, count: loop.inner)
        for number in position.taps {
          let tap = taps[number]
          let source = x + (o * loop.length + tap.index) * loop.inner
          for i in 0..<loop.inner { target[i] += tap.weight * source[i] }
        }
      }
    }
  }

  /// Copies along one axis of a tensor of any type; every position has one tap.
  func copy(
    _ x: UnsafeRawPointer, _ loop: AxisLoop, elementSize: Int, into y: UnsafeMutableRawPointer
  ) {
    let bytes = loop.inner * elementSize
    for o in 0..<loop.outer {
      for (place, tap) in taps.enumerated() {
        (y + (o * size + start + place) * bytes)
          .copyMemory(from: x + (o * loop.length + tap.index) * bytes, byteCount: bytes)
      }
    }
  }
}

/// Weights of neighbouring samples, by the distance of the wanted position from them.
enum InterpolationKernel: Sendable {
  case nearest(NearestRounding)
  case linear
  /// Keys' convolution with its free coefficient.
  case cubic(Float)

  enum NearestRounding: String, Sendable {
    case roundPreferFloor = "round_prefer_floor"
    case roundPreferCeil = "round_prefer_ceil"
    case floor, ceil

    func callAsFunction(_ x: Double) -> Double {
      switch self {
      case .roundPreferFloor: (x - 0.5).rounded(.up)
      case .roundPreferCeil: (x + 0.5).rounded(.down)
      case .floor: x.rounded(.down)
      case .ceil: x.rounded(.up)
      }
    }
  }

  /// Samples on either side of a position that have weight.
  private var reach: Double {
    switch self {
    case .nearest: 0
    case .linear: 1
    case .cubic: 2
    }
  }

  func weight(_ distance: Double) -> Double {
    let x = abs(distance)
    switch self {
    case .nearest: return 1
    case .linear: return max(0, 1 - x)
    case .cubic(let coefficient):
      let a = Double(coefficient)
      if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
      return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0
    }
  }

  /// Appends the samples around position `x` of an axis of `size`; those beyond its ends repeat the last one, or with
  /// `excludesOutside` have no weight.
  /// - Parameter scale: below 1, widens the kernel by its inverse, which is what antialiasing does.
  func appendTaps(
    at x: Double, size: Int, scale: Double, excludesOutside: Bool,
    to taps: inout [AxisSampling.Tap]
  ) {
    if case .nearest(let round) = self {
      return taps.append((min(max(Int(round(x)), 0), size - 1), 1))
    }
    // The last sample before x; one that x falls on counts as before it only with others after it.
    let base = Int(x.rounded(.up)) - 1
    let first = Int((-reach / scale).rounded(.down)) + 1
    func weight(ofSample index: Int) -> Double {
      let isOutside = !(0..<size).contains(index)
      return isOutside && excludesOutside ? 0 : self.weight((Double(index) - x) * scale)
    }
    let samples = base + first...base + 1 - first
    let total =
      excludesOutside || scale < 1 ? samples.reduce(0) { $0 + weight(ofSample: $1) } : 1
    for index in samples {
      let weight = weight(ofSample: index)
      if weight != 0 { taps.append((min(max(index, 0), size - 1), Float(weight / total))) }
    }
  }
}
