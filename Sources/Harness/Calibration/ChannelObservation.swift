import CalibrantEngine
import CalibrantONNXFormat
import CalibrantQuantization

extension Calibrator {
  /// What the channels hold that could be balanced, in the order of `balancing.points`; the same for any number of jobs.
  ///
  /// - Parameter model: the one that `balancing` was made of.
  public func observe(
    _ balancing: ChannelBalancing, of model: Model, on source: some SampleSource
  ) throws -> [ChannelFacts] {
    let points = balancing.points
    let program = try Program(model, observing: points.map(\.value))
    let batching = try Batching(source, for: program)
    var facts = points.map { _ in ChannelFacts() }
    try processInOrder(units: batching.unitCount, jobs: jobs) {
      let worker = SessionBox(program)
      return { unit in
        var seen = points.map { _ in ChannelFacts() }
        _ = try worker.session.run(batching.inputs(unit, from: source)) { index, values in
          seen[index].observe(values, of: points[index])
        }
        return seen
      }
    } consume: { _, seen in
      for i in seen.indices { facts[i].merge(seen[i]) }
    }
    return facts
  }
}
