/// Records as columns: what a saved result keeps so that `diff` can pair it with another one.
enum RecordColumns {
  /// The images, once for all arms.
  static func json(_ records: [Record]) -> JSONValue {
    .object([
      .init("path", records.map(\.path)),
      .init("contentHash", records.map(\.contentHash)),
      .init("label", .integers(records.map(\.label))),
    ])
  }

  /// One arm's highest class per image; −1 where it scores none.
  static func predictions(_ records: [Record]) -> JSONValue {
    .integers(records.map { $0.top5.first ?? -1 })
  }
}
