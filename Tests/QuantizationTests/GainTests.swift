import Testing

@testable import CalibrantQuantization

@Suite struct GainTests {
  private static let before = [1.0, 1.1, 0.9, 1, 1.05, 0.95, 1, 1]

  @Test func aGainIsSureWhenSamplesAgree() {
    #expect(Gain(from: Self.before, to: Self.before.map { 0.8 * $0 }).isSure)
    #expect(!Gain(from: Self.before, to: Self.before).isSure)
    #expect(!Gain(from: Self.before, to: Self.before.prefix(7).map { 0.8 * $0 }).isSure)
  }

  /// Four samples that are all behind end a run; three do not, nor four that go both ways, nor more that are ahead.
  @Test func aRunEndsWhereItIsBehind() {
    #expect(Gain(from: Self.before, to: [1.2, 1.2, 1.1, 1.1]).isHopeless)
    #expect(!Gain(from: Self.before, to: [1.2, 1.2, 1.1]).isHopeless)
    #expect(!Gain(from: Self.before, to: [1.2, 1, 1, 0.9]).isHopeless)
    #expect(!Gain(from: Self.before, to: [0.9, 0.9, 0.9, 0.9, 0.9]).isHopeless)
  }

  /// Losses are never negative: what is past all of the others' cannot be made up for.
  @Test func oneSampleMayBeEnough() {
    #expect(Gain(from: Self.before, to: [8.1]).isHopeless)
    #expect(!Gain(from: Self.before, to: [7.9]).isHopeless)
  }
}
