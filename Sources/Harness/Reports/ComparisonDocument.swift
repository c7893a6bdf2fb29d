extension ComparisonRun.Outcome: Reportable {
  public var text: String { ComparisonText.text(comparison) }
  public var json: String { ComparisonJSON.text(comparison, listing) }
  public var recordsCSV: String? { listing.csv }

  public var document: ReportDocument {
    let (comparison, listing, thumbnails) = (comparison, listing, thumbnails)
    let summary = ReportSummary(comparison)
    let methods = HTMLMethods(comparison: comparison)
    let name = comparison.facts.model.name
    let notes = summary.footnotes
    return ReportDocument(
      title: "Quantization of \(name)", suite: "calibrant compare \(name)",
      advice: ShippingText(comparison).map { .init($0) },
      verdict: summary.verdictWord.map { .init(word: $0, tone: comparison.verdict) },
      headline: summary.headline, checks: comparison.judgedArms.map(ReportCheck.init),
      blocks: [
        .facts(summary.circumstances),
        .drawn { Self.charts(comparison) },
      ] + Self.tables(comparison, summary)
        + Self.section("On which CPUs", HardwareText(comparison: comparison).sentences)
        + Self.section("Activation-based against weight-based", summary.pairings)
        // A page says of methods where it shows their ranges.
        + Self.section("Notes", notes, offPage: summary.methodChoices + notes)
        + [
          .drawn { HTMLLayers(arms: comparison.arms).section },
          .drawn { methods.ranges },
          .drawn {
            listing.sections(thumbnails).filter { !$0.isEmpty }.joined(separator: "\n")
          },
          Self.reproduction(comparison.facts),
        ],
      sheet: listing.sheet)
  }

  /// Open on a page, folded where it would fill a comment.
  private static func section(
    _ title: String, _ sentences: [String], offPage: [String]? = nil
  ) -> [ReportBlock] {
    [
      .onPage(.section(title, sentences)),
      .offPage(.folded(title, [.list(offPage ?? sentences)])),
    ]
  }

  private static func tables(
    _ comparison: Comparison, _ summary: ReportSummary
  ) -> [ReportBlock] {
    let (deciding, others) = (
      ReportColumn.deciding(comparison), ReportColumn.others(comparison)
    )
    let count = ReportText.count(comparison.files.count, "file")
    return [
      .onPage(
        .table(ReportTable(comparison, deciding, caption: "Every file on the same images"))),
      .offPage(.table(ReportTable(brief: comparison, deciding))),
      .legend(summary.legend),
      .onPage(
        .folded(
          "What else was measured",
          [.table(ReportTable(comparison, others, caption: "The same files and images"))])),
      .onPage(
        .folded("\(comparison.kind.title) with its interval", [.drawn { accuracy(comparison) }])),
      .offPage(
        .folded(
          "All of \(count)",
          [.table(ReportTable(comparison, deciding + others, caption: "Every file"))])),
    ]
  }

  private static func key(_ comparison: Comparison) -> String {
    let key = Arm.Kind.allCases.filter { kind in comparison.arms.contains { $0.kind == kind } }
      .map { kind in
        "<span class=\"key\"><span class=\"dot \(kind.rawValue)\"></span>\(kind.rawValue)</span>"
      }
    return "<p class=\"keys\">\(key.joined(separator: " "))</p>"
  }

  private static func charts(_ comparison: Comparison) -> String {
    let name = Escaping.html(comparison.kind.name)
    guard let change = ChangeChart(comparison: comparison).svg,
      let size = SizeChart.svg(comparison.files, comparison.kind)
    else { return "" }
    let margin = comparison.facts.maxDrop == nil ? "" : "; the red line is the margin"
    return """
      \(key(comparison))
      <div class="charts">
      <figure><figcaption>Change of \(name) on the same images, with its 95 % interval\(margin)</figcaption>
      \(change)
      </figure>
      <figure><figcaption>Change of \(name) against size</figcaption>
      \(size)
      </figure>
      </div>
      """
  }

  private static func accuracy(_ comparison: Comparison) -> String {
    """
    <p class="legend">Intervals of single files are wider than those of changes, which are of the same images.</p>
    <div class="charts"><figure>
    \(AccuracyChart.svg(comparison.files, comparison.kind))
    </figure></div>
    """
  }

  private static func reproduction(_ facts: ComparisonFacts) -> ReportBlock {
    let machine = facts.machine
    return .reproduction(
      of: facts.provenance,
      facts.preprocessing.map { "\($0.key): \($0.value)" } + [
        "\(machine.cpu), \(ReportText.count(machine.cores, "core")), \(machine.blas), "
          + ReportText.count(machine.threads, "thread")
      ] + (facts.command.isEmpty ? [] : ["command: \(ReportedCommand.line(facts.command))"]))
  }
}

