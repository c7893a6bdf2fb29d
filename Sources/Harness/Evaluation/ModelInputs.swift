import CalibrantEngine
import CalibrantONNXFormat

/// What a model reads, input by input.
public struct ModelInputs: Sendable {
  public struct Input: Sendable, Hashable {
    public let name: String
    public let dtype: DType
    /// nil where the file states no shape; in it, nil where a length is left open.
    public let dims: [Int?]?

    public init(name: String, dtype: DType, dims: [Int?]?) {
      (self.name, self.dtype, self.dims) = (name, dtype, dims)
    }
  }

  public let all: [Input]

  public init(_ all: [Input]) { self.all = all }

  public init(of program: Program) {
    self.init(
      program.inputs.map {
        Input(name: $0.name, dtype: $0.dtype, dims: $0.dimensions?.map(\.size))
      })
  }

  public var names: [String] { all.map(\.name) }

  /// Where each input of another model is among these: by name where it has the same, else by place.
  ///
  /// - Throws: `HarnessError.inputsDiffer` where it reads more, fewer, or other types.
  func order(for others: ModelInputs) throws(HarnessError) -> [Int] {
    let byName = others.names.compactMap { names.firstIndex(of: $0) }
    let order = byName.count == all.count ? byName : Array(all.indices)
    guard others.all.count == all.count,
      zip(others.all, order).allSatisfy({ $0.dtype == all[$1].dtype })
    else { throw .inputsDiffer(expected: "\(self)", actual: "\(others)") }
    return order
  }
}

extension ModelInputs: CustomStringConvertible {
  /// `'ids' (int64 ? × 16), 'image' (float32 1 × 3 × 8 × 8)`.
  public var description: String { all.map(\.description).joined(separator: ", ") }
}

extension ModelInputs.Input: CustomStringConvertible {
  public var description: String {
    let shape = dims.map { $0.map { $0.map(String.init) ?? "?" }.joined(separator: " × ") }
    return "'\(name)' (\(dtype)\(shape.map { " \($0)" } ?? ""))"
  }
}
