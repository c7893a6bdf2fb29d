/// Chooses bits per layer from what each costs alone, under a limit of stored bits.
///
/// Costs are taken to add up, which the caller checks by measuring what comes out.
public struct BitAllocation: Sendable, Equatable {
  /// A layer with the choices it has.
  public struct Layer: Sendable, Equatable {
    public let name: String
    public let elementCount: Int
    /// By bits (32 for float), what the network's outputs lose when this layer alone is quantized.
    public let costs: [Int: Double]

    public init(name: String, elementCount: Int, costs: [Int: Double]) {
      precondition(!costs.isEmpty, "A layer needs at least one choice.")
      (self.name, self.elementCount, self.costs) = (name, elementCount, costs)
    }
  }

  /// One point of the frontier.
  public struct Point: Sendable, Equatable {
    /// One per layer.
    public let bits: [Int]
    public let storedBits: Int
    public let cost: Double
  }

  public let layers: [Layer]
  /// From the most bits to the fewest; each point is one layer's step from the one before.
  public let frontier: [Point]

  /// Starts with the most bits everywhere and takes, step by step, the one that costs least per bit it saves.
  public init(_ layers: [Layer]) {
    self.layers = layers
    var bits = layers.map { $0.costs.keys.max()! }
    var points = [Self.point(layers, bits)]
    while let step = Self.cheapest(layers, bits) {
      bits[step.layer] = step.bits
      points.append(Self.point(layers, bits))
    }
    frontier = points
  }

  /// The cheapest point that needs no more than `limit` stored bits; nil where none does.
  public func best(storedBits limit: Int) -> Point? {
    frontier.filter { $0.storedBits <= limit }.min { $0.cost < $1.cost }
  }

  /// The smallest point that costs no more than `limit`; nil where none does.
  public func smallest(cost limit: Double) -> Point? {
    frontier.filter { $0.cost <= limit }.min { $0.storedBits < $1.storedBits }
  }

  private static func point(_ layers: [Layer], _ bits: [Int]) -> Point {
    Point(
      bits: bits, storedBits: zip(layers, bits).reduce(0) { $0 + $1.0.elementCount * $1.1 },
      cost: zip(layers, bits).reduce(0) { $0 + $1.0.costs[$1.1]! })
  }

  /// The step down with the smallest extra cost per saved bit, ties to the earlier layer.
  private static func cheapest(_ layers: [Layer], _ bits: [Int]) -> (layer: Int, bits: Int)? {
    var best: (layer: Int, bits: Int)?
    var least = Double.infinity
    for (index, layer) in layers.enumerated() {
      for (fewer, cost) in layer.costs.sorted(by: { $0.key > $1.key }) where fewer < bits[index] {
        let saved = Double(layer.elementCount * (bits[index] - fewer))
        let rate = (cost - layer.costs[bits[index]]!) / max(saved, 1)
        if rate < least { (best, least) = ((index, fewer), rate) }
      }
    }
    return best
  }
}
