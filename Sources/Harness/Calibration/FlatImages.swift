import CalibrantImaging

/// Images of one colour: every corner of the colour cube. They reach what no texture does behind an average over the image.
struct FlatImages: SampleSource {
  let sampleShape: [Int]
  private let preprocessing: Preprocessing

  init(like images: SyntheticImages) {
    (sampleShape, preprocessing) = (images.sampleShape, images.preprocessing)
  }

  /// More channels than these are on or off together.
  private static let independentChannels = 3

  var count: Int { 1 << min(sampleShape[0], Self.independentChannels) }

  func name(of index: Int) -> String { "flat image \(index)" }

  func write(_ index: Int, into values: UnsafeMutableBufferPointer<Float>) {
    let plane = sampleShape[1] * sampleShape[2]
    for channel in 0..<sampleShape[0] {
      let isOn = index >> (channel % Self.independentChannels) & 1 == 1
      let range = preprocessing.valueRange[channel % preprocessing.valueRange.count]
      for i in channel * plane..<(channel + 1) * plane {
        values[i] = isOn ? range.highest : range.lowest
      }
    }
  }
}
