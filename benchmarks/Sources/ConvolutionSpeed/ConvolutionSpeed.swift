import ArgumentParser
import CalibrantEngine
import Foundation
import CalibrantLinearAlgebra

/// Times every convolution shape of a file on one core, as the engine runs it: which shapes are slow, and which matter.
@main
struct ConvolutionSpeed: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ConvolutionSpeed",
    abstract: "Times the convolutions of Shapes/*.csv on one core.",
    discussion: "Example: swift run -c release ConvolutionSpeed Shapes/resnet18.csv --batch 4")

  @Argument(help: "CSV files, as convolution_shapes.py writes them.") var files: [String]
  @Option(help: "Images per run.") var batch = 1
  @Option(help: "Measuring time per shape.") var seconds = 0.2
  @Option(
    help: "Time only the shape of this row (from 1): for a profiler or an instruction counter.")
  var row: Int?
  @Option(
    help:
      "Exactly so many runs per shape instead of --seconds, so that runs can be compared by instructions."
  )
  var runs: Int?

  @Flag(
    help: "Compare each convolution on floats with the same on bytes, in turns, in processor time.")
  var bytes = false

  func run() throws {
    BLAS.prepare()
    for file in files {
      let shapes = try ConvolutionShapes(contentsOf: file).shapes
      let chosen = row.map { [shapes[$0 - 1]] } ?? shapes
      if bytes {
        print("\(URL(filePath: file).lastPathComponent), \(InstructionSet.current.rawValue)")
        compare(chosen)
      } else {
        print("\(URL(filePath: file).lastPathComponent), batch \(batch)")
        try report(chosen)
      }
    }
  }

  private func compare(_ shapes: [ConvolutionShapes.Shape]) {
    var total = (floats: 0.0, bytes: 0.0)
    print(
      "    layers                               shape  floats, µs  bytes, µs  ratio  floats by, bytes by"
    )
    for shape in shapes {
      let timing = ByteTiming(shape.timed)
      total.floats += Double(shape.count) * timing.floats
      total.bytes += Double(shape.count) * timing.bytes
      print(
        String(
          format: "%10d  %@ %11.1f %10.1f %6.2f  %@, %@", shape.count,
          shape.description.leftPadded(to: 34), 1e6 * timing.floats, 1e6 * timing.bytes,
          timing.floats / timing.bytes, timing.algorithms.floats, timing.algorithms.bytes))
    }
    print(
      String(
        format: "all convolutions: %.3f and %.3f ms per image, ratio %.2f\n", 1e3 * total.floats,
        1e3 * total.bytes, total.floats / total.bytes))
  }

  private func report(_ shapes: [ConvolutionShapes.Shape]) throws {
    let times = try shapes.map(time)
    let total = zip(shapes, times).reduce(0) { $0 + Double($1.0.count) * $1.1 }
    print("    layers                               shape  µs/image  GFLOP/s  % of time")
    for (shape, time) in zip(shapes, times) {
      let share = 100 * Double(shape.count) * time / total
      let flops = 2 * Double(shape.multiplyAccumulates)
      print(
        String(
          format: "%10d  %@ %9.1f %8.1f %10.1f", shape.count,
          shape.description.leftPadded(to: 34), 1e6 * time, flops / time * 1e-9, share))
    }
    print(String(format: "all convolutions: %.3f ms per image\n", 1e3 * total))
  }

  /// Seconds per image in the shortest run: what disturbs one only makes it longer.
  private func time(_ shape: ConvolutionShapes.Shape) throws -> Double {
    var session = Session(try Program(shape.model))
    let input = shape.input(batch: batch)
    _ = try session.run([input])
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    var times: [Duration] = []
    while times.count < (runs ?? 3) || (runs == nil && clock.now < end) {
      times.append(try clock.measure { _ = try session.run([input]) })
    }
    return times.min()! / .seconds(batch)
  }
}

extension String {
  func leftPadded(to width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }
}
