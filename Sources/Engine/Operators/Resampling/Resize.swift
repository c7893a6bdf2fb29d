/// A tensor resampled to another size. https://onnx.ai/onnx/operators/onnx__Resize.html
struct Resize: PlannedOperator {
  static let opType = "Resize"
  static let sinceVersion = 10

  private enum AspectPolicy: String {
    case stretch
    case notLarger = "not_larger"
    case notSmaller = "not_smaller"
  }

  private let resizing: Resizing
  private let axes: [Int]?
  private let policy: AspectPolicy
  /// Positions of roi, scales and sizes among the inputs; opset 10 has scales alone.
  private let hasRegion: Bool

  init(_ node: Node) throws(GraphError) {
    hasRegion = node.opset >= 11
    axes = try node.attributes.ints("axes")
    policy = try node.attributes.choice("keep_aspect_ratio_policy", default: AspectPolicy.stretch)
    let coordinates = try node.attributes.choice(
      "coordinate_transformation_mode", default: ResizeCoordinates.halfPixel)
    var resizing = Resizing(
      kernel: try Self.kernel(node), coordinates: hasRegion ? coordinates : .asymmetric)
    resizing.antialiases = try node.attributes.flag("antialias")
    resizing.excludesOutside = try node.attributes.flag("exclude_outside")
    resizing.extrapolation = try node.attributes.float("extrapolation_value", default: 0)
    self.resizing = resizing
  }

  private static func kernel(_ node: Node) throws(GraphError) -> InterpolationKernel {
    let name = try node.attributes.string("mode", default: "nearest")
    switch name {
    case "nearest":
      let rounding = try node.attributes.choice(
        "nearest_mode", default: InterpolationKernel.NearestRounding.roundPreferFloor)
      return .nearest(node.opset >= 11 ? rounding : .floor)
    case "linear": return .linear
    case "cubic": return .cubic(try node.attributes.float("cubic_coeff_a", default: -0.75))
    default: throw .badAttribute(name: "mode", reason: "'\(name)' is no interpolation")
    }
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.required(0, "X").type
    try resizing.check(type)
    return [TensorType(type.dtype, Shape(try plan(inputs, type.shape).map(\.output)))]
  }

  private func plan(
    _ inputs: [Operand?], _ shape: Shape
  ) throws(GraphError) -> [ResizeCoordinates.Axis] {
    let resized = try resolveAll(axes ?? Array(shape.dims.indices), shape)
    let scales = try inputs.knownFloats(hasRegion ? 2 : 1, "scales")
    let sizes = hasRegion ? try inputs.knownIntegers(3, "sizes") ?? [] : []
    let isCropping = resizing.coordinates == .tfCropAndResize
    let regions = isCropping ? try inputs.knownFloats(1, "roi") : nil
    let factors = scales.map { Array($0) } ?? factors(of: sizes, resized, shape)
    guard factors.count == resized.count, sizes.allSatisfy({ (0..<1 << 40).contains($0) }),
      regions?.count ?? 2 * resized.count == 2 * resized.count,
      regions?.allSatisfy({ $0.magnitude < 0x1p24 }) ?? true,
      factors.allSatisfy({ $0 > 0 && $0 < 0x1p24 }) || scales == nil && sizes.contains(0)
    else {
      throw .shapeMismatch(
        reason:
          "scales \(scales ?? []), sizes \(sizes) and roi \(regions ?? []) do not fit \(shape)")
    }
    var plan = shape.dims.map {
      ResizeCoordinates.Axis(input: $0, output: $0, scale: 1, region: (0, 1))
    }
    for (place, axis) in resized.enumerated() {
      let input = shape[axis]
      let (scale, output) = scaled(
        input, by: factors[place], to: scales == nil ? sizes[place] : nil, all: factors, shape)
      let region = regions.map { (Double($0[place]), Double($0[place + resized.count])) }
      guard input > 0 || output == 0 else {
        throw .shapeMismatch(reason: "axis \(axis) of \(shape) has nothing to resample")
      }
      plan[axis] = .init(input: input, output: output, scale: scale, region: region ?? (0, 1))
    }
    return plan
  }

  /// Quotients of wanted and given sizes.
  private func factors(of sizes: [Int], _ axes: [Int], _ shape: Shape) -> [Float] {
    zip(sizes, axes).map { Float(Double($0) / Double(shape[$1])) }
  }

  /// The scale and size of an axis; a policy other than stretching gives all axes the same scale.
  private func scaled(
    _ input: Int, by factor: Float, to size: Int?, all: [Float], _ shape: Shape
  ) -> (Double, Int) {
    guard let size else {
      return (Double(factor), Resizing.size(Double(factor) * Double(input)))
    }
    let exact = Double(size) / Double(max(input, 1))
    switch policy {
    case .stretch: return (exact, size)
    case .notLarger, .notSmaller:
      let shared = Double((policy == .notLarger ? all.min() : all.max()) ?? 1)
      return (shared, Resizing.size((shared * Double(input) + 0.5).rounded(.down)))
    }
  }

  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel {
    PlannedRun(try plan(inputs, inputs.required(0, "X").type.shape)) { [resizing] call, axes in
      resizing.run(call.input(0), axes, into: call.output)
    }
  }
}

extension Attributes {
  /// A string attribute that names one of several cases.
  func choice<Choice: RawRepresentable<String>>(
    _ name: String, default fallback: Choice
  ) throws(GraphError) -> Choice {
    let text = try string(name, default: fallback.rawValue)
    guard let choice = Choice(rawValue: text) else {
      throw .badAttribute(name: name, reason: "'\(text)' is none of its values")
    }
    return choice
  }
}
