import CalibrantQuantization

/// A scheme as people write it: weight bits and, where present, activation bits ("w8", "w4a8").
public struct SchemeName: Sendable, Hashable {
  public let weightBits: Int
  public let activationBits: Int?

  public static let supportedWeightBits = [8, 6, 4, 3, 2]

  public init(weightBits: Int, activationBits: Int?) {
    self.weightBits = weightBits
    self.activationBits = activationBits
  }

  public init(_ text: String) throws(HarnessError) {
    let parts = text.dropFirst().split(separator: "a", omittingEmptySubsequences: false)
    let bits = parts.map { Int($0) }
    guard text.first == "w", (1...2).contains(bits.count), let weights = bits[0],
      Self.supportedWeightBits.contains(weights), bits.count == 1 || bits[1] == 8
    else { throw .badOption("scheme '\(text)' is none of w8, w6, w4, w3, w2, w8a8, w4a8, …") }
    weightBits = weights
    activationBits = bits.count == 2 ? 8 : nil
  }

  public var text: String { "w\(weightBits)" + (activationBits.map { "a\($0)" } ?? "") }
}
