extension ImageBuffer {
  /// The square of side `crop` in the middle. Offsets are half the remainder, rounded half to even.
  public func centerCropped(_ crop: Int) throws(ImagingError) -> ImageBuffer {
    let window = try Self.centerWindow(crop, width: width, height: height)
    return cropped(columns: window.columns, rows: window.rows)
  }

  static func centerWindow(
    _ crop: Int, width: Int, height: Int
  ) throws(ImagingError) -> (columns: Range<Int>, rows: Range<Int>) {
    guard crop > 0 else { throw .invalidPreprocessing(reason: "a crop of \(crop) pixels") }
    guard crop <= width, crop <= height else {
      throw .smallerThanCrop(width: width, height: height, crop: crop)
    }
    func range(_ size: Int) -> Range<Int> {
      let offset = Int((Double(size - crop) / 2).rounded(.toNearestOrEven))
      return offset..<offset + crop
    }
    return (range(width), range(height))
  }

  func cropped(columns: Range<Int>, rows: Range<Int>) -> ImageBuffer {
    if columns == 0..<width, rows == 0..<height { return self }
    var cropped: [UInt8] = []
    cropped.reserveCapacity(columns.count * rows.count * Self.channels)
    for row in rows {
      let start = (row * width + columns.lowerBound) * Self.channels
      cropped.append(contentsOf: pixels[start..<start + columns.count * Self.channels])
    }
    return ImageBuffer(width: columns.count, height: rows.count, pixels: cropped)
  }
}
