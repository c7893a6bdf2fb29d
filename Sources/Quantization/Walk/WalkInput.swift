import CalibrantEngine

/// The samples of a walk, in units that share a run of the model.
///
/// Which samples share a unit must follow from the data alone, so that results do not depend on workers.
public protocol WalkInput: Sendable {
  var unitCount: Int { get }
  var sampleCount: Int { get }
  /// The model's inputs for a unit, in its order; safe to call from several threads.
  func inputs(_ unit: Int) throws -> [Tensor]
  /// How many rows of the unit's inputs are samples, from the first; the rest is padding of a fixed batch.
  func samples(in unit: Int) -> Int
}

extension WalkInput {
  /// By the names of a network's inputs.
  func values(_ unit: Int, of names: [String]) throws -> [String: Tensor] {
    Dictionary(uniqueKeysWithValues: zip(names, try inputs(unit)))
  }

  func types(_ unit: Int, of names: [String]) throws -> [String: TensorType] {
    try values(unit, of: names).mapValues(\.type)
  }
}

/// Runs units of work on several threads and consumes their results in order of index, so that a walk is
/// deterministic for any number of threads.
public protocol OrderedExecutor: Sendable {
  func run<Result: Sendable>(
    units: Int, makeWorker: @escaping @Sendable () throws -> (_ unit: Int) throws -> Result,
    consume: (_ unit: Int, _ result: Result) throws -> Void
  ) throws
}

extension OrderedExecutor {
  /// Results in order of index.
  func map<Result: Sendable>(
    _ units: Int, _ transform: @escaping @Sendable (_ unit: Int) throws -> Result
  ) throws -> [Result] {
    var results: [Result] = []
    results.reserveCapacity(units)
    try run(units: units, makeWorker: { transform }, consume: { results.append($1) })
    return results
  }
}

/// Everything on the calling thread.
public struct SerialExecutor: OrderedExecutor {
  public init() {}

  public func run<Result: Sendable>(
    units: Int, makeWorker: @escaping @Sendable () throws -> (_ unit: Int) throws -> Result,
    consume: (_ unit: Int, _ result: Result) throws -> Void
  ) throws {
    let work = try makeWorker()
    for unit in 0..<units { try consume(unit, work(unit)) }
  }
}
