/// Where in the input an output position of Resize lies: `coordinate_transformation_mode`.
enum ResizeCoordinates: String, Sendable {
  case halfPixel = "half_pixel"
  case halfPixelSymmetric = "half_pixel_symmetric"
  case pytorchHalfPixel = "pytorch_half_pixel"
  case alignCorners = "align_corners"
  case asymmetric
  case tfHalfPixelForNearest = "tf_half_pixel_for_nn"
  case tfCropAndResize = "tf_crop_and_resize"

  /// One axis: its input size, its output size, their quotient as the model gives it, and the region that is resampled.
  struct Axis: Sendable {
    let input: Int
    let output: Int
    let scale: Double
    let region: (start: Double, end: Double)

    /// Nothing changes along this axis.
    var isIdentity: Bool { input == output && abs(scale - 1) < 1e-9 && region == (0, 1) }
  }

  func position(_ index: Int, _ axis: Axis) -> Double {
    let x = Double(index)
    let length = axis.scale * Double(axis.input)
    switch self {
    case .halfPixel: return (x + 0.5) / axis.scale - 0.5
    case .tfHalfPixelForNearest: return (x + 0.5) / axis.scale
    case .pytorchHalfPixel: return length == 1 ? -0.5 : (x + 0.5) / axis.scale - 0.5
    case .asymmetric: return x / axis.scale
    case .alignCorners:
      return length == 1 ? 0 : x * Double(axis.input - 1) / (length - 1)
    case .halfPixelSymmetric:
      let offset = Double(axis.input) / 2 * (1 - Double(axis.output) / length)
      return offset + (x + 0.5) / axis.scale - 0.5
    case .tfCropAndResize:
      let span = (axis.region.end - axis.region.start) * Double(axis.input - 1)
      let start = axis.region.start * Double(axis.input - 1)
      return length == 1 ? start + span / 2 : start + x * span / (length - 1)
    }
  }
}
