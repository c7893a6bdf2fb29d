extension ImageBuffer {
  /// The middle `side × side` pixels; an odd remainder is split as Python's `round` does, half to even.
  public func centerCropped(to side: Int) throws(ImagingError) -> ImageBuffer {
    guard side > 0, width >= side, height >= side else {
      throw .smallerThanCrop(width: width, height: height, crop: side)
    }
    guard width > side || height > side else { return self }
    func offset(_ size: Int) -> Int {
      Int((Double(size - side) / 2).rounded(.toNearestOrEven))
    }
    let (left, top) = (offset(width), offset(height))
    var cropped: [UInt8] = []
    cropped.reserveCapacity(side * side * 3)
    for y in top..<top + side {
      let start = (y * width + left) * 3
      cropped.append(contentsOf: pixels[start..<start + side * 3])
    }
    return ImageBuffer(width: side, height: side, pixels: cropped)
  }
}