extension ReportDocument.Advice {
  fileprivate init(_ text: ShippingText) {
    let tone: Verdict? =
      switch text.shipping.finding {
      case .ship: .pass
      case .undecided: .inconclusive
      case .none: .fail
      case .closest: nil
      }
    self.init(sentence: text.sentence, next: text.next, tone: tone)
  }
}

extension ReportTable {
  /// All files by scheme.
  fileprivate init(_ comparison: Comparison, _ columns: [ReportColumn], caption: String) {
    var groups: [Group] = []
    for file in comparison.files {
      let row = Self.row(file, columns, name: file.nameInScheme)
      if let last = groups.indices.last, groups[last].title == file.result.scheme {
        groups[last].rows.append(row)
      } else {
        groups.append(Group(title: file.result.scheme, rows: [row]))
      }
    }
    self.init(caption: caption, label: caption, Self.titles(columns), groups: groups)
  }

  /// The original, the file to ship, and the best of schemes: five rows.
  fileprivate init(brief comparison: Comparison, _ columns: [ReportColumn]) {
    let files = comparison.files
    let best = Dictionary(grouping: files.filter { $0.result.drop != nil }) { file in
      file.result.scheme ?? file.name
    }.compactMap { $1.min { ($0.result.drop ?? 0) < ($1.result.drop ?? 0) }?.name }
    let shipped = [files.first?.name, comparison.shipping?.file.name].compactMap(\.self)
    let order = shipped + files.map(\.name).filter { best.contains($0) && !shipped.contains($0) }
    let shown = Set(order.prefix(5))
    self.init(
      caption: "The best files", label: "The best files", Self.titles(columns),
      files.filter { shown.contains($0.name) }.map { Self.row($0, columns, name: $0.name) })
  }

  private static func titles(_ columns: [ReportColumn]) -> [Column] {
    [Column(title: "file", isNumber: false)]
      + columns.map { Column(title: $0.title, isNumber: $0.isNumber) }
  }

  private static func row(
    _ file: ComparedFile, _ columns: [ReportColumn], name: String
  ) -> [Cell] {
    let arm = file.result
    return [Cell(name, style: arm.kind.rawValue)]
      + columns.map { Cell($0.cell(arm), style: $0.isNumber ? nil : arm.verdict?.rawValue) }
  }
}

extension ReportCheck {
  fileprivate init(_ arm: ArmResult) {
    self.init(
      group: arm.scheme ?? "original", name: arm.name, verdict: arm.verdict,
      sentence: Self.sentence(arm))
  }

  private static func sentence(_ arm: ArmResult) -> String {
    guard arm.drop != nil else { return "" }
    let needed = arm.imagesNeeded.map { "; \(ReportText.toSettle($0))" }
    let measured = arm.hardware?.measured ?? []
    let byHardware = measured.map { "\($0.hardware.rawValue) \(HardwareText.change($0.result))" }
    let both = measured.count > 1 ? " (\(byHardware.joined(separator: ", ")))" : ""
    return "change \(MetricText.change(arm.drop, arm.dropInterval)) points\(both)\(needed ?? "")"
  }
}
