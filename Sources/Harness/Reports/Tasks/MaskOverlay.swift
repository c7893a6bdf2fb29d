import CalibrantTasks

/// Where two label maps of an image differ: their picture darkened, and the changed pixels bright.
struct MaskOverlay {
  let reference: LabelMap
  let arm: LabelMap
  /// By class; classes without a name go by their number.
  let classNames: [String]
  /// The label of pixels that do not count.
  let ignored: Int?

  /// - Precondition: both maps are of one size.
  init(reference: LabelMap, arm: LabelMap, classNames: [String], ignored: Int? = nil) {
    precondition(reference.height == arm.height && reference.width == arm.width)
    (self.reference, self.arm) = (reference, arm)
    (self.classNames, self.ignored) = (classNames, ignored)
  }

  var svg: String {
    let overlay = Overlay(width: arm.width, height: arm.height)
    let veil =
      "<rect class=\"veil\" width=\"\(SVG.n(overlay.width))\" height=\"\(SVG.n(overlay.height))\"/>"
    let cells = ChangedCells(width: arm.width, height: arm.height, isChanged: isChanged)
    let paths = (1...ChangedCells.levels).compactMap { level -> String? in
      let path = cells.path(of: level, scale: overlay.scale)
      return path.isEmpty ? nil : "<path class=\"changed level\(level)\" d=\"\(path)\"/>"
    }
    return overlay.svg([veil] + paths, label: summary)
  }

  /// "1.25 % of 4,000 pixels changed their class".
  var summary: String {
    let counted = reference.labels.count { Int($0) != ignored }
    let share = counted > 0 ? Double(changes.reduce(0) { $0 + $1.pixels }) / Double(counted) : 0
    return
      "\(ReportText.percent(share)) % of \(ReportText.count(counted, "pixel")) changed their class"
  }

  /// The most frequent changes of class, a line each.
  func lines(limit: Int = 3) -> String {
    let lines = changes.prefix(limit).map { change in
      "\(name(change.before)) → <b>\(name(change.after))</b> "
        + "<span class=\"soft\">\(ReportText.count(change.pixels, "pixel"))</span>"
    }
    return "<span>\(lines.joined(separator: "<br>\n"))</span>"
  }

  private func name(_ label: Int) -> String {
    Escaping.html(classNames.indices.contains(label) ? classNames[label] : String(label))
  }

  /// Most pixels first, of equally many the lower classes.
  private var changes: [(before: Int, after: Int, pixels: Int)] {
    var pixels: [Int: Int] = [:]
    for index in reference.labels.indices where isChanged(index) {
      pixels[Int(reference.labels[index]) << 16 | Int(arm.labels[index]), default: 0] += 1
    }
    return pixels.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
      ($0.key >> 16, $0.key & 0xFFFF, $0.value)
    }
  }

  private func isChanged(_ index: Int) -> Bool {
    reference.labels[index] != arm.labels[index] && Int(reference.labels[index]) != ignored
  }
}
