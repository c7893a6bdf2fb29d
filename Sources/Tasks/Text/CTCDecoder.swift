/// Greedy decoding of connectionist temporal classification: the best class of each step, repeats joined, blanks left out
/// (Graves et al. 2006).
public struct CTCDecoder: Sendable {
  public let dictionary: TextDictionary
  public let blank: Blank

  /// Which class stands for no symbol.
  public enum Blank: Sendable {
    /// As in PaddleOCR and PyTorch.
    case first
    /// As in TensorFlow and Keras.
    case last
  }

  public init(_ dictionary: TextDictionary, blank: Blank = .first) {
    self.dictionary = dictionary
    self.blank = blank
  }

  /// The text of one image.
  ///
  /// - Parameter output: steps x classes, among axes of length 1: 1 x T x C or T x 1 x C.
  public func text(_ output: OutputArray) throws(TaskError) -> String {
    let classes = try classes(of: output)
    var symbols: [String] = []
    var last: Int?
    for start in stride(from: 0, to: output.values.count, by: classes) {
      let best = Self.best(output.values[start..<start + classes])
      if best != last, let symbol = symbol(best) { symbols.append(symbol) }
      last = best
    }
    return symbols.joined()
  }

  private func classes(of output: OutputArray) throws(TaskError) -> Int {
    var shape = output.shape
    while shape.count > 2, let axis = shape.firstIndex(of: 1) { shape.remove(at: axis) }
    guard shape.count == 2 else { throw .wrongShape(shape: output.shape, expected: "1 x T x C") }
    guard shape[1] == dictionary.symbols.count + 1 else {
      throw .wrongDictionary(symbols: dictionary.symbols.count, classes: shape[1])
    }
    return shape[1]
  }

  /// The lowest of equals; NaN is below all.
  private static func best(_ scores: ArraySlice<Float>) -> Int {
    var best = (class: 0, score: -Float.infinity)
    for (index, score) in scores.enumerated() where score > best.score { best = (index, score) }
    return best.class
  }

  private func symbol(_ index: Int) -> String? {
    switch blank {
    case .first: index == 0 ? nil : dictionary.symbols[index - 1]
    case .last: index == dictionary.symbols.count ? nil : dictionary.symbols[index]
    }
  }
}
