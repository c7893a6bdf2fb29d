import Foundation
import CalibrantQuantization
import Testing

struct StatisticsTests {
  @Test(arguments: Golden.shared.samples)
  func statisticsEqualNumPy(_ golden: Golden.SampleSet) {
    let statistics = Samples.statistics(Samples.named(golden.name))
    let (summary, histogram) = (statistics.summary, statistics.histogram)
    #expect(summary.count == Samples.count)
    #expect(summary.zeros == golden.zeros)
    #expect(summary.minimum == golden.minimum && summary.maximum == golden.maximum)
    #expect(histogram.exponent == golden.exponent && histogram.firstBin == golden.firstBin)
    #expect(histogram.counts == golden.counts)
    // A plane is summed in doubles: 20,000 additions of rounding error at most.
    #expect(abs(summary.sum.value - golden.sum) <= 1e-12 * golden.sumOfSquares)
    #expect(abs(summary.sumOfSquares.value - golden.sumOfSquares) <= 1e-12 * golden.sumOfSquares)
  }

  /// Parts in any order and grouping give the value that the whole gives.
  @Test(arguments: [ChannelDetail.none, .summaries, .histograms])
  func mergingIsSeeingBoth(_ detail: ChannelDetail) {
    let values = Samples.named("heavy")
    let sizes = [4, 400, 96, 2000, 7500]
    var images: [[Float]] = []
    var start = 0
    for size in sizes {
      // Images of very different scale, so that histograms of different exponents meet.
      let scale = Float(sign: .plus, exponent: 7 * images.count - 20, significand: 1)
      images.append(values[start..<start + size].map { $0 * scale })
      start += size
    }
    func observe(_ order: [Int]) -> TensorStatistics {
      var statistics = TensorStatistics(detail: detail)
      for i in order {
        images[i].withUnsafeBufferPointer { statistics.observe($0, channels: 4) }
      }
      return statistics
    }
    let whole = observe([0, 1, 2, 3, 4])
    #expect(whole.summary.count == sizes.reduce(0, +))
    #expect(whole.channels.count == (detail == .none ? 0 : 4))
    #expect(observe([4, 2, 0, 3, 1]) == whole)
    for cut in [[[3], [0, 1, 2, 4]], [[4, 0], [2], [1, 3]], [[], [1, 0, 3], [4, 2]]] {
      var merged = TensorStatistics(detail: detail)
      for part in cut { merged.merge(observe(part)) }
      #expect(merged == whole)
      var right = observe(cut[cut.count - 1])
      for part in cut.dropLast().reversed() { right.merge(observe(part)) }
      #expect(right == whole)
    }
  }

  /// Bin k holds k·2^e ≤ x < (k + 1)·2^e, also for values that scaling rounds to zero.
  @Test func binsAreExactAtTheirEdges() {
    let tiny = Float.leastNonzeroMagnitude
    let values: [Float] = [
      -.greatestFiniteMagnitude, .greatestFiniteMagnitude, -tiny, tiny, 0, -0.0,
    ]
    let histogram = Samples.statistics(values).histogram
    #expect(histogram.exponent == 118)
    #expect(histogram.counts[-histogram.firstBin - 1] == 1)
    #expect(histogram.counts[-histogram.firstBin] == 3)
    #expect(histogram.counts.first == 1 && histogram.counts.last == 1)

    let edges = Samples.statistics([1024, 3, Float(3).nextDown, -3, Float(-3).nextDown]).histogram
    #expect(edges.exponent == 0 && edges.firstBin == -4)
    #expect(edges.counts[2 + 4] == 1 && edges.counts[3 + 4] == 1)
    #expect(edges.counts[-3 + 4] == 1 && edges.counts[-4 + 4] == 1)
  }

  @Test func nonFiniteValuesAreCountedApart() {
    var values = Samples.named("bell")
    let clean = values
    values.insert(.nan, at: 3)
    values.insert(.infinity, at: 100)
    values.append(-.infinity)
    let statistics = Samples.statistics(values)
    #expect(statistics.summary.nans == 1 && statistics.summary.infinities == 2)
    #expect(statistics.summary.hasNonFinite)
    let expected = Samples.statistics(clean)
    #expect(statistics.histogram == expected.histogram)
    #expect(statistics.summary.maximum == expected.summary.maximum)
    #expect(statistics.summary.count == clean.count)
    let nothing = Samples.statistics([.nan, .nan])
    #expect(nothing.summary.isEmpty && nothing.summary.range == .zero)
  }

