/// How far one image's values of an output, or of a part of it, are from the reference's: sums in the order of the values.
public struct OutputDistance: Sendable, Codable, Hashable {
  /// Σx² of the reference.
  public private(set) var signal = 0.0
  /// Σ(x − y)².
  public private(set) var noise = 0.0
  /// Σxy.
  public private(set) var product = 0.0
  /// Σy².
  public private(set) var power = 0.0
  public private(set) var largestDifference: Float = 0
  /// Values compared.
  public private(set) var count = 0
  /// Values left out, since one of the two is NaN or infinite and they are not the same.
  public private(set) var incomparable = 0

  public init() {}

  /// What a cosine is taken of.
  public init(signal: Double, product: Double, power: Double) {
    (self.signal, self.product, self.power) = (signal, product, power)
  }

  /// - Precondition: arrays of the same shape.
  public init(reference: OutputArray, other: OutputArray, part: OutputPart) {
    precondition(reference.shape == other.shape, "outputs are compared element by element")
    for block in part.blocks(of: reference.shape) {
      for place in block { add(reference.values[place], other.values[place]) }
    }
  }

  /// - Precondition: as many values of both.
  public init(from reference: ArraySlice<Float>, to other: ArraySlice<Float>) {
    precondition(reference.count == other.count, "outputs are compared element by element")
    for (x, y) in zip(reference, other) { add(x, y) }
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    signal = try container.decode(Double.self, forKey: .signal)
    noise = try container.decode(Double.self, forKey: .noise)
    product = try container.decode(Double.self, forKey: .product)
    power = try container.decode(Double.self, forKey: .power)
    largestDifference = try container.decode(Float.self, forKey: .largestDifference)
    count = try container.decode(Int.self, forKey: .count)
    incomparable = try container.decode(Int.self, forKey: .incomparable)
    let areSums = [signal, noise, product, power].allSatisfy(\.isFinite)
    guard areSums, largestDifference >= 0, min(count, incomparable) >= 0,
      max(count, incomparable) <= Self.countLimit
    else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "not a distance of outputs"))
    }
  }

  /// More values than an output has, and few enough to add up.
  private static let countLimit = 1 << 40

  /// In dB; nil where nothing differs.
  public var sqnr: Double? { Decibels.ratio(signal, noise) }

  private mutating func add(_ x: Float, _ y: Float) {
    guard x.isFinite && y.isFinite else {
      // Equal infinities, as masks leave them, differ by nothing.
      if x != y && !(x.isNaN && y.isNaN) { incomparable += 1 }
      return
    }
    let (a, b) = (Double(x), Double(y))
    signal += a * a
    noise += (a - b) * (a - b)
    product += a * b
    power += b * b
    largestDifference = max(largestDifference, abs(x - y))
    count += 1
  }
}
