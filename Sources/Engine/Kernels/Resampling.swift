/// How part of one axis of a tensor is resampled: for each of some neighbouring output positions the input positions it mixes,
/// or a constant.
struct AxisSampling: Sendable {
  struct Position: Sendable {
    /// Input positions, kept inside the axis, and their weights.
    var taps: [(index: Int, weight: Float)]
    /// Stands in place of the mixture where the position lies outside the region that is resampled.
    var constant: Float?
  }

  var positions: [Position]
  /// Where `positions` begin on the output's axis, and its size.
  var start: Int
  var size: Int

  /// Mixes along one axis of a float tensor.
  func apply(_ x: UnsafePointer<Float>, _ loop: AxisLoop, into y: UnsafeMutablePointer<Float>) {
    for o in 0..<loop.outer {
      for (place, position) in positions.enumerated() {
        let target = y + (o * size + start + place) * loop.inner
        target.update(repeating: position.constant ?? 0, count: loop.inner)
        guard position.constant == nil else { continue }
        for tap in position.taps {
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
      for (place, position) in positions.enumerated() {
        (y + (o * size + start + place) * bytes)
          .copyMemory(
            from: x + (o * loop.length + position.taps[0].index) * bytes, byteCount: bytes)
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

  /// The samples around position `x` of an axis of `size`; those beyond its ends repeat the last one, or with
  /// `excludesOutside` have no weight.
  /// - Parameter scale: below 1, widens the kernel by its inverse, which is what antialiasing does.
  func taps(
    at x: Double, size: Int, scale: Double, excludesOutside: Bool
  ) -> [(index: Int, weight: Float)] {
    if case .nearest(let round) = self {
      return [(min(max(Int(round(x)), 0), size - 1), 1)]
    }
    // The last sample before x; one that x falls on counts as before it only with others after it.
    let base = Int(x.rounded(.up)) - 1
    let first = Int((-reach / scale).rounded(.down)) + 1
    var taps: [(index: Int, weight: Double)] = []
    for offset in first...(1 - first) {
      let index = base + offset
      let isOutside = !(0..<size).contains(index)
      let weight = isOutside && excludesOutside ? 0 : weight((Double(index) - x) * scale)
      taps.append((min(max(index, 0), size - 1), weight))
    }
    let total = excludesOutside || scale < 1 ? taps.reduce(0) { $0 + $1.weight } : 1
    return taps.filter { $0.weight != 0 }.map { ($0.index, Float($0.weight / total)) }
  }
}
