import Synchronization

/// What an operator has packed of its constant inputs, by the form: plans for other shapes share it.
final class PackedForms<Form: Hashable & Sendable, Packed: Sendable>: Sendable {
  private let known = Mutex<[Form: Packed]>([:])

  func packed(_ form: Form, _ pack: () -> Packed) -> Packed {
    known.withLock { known in
      if let packed = known[form] { return packed }
      let packed = pack()
      known[form] = packed
      return packed
    }
  }
}