  /// As where the second axis is the steps of a text: whatever comes first, no channels are kept.
  @Test(arguments: [ChannelDetail.summaries, .histograms])
  func anAxisThatChangesHoldsNoChannels(_ detail: ChannelDetail) {
    let values = Samples.named("relu")
    func observe(_ samples: [(count: Int, channels: Int)]) -> TensorStatistics {
      samples.reduce(into: TensorStatistics(detail: detail)) { statistics, sample in
        values.prefix(sample.count).withUnsafeBufferPointer {
          statistics.observe($0, channels: sample.channels)
        }
      }
    }
    let all = observe([(12, 4), (12, 4), (15, 5)])
    #expect(all.summary.count == 39 && all.channels.isEmpty && all.channelDistributions.isEmpty)
    #expect(observe([(15, 5), (12, 4), (12, 4)]) == all)
    for (first, second) in [
      ([(12, 4), (12, 4)], [(15, 5)]), ([], [(12, 4), (15, 5), (12, 4)]),
      ([(12, 4), (15, 5)], [(12, 4)]), ([(12, 4)], [(15, 5), (12, 4)]),
    ] {
      for (before, after) in [(first, second), (second, first)] {
        var merged = observe(before)
        merged.merge(observe(after))
        #expect(merged == all)
        merged.merge(observe([]))
        #expect(merged == all)
      }
    }
  }

  @Test func channelsSeeTheirOwnPlanes() {
    let statistics = Samples.statistics(
      [1, 2, 3, -4, -5, -6], channels: 2, detail: .histograms)
    #expect(statistics.channels.map(\.minimum) == [1, -6])
    #expect(statistics.channels.map(\.mean) == [2, -5])
    #expect(statistics.channelDistributions.map(\.range) == [ValueRange(0, 3), ValueRange(-6, 0)])
  }
}

struct StatisticsFileTests {
  private let source = StatisticsSource(
    modelSHA256: "00ff", preprocessing: "resize 256", calibrationDigest: "abcd", sampleCount: 2)

  private func file() -> StatisticsFile {
    var empty = TensorStatistics()
    [].withUnsafeBufferPointer { empty.observe($0) }
    return StatisticsFile(
      source: source,
      tensors: [
        "b": Samples.statistics(Samples.named("heavy"), channels: 4, detail: .histograms),
        "a/b": Samples.statistics(Samples.named("relu") + [.nan], channels: 1, detail: .summaries),
        "none": empty,
      ])
  }

  @Test func filesComeBackEqualAndEqualFilesHaveEqualBytes() throws {
    let file = file()
    let data = try file.encoded()
    #expect(try StatisticsFile(decoding: data, path: "x") == file)
    #expect(try self.file().encoded() == data)
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).json").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try file.save(to: path)
    #expect(try StatisticsFile.load(from: path) == file)
  }

  @Test func aFileMatchesOnlyItsSource() {
    let file = file()
    #expect(file.matches(source))
    var other = source
    other.preprocessing = "resize 224"
    other.sampleCount = 3
    #expect(!file.matches(other))
    #expect(file.source.differences(from: other) == ["preprocessing", "number of samples"])
  }

  @Test(arguments: [
    "", "{", "[]", "{\"schemaVersion\":2}", "{\"schemaVersion\":\"1\"}",
    """
    {"schemaVersion":2,"source":{"modelSHA256":"","preprocessing":"","calibrationDigest":"",
    "sampleCount":1},"tensors":{"x":{"summary":{"count":1,"zeros":0,"minimum":1,"maximum":1,"sum":[],
    "sumOfSquares":[]},"histogram":{"capacity":2048,"exponent":0,"firstBin":0,
    "counts":[-9223372036854775808]}}}}
    """,
  ])
  func damagedFilesAreRefused(_ text: String) {
    #expect {
      try StatisticsFile(decoding: Data(text.utf8), path: "s.json")
    } throws: {
      guard case .malformed("s.json", _) = $0 as? StatisticsFileError else { return false }
      return true
    }
  }

  @Test func otherVersionsAreNamed() {
    #expect(throws: StatisticsFileError.unknownVersion(path: "s.json", version: 9)) {
      try StatisticsFile(decoding: Data("{\"schemaVersion\":9}".utf8), path: "s.json")
    }
  }
}
