import Synchronization

/// What kernels have packed of a constant's memory, by the form: whoever holds the memory shares it, as plans for other shapes
/// and programs made of the same weights do.
final class PackedForms: Sendable {
  private struct Entry {
    let packed: any Sendable
    /// What was packed along with the constant.
    let companion: TensorStorage?
  }

  private let entries = Mutex<[AnyHashable: Entry]>([:])

  /// - Parameter companion: packed along with the constant; a form holds one at a time.
  func packed<Packed: Sendable>(
    _ form: some Hashable & Sendable, with companion: TensorStorage?, _ pack: () -> Packed
  ) -> Packed {
    entries.withLock { entries in
      let key = AnyHashable(form)
      if let entry = entries[key], entry.companion === companion,
        let packed = entry.packed as? Packed
      {
        return packed
      }
      let packed = pack()
      entries[key] = Entry(packed: packed, companion: companion)
      return packed
    }
  }
}

extension Tensor {
  /// The values in a kernel's own order, made at the first call.
  /// - Parameters:
  ///   - form: tells apart all ways to pack, for they share one table.
  ///   - other: packed along with these values.
  func packed<Packed: Sendable>(
    as form: some Hashable & Sendable, with other: Tensor? = nil, _ pack: () -> Packed
  ) -> Packed {
    storage.packedForms.packed(form, with: other?.storage, pack)
  }
}
