import CalibrantEngine

/// What the arms answered, image by image, of any task.
struct TaskListing: AnswerListing {
  /// Their names.
  let arms: [String]
  let paths: [String]
  let hashes: [String]
  let columns: [String]
  /// By arm and image, a cell per column.
  let rows: [[[String]]]
  /// What each arm's metric is taken of; nil where that says nothing.
  let measured: [MetricRecords?]
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
    let answers = columns.enumerated().map { column, name in
      JSONValue.Member(name, .array(rows[index].map { .string($0[column]) }))
    }
    return JSONValue.present("answers", columns.isEmpty ? nil : .object(answers))
      + JSONValue.present("measured", measured[index]?.json)
  }

  func answers(ofArm index: Int, on hardware: Hardware) -> [JSONValue.Member] { [] }

  var shownPaths: Set<String> { Set(changes?.pictures.flatMap(\.paths) ?? []) }

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
    /// In place of the picture, where answers are other images.
    let neighbors: NeighborChange?

    /// Of the images that it shows.
    var paths: [String] { neighbors?.paths ?? [path] }
  }

  static let listed = 24

  let arm: String
  let key: String
  /// Those that change most first.
  let pictures: [Picture]

  func section(_ thumbnails: [String: String]) -> String {
    guard !pictures.isEmpty else { return "" }
    let isWide = pictures.contains { $0.neighbors != nil }
    return """
      <h2>Images most worth looking at</h2>
      <p class="legend">Where \(Escaping.html(arm)) answers most otherwise than the original.</p>
      \(key)
      <ul class="gallery \(isWide ? "wide" : "large")">
      \(pictures.map { "<li>\($0.card(thumbnails))</li>" }.joined(separator: "\n"))
      </ul>
      """
  }

  /// - Parameter images: that `changed` are among.
  init(
    _ task: TaskKind, _ changed: [ChangedImage], of images: any MeasuredSamples, arm: String
  ) {
    self.arm = arm
    key =
      switch task {
      case .detection: BoxOverlay.key
      case .embedding: NeighborChange.key
      default: ""
      }
    pictures = changed.map { one in
      Picture(
        path: images.samples[one.image].path, picture: one.picture,
        neighbors: one.picture.neighbors.map { NeighborChange(of: one.image, $0, images) })
    }
  }
}

extension TaskChanges.Picture {
  fileprivate func card(_ thumbnails: [String: String]) -> String {
    if let neighbors { return neighbors.html(thumbnails) }
    return """
      \(Overlay.html(thumbnail: thumbnails[path], drawing: picture.overlay))
      <span class="path">\(Escaping.html(path))</span>
      \(picture.caption)
      """
  }
}
