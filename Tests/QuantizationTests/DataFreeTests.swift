import CalibrantEngine
import CalibrantONNXFormat
import Testing

@testable import CalibrantQuantization

struct DataFreeTests {
  private typealias Channel = ChannelMoments.Channel

  private func normal(_ mean: Double, _ deviation: Double) -> Channel {
    ChannelMoments([ChannelNormal(mean: mean, deviation: deviation)]).channels[0]
  }

  /// The closed forms of Relu and Clip against numerical integration.
  @Test(arguments: [(0.0, 1.0), (-2, 0.5), (3, 1), (0.1, 4), (5, 2)])
  func clippedNormalsHaveTheirMoments(_ mean: Double, _ deviation: Double) {
    let channel = normal(mean, deviation)
    for (low, high) in [(0.0, Double.infinity), (0, 6), (-1, 1), (-.infinity, 2)] {
      let clipped = channel.clipped(low, high)
      let integrated = channel.mapped { min(max($0, low), high) }
      // The quadrature is exact to the square of its step at the kinks.
      #expect(abs(clipped.mean - integrated.mean) < 3e-3 * deviation)
      #expect(abs(clipped.variance - integrated.variance) < 2e-2 * deviation * deviation)
      #expect(clipped.lower >= low && clipped.upper <= high)
    }
    // E[ReLU] = γφ(a) + β(1 − Φ(a)) at β = 0 is γ/√(2π).
    let half = normal(0, deviation).clipped(0, .infinity)
    #expect(abs(half.mean - deviation / (2 * Double.pi).squareRoot()) < 1e-12 * deviation)
    let square = half.variance + half.mean * half.mean
    #expect(abs(square - deviation * deviation / 2) < 1e-12 * deviation * deviation)
  }

  /// A grouped convolution against sums written out.
  @Test func linearLayersPropagateMoments() {
    let layer = LinearMoments(
      weights: [1, -2, 3, 0.5, -1, 2, 4, -3], shape: [2, 2, 1, 2], bias: [10, -10])
    let inputs = ChannelMoments([normal(1, 1), normal(2, 3), normal(-1, 0.5), normal(0, 2)])
    let outputs = layer.convolved(inputs, groups: 2).channels
    #expect(outputs[0].mean == 10 - 1 + 7)
    #expect(outputs[0].variance == 9.5 * 9.5)
    #expect(outputs[1].mean == -10 - 1 + 0)
    #expect(outputs[1].variance == 101.25)
    let product = LinearMoments(weights: [1, 2, 3, 4, 5, 6], shape: [3, 2], bias: nil)
      .multiplied(ChannelMoments([normal(1, 1), normal(0, 1), normal(2, 1)]), outputAxis: 1)
    #expect(product.channels.map(\.mean) == [11, 14])
    #expect(product.channels.map(\.variance) == [81, 144])
  }

  /// Bounds come from the inputs' bounds where those are tighter than six deviations.
  @Test func boundsAreIntervalsWhereTheseAreTighter() {
    let layer = LinearMoments(weights: [1, -1], shape: [1, 2, 1, 1], bias: [0])
    let bounded = Channel(mean: 0.5, variance: 1, lower: 0, upper: 1)
    let output = layer.convolved(ChannelMoments([bounded, bounded]), groups: 1).channels[0]
    #expect(output.lower == -1 && output.upper == 1)
  }

  @Test func batchNormsDecideRangesFoldedOrNot() throws {
    let ranges = try DataFree.ranges(of: PreparedModel(SmallModels.mixed()), input: .standardNormal)
    let graph = Graph(SmallModels.mixed())
    let gamma = try #require(try graph.floats("n2_gamma"))
    let beta = try #require(try graph.floats("n2_beta"))
    let upper = zip(gamma, beta).map { Double($1) + 6 * Double(abs($0)) }.max() ?? 0
    let lower = zip(gamma, beta).map { Double($1) - 6 * Double(abs($0)) }.min() ?? 0
    #expect(ranges.tensors["n2"] == ValueRange(Float(lower), Float(upper)))
    #expect(ranges.tensors["r1"]?.lower == 0)
    #expect(ranges.tensors["image"] == ValueRange(-3, 3))
    #expect(ranges.channels["cat"]?.count == 12)
    #expect(ranges.tensors["flat"] == ranges.tensors["gap"])
    #expect(ranges.tensors["shape"] == nil)
  }

  @Test func layerNormsDecideRangesToo() throws {
    var b = ModelBuilder()
    b.constant("gamma", [1, 2, -3, 1, 1, 1, 1, 1], [8])
    b.constant("beta", [0, 0, 1, 0, 0, 0, 0, -9], [8])
    b.node("LayerNormalization", ["image", "gamma", "beta"], "norm")
    b.weights("w", [5, 3, 8, 8])
    b.node("Conv", ["norm", "w"], "logits")
    let ranges = try DataFree.ranges(of: PreparedModel(b.model(opset: 17)), input: .standardNormal)
    #expect(ranges.tensors["norm"] == ValueRange(-17, 19))
  }

  @Test func slicesAndPadsMoveChannels() throws {
    var b = ModelBuilder()
    b.integers("starts", [1])
    b.integers("ends", [3])
    b.integers("axes", [1])
    b.node("Slice", ["image", "starts", "ends", "axes"], "s")
    b.integers("pads", [0, 2, 0, 0, 0, 1, 0, 0])
    b.node("Pad", ["s", "pads"], "p")
    b.weights("w", [5, 5, 8, 8])
    b.node("Conv", ["p", "w"], "logits")
    let input = InputDistribution(
      lower: [-1, -2, -3], upper: [1, 2, 3], mean: [0, 0, 0], variance: [1, 1, 1])
    let ranges = try DataFree.ranges(of: PreparedModel(b.model()), input: input)
    #expect(ranges.channels["s"] == [ValueRange(-2, 2), ValueRange(-3, 3)])
    #expect(ranges.channels["p"]?.map(\.upper) == [0, 0, 2, 3, 0])
  }
}
