extension ComparisonRun.Outcome: Reportable {
  public var text: String { ComparisonText.text(comparison) }
  public var json: String { ComparisonJSON.text(comparison, listing) }
  public var recordsCSV: String? { listing.csv }

  public var document: ReportDocument {
    let (comparison, listing, thumbnails) = (comparison, listing, thumbnails)
    let summary = ReportSummary(comparison)
    let methods = HTMLMethods(comparison: comparison)
    let name = comparison.facts.model.name
    return ReportDocument(
      title: "Quantization of \(name)", suite: "calibrant compare \(name)",
      verdict: summary.verdictWord.map { .init(word: $0, tone: comparison.verdict) },
      headline: summary.headline, checks: comparison.judgedArms.map(ReportCheck.init),
      blocks: [
        .facts(summary.circumstances),
        .table(ReportTable(comparison)),
        .legend(summary.legend),
        .drawn { Self.charts(comparison) },
        .drawn { methods.matrix },
        .section("On which CPUs", HardwareText(comparison: comparison).sentences),
        .section("Activation-based against weight-based", summary.pairings),
        // A page says of methods where it shows their ranges.
        .offPage(.section("Notes", summary.methodChoices + summary.footnotes)),
        .onPage(.section("Notes", summary.footnotes)),
        .drawn { HTMLLayers(arms: comparison.arms).section },
        .drawn { methods.ranges },
        .drawn {
          listing.sections(thumbnails).filter { !$0.isEmpty }.joined(separator: "\n")
        },
        .drawn { Self.details(comparison.facts) },
        .offPage(.details("Preprocessing and machine", Self.circumstances(comparison.facts))),
      ],
      sheet: listing.sheet)
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

  private static func circumstances(_ facts: ComparisonFacts) -> [String] {
    let machine = facts.machine
    return facts.preprocessing.map { "\($0.key): \($0.value)" } + [
      "SHA-256 of the model: \(facts.model.sha256)",
      "\(machine.cpu), \(ReportText.count(machine.cores, "core")), \(machine.blas), "
        + ReportText.count(machine.threads, "thread"),
    ] + (facts.command.isEmpty ? [] : ["command: \(ReportedCommand.line(facts.command))"])
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

extension ReportTable {
  fileprivate init(_ comparison: Comparison) {
    let columns = ReportColumn.all(of: comparison)
    self.init(
      caption: "Every arm on the same images", label: "Results by arm",
      columns.map { Column(title: $0.title, isNumber: $0.isNumber) },
      comparison.arms.map { arm in
        columns.enumerated().map { index, column in
          Cell(
            column.cell(arm), style: index == 0 ? arm.kind.rawValue : arm.verdict?.rawValue)
        }
      })
  }
}

extension ReportCheck {
  fileprivate init(_ arm: ArmResult) {
    self.init(
      group: arm.scheme ?? "original", name: arm.name, verdict: arm.verdict,
      sentence: Self.sentence(arm))
  }

  private static func sentence(_ arm: ArmResult) -> String {
    guard let drop = arm.drop else { return "" }
    let needed = arm.imagesNeeded.map { "; about \(ReportText.count($0, "image")) would settle it" }
    let measured = arm.hardware?.measured ?? []
    let byHardware = measured.map { "\($0.hardware.rawValue) \(HardwareText.drop($0.result))" }
    let both = measured.count > 1 ? " (\(byHardware.joined(separator: ", ")))" : ""
    let interval = arm.dropInterval.map { " " + ReportText.points($0) } ?? ""
    return "drop \(ReportText.points(drop)) points\(interval)\(both)"
      + (needed ?? "")
  }
}
