import CalibrantEngine

extension Provenance {
  /// What computed the numbers; nil in results of earlier versions.
  var arithmeticSentence: String? {
    arithmetic.map {
      "Quantized layers are computed \($0.explanation) (\($0.rawValue)), by \(kernels)."
    }
  }
}

extension Arithmetic {
  fileprivate var explanation: String {
    switch self {
    case .integer: "on their codes, in exact sums"
    case .float: "in single precision, on the values that codes stand for"
    }
  }
}
