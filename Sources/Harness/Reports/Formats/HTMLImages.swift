/// The parts of the HTML report that are about single images and classes.
struct HTMLImages {
  let comparison: Comparison
  let evaluations: [ArmEvaluation]
  /// By path; images without one are listed by name alone.
  let thumbnails: [String: String]

  private var classNames: [String] { comparison.facts.dataset.classNames }

  private func name(_ label: Int) -> String {
    Escaping.html(classNames.indices.contains(label) ? classNames[label] : String(label))
  }

  /// Images that the quantized arms break, as cards.
  var gallery: String {
    let changed = ChangedImages(comparison, evaluations)
    guard !changed.images.isEmpty else { return "" }
    let cards = changed.images.map { image in
      let picture =
        thumbnails[image.path].map {
          "<img alt=\"\" src=\"\($0)\">"
        } ?? ""
      return """
        <li>\(picture)<span class="path">\(Escaping.html(image.path))</span>
        <span>\(name(image.before)) → <b>\(name(image.after))</b></span>
        <span class="soft">\(image.files) of \(ReportText.count(changed.fileCount, "file"))</span></li>
        """
    }
    return
      "<h2>Images most worth looking at</h2>\n<p class=\"legend\">Right in the original, wrong "
      + "after quantization; first those that most files break and the original was surest of.</p>\n"
      + "<ul class=\"gallery\">\n\(cards.joined(separator: "\n"))\n</ul>"
  }

  /// Classes that won and lost, for the judged arm with the largest drop.
  var classes: String {
    guard let worst = comparison.judgedArms.max(by: { ($0.drop ?? 0) < ($1.drop ?? 0) }),
      let arm = evaluations.first(where: { $0.arm.name == worst.name }),
      let original = evaluations.first
    else { return "" }
    let rows = ClassChanges(original: original, arm: arm, classNames: classNames).rows
    guard !rows.isEmpty else { return "" }
    let least = ClassChanges.leastCount
    let lines = rows.map { row in
      "<tr><th scope=\"row\">\(Escaping.html(row.name))</th>"
        + [row.count, row.broken, row.fixed].map { "<td class=\"number\">\($0)</td>" }.joined()
        + "<td>\(Escaping.html(row.wentTo ?? "–"))</td></tr>"
    }
    let head = ["images", "broken", "fixed"].map { "<th scope=\"col\" class=\"number\">\($0)</th>" }
    return """
      <h2>Changes by class</h2>
      <div class="scroll" tabindex="0" role="region" aria-label="Changes by class">
      <table><caption>\(Escaping.html(worst.name)), the largest net loss first; classes of at least \(least) images</caption>
      <thead><tr><th scope="col">class</th>\(head.joined())<th scope="col">mostly taken for</th></tr></thead>
      <tbody>
      \(lines.joined(separator: "\n"))
      </tbody></table>
      </div>
      """
  }
}
