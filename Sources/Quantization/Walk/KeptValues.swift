import CalibrantEngine
import Synchronization

/// The values of one unit in the reference and in the quantized network, at a place of the walk.
struct UnitValues: Sendable {
  var reference: [String: Tensor]
  var quantized: [String: Tensor]

  var byteCount: Int {
    (Array(reference.values) + quantized.values).reduce(0) { $0 + $1.type.byteCount }
  }
}

/// Where a walk continues from: the values of every unit that the rest of the network needs.
///
/// Before anything is kept, units start from the model's inputs.
final class KeptValues: Sendable {
  private let units: Mutex<[UnitValues?]>
  private let input: any WalkInput
  private let names: [String]

  /// - Parameter names: of the network's inputs.
  init(_ input: any WalkInput, names: [String]) {
    self.input = input
    self.names = names
    units = Mutex(Array(repeating: nil, count: input.unitCount))
  }

  func values(of unit: Int) throws -> UnitValues {
    if let kept = units.withLock({ $0[unit] }) { return kept }
    let values = try input.values(unit, of: names)
    return UnitValues(reference: values, quantized: values)
  }

  func keep(_ values: UnitValues, of unit: Int) { units.withLock { $0[unit] = values } }
}
