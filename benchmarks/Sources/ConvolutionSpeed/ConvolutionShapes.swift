import CalibrantEngine
import Foundation
import CalibrantONNXFormat

/// A file of convolution shapes.
struct ConvolutionShapes {
  struct Shape {
    /// Layers that have this shape.
    let count: Int
    let channels, height, width: Int
    let filters, kernelHeight, kernelWidth: Int
    let stride, padding, groups: Int
  }

  let shapes: [Shape]

  /// - Throws: `BadLine` where a line is not ten numbers.
  init(contentsOf path: String) throws {
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    shapes = try lines.dropFirst().map { line in
      let n = line.split(separator: ",").compactMap { Int($0) }
      guard n.count == 10 else { throw BadLine(path: path, line: String(line)) }
      return Shape(
        count: n[0], channels: n[1], height: n[2], width: n[3], filters: n[4], kernelHeight: n[5],
        kernelWidth: n[6], stride: n[7], padding: n[8], groups: n[9])
    }
  }

  struct BadLine: Error, CustomStringConvertible {
    let path: String
    let line: String
    var description: String { "\(path): '\(line)' is not ten numbers" }
  }
}

extension ConvolutionShapes.Shape: CustomStringConvertible {
  var description: String {
    "\(channels)x\(height)x\(width) -> \(filters), \(kernelHeight)x\(kernelWidth)/\(stride)"
      + (groups > 1 ? " g\(groups)" : "")
  }

  private var outputHeight: Int { (height + 2 * padding - kernelHeight) / stride + 1 }
  private var outputWidth: Int { (width + 2 * padding - kernelWidth) / stride + 1 }

  /// Of one image.
  var multiplyAccumulates: Int {
    filters * outputHeight * outputWidth * channels / groups * kernelHeight * kernelWidth
  }

  var timed: ByteTiming.Shape {
    ByteTiming.Shape(
      channels: channels, height: height, width: width, filters: filters,
      kernel: (kernelHeight, kernelWidth), stride: stride, padding: padding, groups: groups)
  }

  /// A model of this one layer with noise for weights.
  var model: Model {
    let weights = [filters, channels / groups, kernelHeight, kernelWidth]
    let node = ModelNode(
      "Conv", name: "conv", inputs: ["x", "w"], outputs: ["y"],
      attributes: [
        "strides": .ints([stride, stride]), "group": .int(groups),
        "pads": .ints([padding, padding, padding, padding]),
      ])
    let image: [CalibrantONNXFormat.Dimension] = [
      .symbolic("N"), .fixed(channels), .fixed(height), .fixed(width),
    ]
    return Model(
      graph: ModelGraph(
        name: "convolution", nodes: [node],
        inputs: [ModelValue(name: "x", elementType: .float32, dimensions: image)],
        outputs: [ModelValue(name: "y", elementType: .float32, dimensions: [.unknown])],
        initializers: [
          ModelTensor(name: "w", elementType: .float32, dims: weights, values: noise(weights))
        ]),
      opset: 17)
  }

  func input(batch: Int) -> Tensor {
    let sizes = [batch, channels, height, width]
    return Tensor(noise(sizes), shape: CalibrantEngine.Shape(sizes))
  }

  /// Values in −1…1, the same every time; no kernel's speed depends on them.
  private func noise(_ sizes: [Int]) -> [Float] {
    (0..<sizes.reduce(1, *)).map { Float(sin(Double($0))) }
  }
}
