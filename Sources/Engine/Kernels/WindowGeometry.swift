/// How a window (a convolution's kernel, a pool) slides over the spatial axes, one entry per axis.
struct WindowGeometry: Sendable, Hashable {
  enum AutoPad: String, Sendable {
    case notSet = "NOTSET"
    case sameUpper = "SAME_UPPER"
    case sameLower = "SAME_LOWER"
    case valid = "VALID"
  }

  let kernel: [Int]
  let strides: [Int]
  let dilations: [Int]
  /// Explicit padding; ignored unless `autoPad` is `notSet`.
  private(set) var padsBegin: [Int]
  private(set) var padsEnd: [Int]
  private(set) var autoPad: AutoPad
  /// Whether a last window that reaches past the padded input still counts.
  let ceilMode: Bool

  /// Strides and dilations that are not given are 1, pads 0.
  init(
    kernel: [Int], strides: [Int]?, dilations: [Int]?, pads: [Int]?, autoPad: String,
    ceilMode: Bool
  ) throws(GraphError) {
    let rank = kernel.count
    self.kernel = try Self.positive(kernel, "kernel_shape", rank: rank)
    guard (Shape(kernel).checkedElementCount ?? .max) <= 1 << 40 else {
      throw .badAttribute(name: "kernel_shape", reason: "\(kernel) is too large")
    }
    self.strides = try Self.positive(strides, "strides", rank: rank)
    self.dilations = try Self.positive(dilations, "dilations", rank: rank)
    let pads = pads ?? [Int](repeating: 0, count: 2 * rank)
    guard pads.count == 2 * rank, pads.allSatisfy({ (0...Self.limit).contains($0) }) else {
      throw .badAttribute(name: "pads", reason: "\(pads) is no padding of \(rank) axes")
    }
    padsBegin = Array(pads.prefix(rank))
    padsEnd = Array(pads.suffix(rank))
    guard let mode = AutoPad(rawValue: autoPad) else {
      throw .badAttribute(name: "auto_pad", reason: "'\(autoPad)' is not a padding mode")
    }
    self.autoPad = mode
    self.ceilMode = ceilMode
  }

  /// Keeps every product of window arithmetic far from overflow.
  private static let limit = 1 << 24

  private static func positive(
    _ values: [Int]?, _ name: String, rank: Int
  ) throws(GraphError) -> [Int] {
    guard let values else { return [Int](repeating: 1, count: rank) }
    guard values.count == rank, values.allSatisfy({ (1...limit).contains($0) }) else {
      throw .badAttribute(name: name, reason: "\(values) must be \(rank) positive numbers")
    }
    return values
  }

  /// The window over an input with so many more zeros around it, all beginnings first; nil where its own padding is not told in
  /// numbers, or there would be too much.
  func padded(by pads: [Int]) -> WindowGeometry? {
    guard autoPad == .notSet || autoPad == .valid, pads.count == 2 * kernel.count else {
      return nil
    }
    let own = autoPad == .valid ? pads.map { _ in 0 } : padsBegin + padsEnd
    let sums = zip(own, pads).map { $0 &+ $1 }
    guard (pads + sums).allSatisfy({ (0...Self.limit).contains($0) }) else { return nil }
    var padded = self
    padded.padsBegin = Array(sums.prefix(kernel.count))
    padded.padsEnd = Array(sums.suffix(kernel.count))
    padded.autoPad = .notSet
    return padded
  }

  /// The window's extent along an axis, dilation included.
  func extent(_ axis: Int) -> Int { (kernel[axis] - 1) * dilations[axis] + 1 }

  /// Padding and output size for an input of the given spatial size.
  struct Resolved: Sendable, Hashable {
    var padsBegin: [Int]
    var padsEnd: [Int]
    var output: [Int]
  }

  func resolved(input: [Int]) throws(GraphError) -> Resolved {
    guard input.count == kernel.count else {
      throw .shapeMismatch(
        reason: "a window over \(kernel.count) axes meets an input with \(input.count)")
    }
    var resolved = Resolved(padsBegin: padsBegin, padsEnd: padsEnd, output: [])
    for axis in input.indices {
      guard (0...Self.limit).contains(input[axis]) else {
        throw .shapeMismatch(reason: "an input extent of \(input[axis]) is too large")
      }
      switch autoPad {
      case .notSet: break
      case .valid: (resolved.padsBegin[axis], resolved.padsEnd[axis]) = (0, 0)
      case .sameUpper, .sameLower:
        (resolved.padsBegin[axis], resolved.padsEnd[axis]) = samePads(input[axis], axis)
      }
      resolved.output.append(
        try outputSize(input[axis], axis, resolved.padsBegin[axis], resolved.padsEnd[axis]))
    }
    return resolved
  }

  /// Padding that makes the output ⌈input / stride⌉ long; an odd one goes to the end or the beginning.
  private func samePads(_ input: Int, _ axis: Int) -> (Int, Int) {
    let output = (input + strides[axis] - 1) / strides[axis]
    let total = max(0, (output - 1) * strides[axis] + extent(axis) - input)
    let small = total / 2
    return autoPad == .sameUpper ? (small, total - small) : (total - small, small)
  }

  private func outputSize(
    _ input: Int, _ axis: Int, _ begin: Int, _ end: Int
  ) throws(GraphError) -> Int {
    let room = input + begin + end - extent(axis)
    guard room >= 0 else {
      throw .shapeMismatch(
        reason: "a window of extent \(extent(axis)) does not fit an input of \(input) with "
          + "padding \(begin) and \(end)")
    }
    guard ceilMode else { return room / strides[axis] + 1 }
    let output = (room + strides[axis] - 1) / strides[axis] + 1
    // A window that would start in the end padding sees nothing and is dropped.
    return (output - 1) * strides[axis] >= input + begin ? output - 1 : output
  }
}
