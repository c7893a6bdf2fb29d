/// The comparison as one page that needs nothing else: no script, no network, light and dark.
public struct HTMLReport: ReportFormat {
  public static let name = "html"
  public static let fileName: String? = "report.html"

  /// Small pictures of images by path, as data URIs.
  private let thumbnails: [String: String]

  public init() { self.init(thumbnails: [:]) }

  public init(thumbnails: [String: String]) { self.thumbnails = thumbnails }

  public func render(_ comparison: Comparison, _ listing: any AnswerListing) -> String {
    HTMLPage.document(
      title: "Quantization of \(comparison.facts.model.name)", sheet: listing.sheet,
      body(comparison, listing))
  }

  private func body(_ comparison: Comparison, _ listing: any AnswerListing) -> [String] {
    let summary = ReportSummary(comparison)
    return [
      Self.verdict(comparison.verdict, summary),
      Self.lines(summary.circumstances, style: "facts"),
      Self.table(comparison),
      Self.lines(summary.legend, style: "legend"),
      Self.charts(comparison),
      HTMLMethods(comparison: comparison).matrix,
      Self.section("On which CPUs", HardwareText(comparison: comparison).sentences),
      Self.section("Activation-based against weight-based", summary.pairings),
      Self.section("Notes", summary.footnotes),
      HTMLLayers(arms: comparison.arms).section,
      HTMLMethods(comparison: comparison).ranges,
    ] + listing.sections(thumbnails) + [Self.details(comparison.facts)]
  }

  private static func lines(_ sentences: [String], style: String) -> String {
    "<p class=\"\(style)\">\(sentences.map(Escaping.html).joined(separator: "<br>"))</p>"
  }

  private static func verdict(_ verdict: Verdict?, _ summary: ReportSummary) -> String {
    let word = summary.verdictWord.map { "<strong>\($0)</strong> " } ?? ""
    let style = verdict?.rawValue ?? "open"
    return "<p class=\"verdict \(style)\">\(word)\(Escaping.html(summary.headline))</p>"
  }

  private static func table(_ comparison: Comparison) -> String {
    let columns = ReportColumn.all(of: comparison)
    let header = columns.map { column in
      "<th scope=\"col\"\(column.isNumber ? " class=\"number\"" : "")>"
        + "\(Escaping.html(column.title))</th>"
    }
    return """
      <div class="scroll" tabindex="0" role="region" aria-label="Results by arm">
      <table>
      <caption>Every arm on the same images</caption>
      <thead><tr>\(header.joined())</tr></thead>
      <tbody>
      \(comparison.arms.map { row($0, columns) }.joined(separator: "\n"))
      </tbody>
      </table>
      </div>
      """
  }

  private static func row(_ arm: ArmResult, _ columns: [ReportColumn]) -> String {
    let cells = columns.enumerated().map { index, column in
      let text = Escaping.html(column.cell(arm))
      if index == 0 {
        return "<th scope=\"row\"><span class=\"dot \(arm.kind.rawValue)\"></span>\(text)</th>"
      }
      if column.isNumber { return "<td class=\"number\">\(text)</td>" }
      return "<td class=\"\(arm.verdict?.rawValue ?? "none")\">\(text)</td>"
    }
    return "<tr>\(cells.joined())</tr>"
  }

  private static func charts(_ comparison: Comparison) -> String {
    let arms = comparison.arms
    let title = Escaping.html(comparison.kind.title)
    let key = Arm.Kind.allCases.filter { kind in arms.contains { $0.kind == kind } }.map { kind in
      "<span class=\"key\"><span class=\"dot \(kind.rawValue)\"></span>\(kind.rawValue)</span>"
    }
    return """
      <p class="keys">\(key.joined(separator: " "))</p>
      <div class="charts">
      <figure><figcaption>\(title) with its 95 % interval</figcaption>
      \(AccuracyChart.svg(arms, comparison.kind))
      </figure>
      <figure><figcaption>\(title) against size</figcaption>
      \(SizeChart.svg(arms, comparison.kind))
      </figure>
      </div>
      """
  }

  private static func section(_ title: String, _ sentences: [String]) -> String {
    guard !sentences.isEmpty else { return "" }
    let items = sentences.map { "<li>\(Escaping.html($0))</li>" }.joined(separator: "\n")
    return "<h2>\(title)</h2>\n<ul>\n\(items)\n</ul>"
  }

  private static func details(_ facts: ComparisonFacts) -> String {
    let machine = facts.machine
    let rows =
      facts.preprocessing.map { ($0.key, $0.value) } + [
        ("SHA-256 of the model", facts.model.sha256),
        ("processor", "\(machine.cpu), \(ReportText.count(machine.cores, "core"))"),
        ("linear algebra", machine.blas),
        ("threads", String(machine.threads)),
      ] + (facts.command.isEmpty ? [] : [("command", ReportedCommand.line(facts.command))])
    let items = rows.map { "<dt>\(Escaping.html($0.0))</dt><dd>\(Escaping.html($0.1))</dd>" }
    return
      "<details class=\"reproduce\"><summary>To reproduce: command, preprocessing and machine</summary>\n<dl>\n"
      + items.joined(separator: "\n") + "\n</dl></details>"
  }
}
