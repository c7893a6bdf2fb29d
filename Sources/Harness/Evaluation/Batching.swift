import CalibrantEngine

/// How samples share a run of the model: in units fixed by the data and the model alone.
///
/// A GEMM over other neighbours may round differently, so which samples share one must not depend on the number of
/// workers or on how many samples a worker takes at a time.
public struct Batching: Sendable {
  public let unit: Int
  public let sampleCount: Int
  /// A model of fixed batch gets units of fewer samples filled up by repeating one, whose results are dropped.
  private let fixedRows: Int?
  /// What the model reads; nil for N × C × H × W floats.
  private let form: ImageInput?
  /// Where each input of the model is among those of the samples; nil of images.
  private let order: [Int]?

  public init(_ source: some SampleSource, fixedBatch: Int?) {
    self.init(source, fixedBatch: fixedBatch, form: nil)
  }

  private init(_ source: some SampleSource, fixedBatch: Int?, form: ImageInput?) {
    self.form = form
    order = nil
    sampleCount = source.count
    fixedRows = fixedBatch
    unit = source.isUniform ? fixedBatch ?? Self.unit(sampleSize: source.sampleSize) : 1
  }

  private init(_ source: some SampleSource, _ form: ArrayForm, _ order: [Int], unit: Int?) {
    (self.form, self.order) = (nil, order)
    sampleCount = source.count
    fixedRows = form.fixedBatch
    self.unit = form.fixedBatch ?? unit ?? Self.unit(sampleSize: form.sampleSize)
  }

  /// Units that a program can run: as large as its input says, or single samples where something inside it, a Reshape
  /// to 1 × … say, takes no more.
  public init(_ source: some SampleSource, for program: Program) throws {
    if let form = source.arrayForm {
      let order = try form.inputs.order(for: ModelInputs(of: program))
      self.init(source, form, order, unit: nil)
      func takes(_ rows: Int) -> Bool {
        let types = form.types(rows: rows)
        return program.takes(batch: rows, order.map { types[$0] })
      }
      if unit > 1, form.fixedBatch == nil, !takes(unit), takes(1) {
        self.init(source, form, order, unit: 1)
      }
      return
    }
    let input = try ImageInput(of: program)
    self.init(source, fixedBatch: input.fixedBatch, form: input)
    guard input.fixedBatch == nil, unit > 1,
      !program.takes(batch: unit, [input.type(rows: unit, of: source.sampleShape)]),
      program.takes(batch: 1, [input.type(rows: 1, of: source.sampleShape)])
    else { return }
    self.init(source, fixedBatch: 1, form: input)
  }

  /// A sample at a time, or as many as the model takes: outputs of whatever shape are then told apart.
  public init(single source: some SampleSource, for program: Program) throws {
    if let form = source.arrayForm {
      self.init(source, form, try form.inputs.order(for: ModelInputs(of: program)), unit: 1)
      return
    }
    let input = try ImageInput(of: program)
    self.init(source, fixedBatch: input.fixedBatch ?? 1, form: input)
  }

  /// Small images in larger units, so that late layers still make GEMMs of some width.
  private static func unit(sampleSize: Int) -> Int {
    let fitting = 200_000 / max(sampleSize, 1)
    return [16, 8, 4, 2].first { $0 <= fitting } ?? 1
  }

  public var unitCount: Int { (sampleCount + unit - 1) / unit }

  public func samples(of index: Int) -> Range<Int> {
    index * unit..<min((index + 1) * unit, sampleCount)
  }

  /// Rows of a unit's tensor: its samples, and what fills a fixed batch up.
  public func rows(of index: Int) -> Int { fixedRows ?? samples(of: index).count }

  /// The inputs of a unit, in the order of the program that this was made for.
  public func inputs(_ index: Int, from source: some SampleSource) throws -> [Tensor] {
    guard let order else { return [try input(index, from: source)] }
    let samples = samples(of: index)
    let tensors = try source.inputs(
      of: (0..<rows(of: index)).map { min(samples.lowerBound + $0, samples.upperBound - 1) })
    return order.map { tensors[$0] }
  }

  /// The input tensor of a unit of images.
  public func input(_ index: Int, from source: some SampleSource) throws -> Tensor {
    let samples = samples(of: index)
    let rows = rows(of: index)
    let shape = source.shape(of: samples.lowerBound)
    let size = shape.reduce(1, *)
    func write(_ values: UnsafeMutableBufferPointer<Float>) throws {
      for row in 0..<rows {
        let sample = min(samples.lowerBound + row, samples.upperBound - 1)
        let start = row * size
        try source.write(
          sample, into: UnsafeMutableBufferPointer(rebasing: values[start..<start + size]))
      }
    }
    let type = TensorType(.float32, Shape([rows] + shape))
    guard let form, form.type(rows: rows, of: shape) != type else {
      return try Tensor(type) { try write($0.assumingMemoryBound(to: Float.self)) }
    }
    var values = [Float](repeating: 0, count: rows * size)
    try values.withUnsafeMutableBufferPointer { try write($0) }
    return form.tensor(values, rows: rows, of: shape)
  }
}

extension Program {
  /// Whether it computes a row of every output for each sample of a batch; true where only a run would tell.
  fileprivate func takes(batch: Int, _ inputs: [TensorType]) -> Bool {
    let planned = Result { () throws(GraphError) in try outputTypes(inputs) }
    guard case .success(let types) = planned else { return false }
    return types?.first.map { $0.shape.dims.first == batch } ?? true
  }
}
