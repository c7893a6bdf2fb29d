extension RandomAccessCollection where Index == Int {
  /// The stretches of neighbours that are equal in something.
  func stretches<Value: Equatable>(
    by value: (Element) -> Value
  ) -> [(value: Value, range: Range<Int>)] {
    var stretches: [(value: Value, range: Range<Int>)] = []
    for index in indices {
      let value = value(self[index])
      if let last = stretches.last, last.value == value {
        stretches[stretches.count - 1].range = last.range.lowerBound..<index + 1
      } else {
        stretches.append((value, index..<index + 1))
      }
    }
    return stretches
  }
}
