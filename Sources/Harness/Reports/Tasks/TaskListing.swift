import Engine
import Tasks

/// What the arms answered, image by image, of any task.
struct TaskListing: AnswerListing {
  /// Their names.
  let arms: [String]
  let paths: [String]
  let hashes: [String]
  let columns: [String]
  /// By arm and image, a cell per column.
  let rows: [[[String]]]
  /// The images that changed most in the judged arm that loses most, and how.
  var changes: TaskChanges?
  /// By class, and output by output.
  var tables: MetricTables?

  var csv: String {
    var csv = CSV()
    csv.line(["arm", "path", "contentHash"] + columns)
    for (arm, rows) in zip(arms, rows) {
      for (index, row) in rows.enumerated() {
        csv.line([arm, paths[index], hashes[index]] + row)
      }
    }
    return csv.text
  }

  var images: JSONValue {
    .object([.init("path", paths), .init("contentHash", hashes)])
  }

  func answers(ofArm index: Int) -> [JSONValue.Member] {
    guard !columns.isEmpty else { return [] }
    return [
      .init(
        "answers",
        .object(
          columns.enumerated().map { column, name in
            .init(name, .array(rows[index].map { .string($0[column]) }))
          }))
    ]
  }

  func answers(ofArm index: Int, on hardware: Hardware) -> [JSONValue.Member] { [] }

  var shownPaths: Set<String> { Set(changes?.pictures.map(\.path) ?? []) }

  let thumbnailSide = 320
  let sheet = TaskStyle.sheet

  func sections(_ thumbnails: [String: String]) -> [String] {
    [changes?.section(thumbnails) ?? "", tables?.html ?? ""]
  }
}

/// Images whose answers an arm changes.
struct TaskChanges: Sendable {
  struct Picture: Sendable {
    let path: String
    let picture: TaskPicture
  }

  static let listed = 24

  let arm: String
  let key: String
  /// Those that change most first.
  let pictures: [Picture]

  func section(_ thumbnails: [String: String]) -> String {
    guard !pictures.isEmpty else { return "" }
    let cards = pictures.map { one in
      """
      <li>\(Overlay.html(thumbnail: thumbnails[one.path], drawing: one.picture.overlay))
      <span class="path">\(Escaping.html(one.path))</span>
      \(one.picture.caption)</li>
      """
    }
    return """
      <h2>Images most worth looking at</h2>
      <p class="legend">Where \(Escaping.html(arm)) answers most otherwise than the original.</p>
      \(key)
      <ul class="gallery large">
      \(cards.joined(separator: "\n"))
      </ul>
      """
  }
}

extension TaskChanges {
  /// The images whose answers differ most from the original's.
  static func images<Task: MeasuredTask>(_ task: Task, _ records: [Task.Record]) -> [Int] {
    records.indices.map { ($0, task.change(records[$0])) }
      .filter { $0.1 > 0 }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }.prefix(listed).map(\.0)
  }

  /// - Parameters:
  ///   - changed: which images, the most changed first.
  ///   - before: the original's outputs for each.
  ///   - after: the arm's, in the original's order.
  init(
    _ task: some MeasuredTask, _ images: any MeasuredSamples, arm: String, _ changed: [Int],
    before: [[OutputArray]], after: [[OutputArray]]
  ) throws {
    self.arm = arm
    key = task.task == .detection ? BoxOverlay.key : ""
    pictures = try changed.enumerated().map { place, image in
      Picture(
        path: images.samples[image].path,
        picture: task.picture(
          try task.answer(before[place], image: image),
          try task.answer(after[place], image: image), image: image))
    }
  }
}
