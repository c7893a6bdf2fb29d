/// Weights between −255 and 255 as sums of signed bytes: one where they fit, else as many as it takes.
struct WeightDigits: Sendable {
  let parts: [[Int8]]

  init(_ weights: [Int16]) {
    var rest = weights
    var parts: [[Int8]] = []
    repeat {
      let digit = rest.map { Int8(clamping: $0) }
      rest = zip(rest, digit).map { $0 - Int16($1) }
      parts.append(digit)
    } while rest.contains { $0 != 0 }
    self.parts = parts
  }
}
