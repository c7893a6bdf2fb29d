import CalibrantEngine
import CalibrantTasks

/// Runs a model on every image and gives its outputs image by image.
struct OutputRun: Sendable {
  let images: any MeasuredSamples
  let jobs: Int
  let isQuiet: Bool

  /// Turns the outputs of each image into a result on a worker, and consumes the results in order.
  ///
  /// - Parameter makeWorker: what a worker does with an image's outputs, and may keep between images.
  /// - Returns: wall-clock seconds from the first image to the last.
  func run<Result: Sendable>(
    _ program: Program, title: String,
    makeWorker: @escaping @Sendable () throws -> (_ image: Int, [OutputArray]) throws -> Result,
    consume: (_ image: Int, Result) throws -> Void
  ) throws -> Double {
    let batching = try Batching(single: images, for: program)
    let progress = Progress(title, total: images.count, isQuiet: isQuiet)
    let start = ContinuousClock.now
    try processInOrder(units: batching.unitCount, jobs: jobs) {
      let worker = OutputWorker(program, batching)
      let turn = try makeWorker()
      return { unit in
        try worker.outputs(of: unit, images).enumerated().map { row, outputs in
          try turn(batching.samples(of: unit).lowerBound + row, outputs)
        }
      }
    } consume: { (unit: Int, results: [Result]) in
      for (row, result) in results.enumerated() {
        try consume(batching.samples(of: unit).lowerBound + row, result)
      }
      progress.advance(to: batching.samples(of: unit).upperBound)
    }
    return (ContinuousClock.now - start).seconds
  }

  /// The outputs of some images, of a worker of its own.
  func outputs(of program: Program, _ indices: [Int]) throws -> [[OutputArray]] {
    let batching = try Batching(single: images, for: program)
    let worker = OutputWorker(program, batching)
    return try indices.map { try worker.outputs(ofImage: $0, images) }
  }
}

/// A session, and how its outputs divide among images.
final class OutputWorker {
  private let box: SessionBox
  private let batching: Batching

  init(_ program: Program, _ batching: Batching) {
    box = SessionBox(program)
    self.batching = batching
  }

  /// Of each image of a unit.
  func outputs(of unit: Int, _ images: any MeasuredSamples) throws -> [[OutputArray]] {
    let outputs = try box.session.run(batching.inputs(unit, from: images))
    let count = batching.samples(of: unit).count
    guard batching.unit > 1 else { return [outputs.map { OutputArray($0) }] }
    return try (0..<count).map { row in
      try outputs.map { output throws(HarnessError) in
        guard output.shape.rank > 0, output.shape[0] == batching.unit else {
          throw HarnessError.notAnImageModel(
            reason: "its output of shape \(output.shape) does not tell the images of a batch apart")
        }
        return OutputArray(output.entries(row..<row + 1))
      }
    }
  }

  func outputs(ofImage index: Int, _ images: any MeasuredSamples) throws -> [OutputArray] {
    let unit = index / batching.unit
    return try outputs(of: unit, images)[index - batching.samples(of: unit).lowerBound]
  }
}

extension OutputArray {
  /// A tensor's numbers, in single precision.
  init(_ tensor: Tensor) {
    self.init(
      shape: tensor.shape.dims,
      values: tensor.dtype == .float32
        ? tensor.array(of: Float.self) : tensor.numbers.map { Float($0) })
  }
}
