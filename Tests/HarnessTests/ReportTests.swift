import Foundation
import CalibrantHarness
import TestSupport
import Testing

@Suite struct ReportTests {
  private static func render(_ format: any ReportFormat.Type) -> String {
    format.init().render(
      SampleComparison.comparison, evaluations: SampleComparison.shortEvaluations)
  }

  @Test(arguments: StandardFormats.all.map { $0.name })
  func equalsItsSnapshot(_ name: String) throws {
    let format = try #require(StandardFormats.all.first { $0.name == name })
    let snapshot = Snapshot("comparison.\(format.fileName ?? "\(name).txt")")
    let difference = try snapshot.difference(from: Self.render(format))
    #expect(difference == nil)
  }

  @Test func namesAndFilesAreUnique() {
    let names = StandardFormats.all.map { $0.name }
    let files = StandardFormats.all.compactMap { $0.fileName }
    #expect(Set(names).count == names.count)
    #expect(
      Set(files) == [
        "report.html", "report.md", "report.json", "records.csv", "report.junit.xml",
      ])
  }

  @Test func terminalStaysWithin80Columns() {
    let lines = Self.render(TerminalReport.self).split(separator: "\n")
    #expect(lines.count > 20)
    for line in lines { #expect(line.count <= 80, "\(line)") }
  }

  @Test func jsonHasTheKeysOfTheContract() throws {
    let data = Data(Self.render(JSONReport.self).utf8)
    let report = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    func keys(_ name: String) -> Set<String> {
      Set((report[name] as? [String: Any] ?? [:]).keys)
    }
    #expect(report["schemaVersion"] as? Int == 1)
    #expect(keys("model") == ["name", "sha256", "bytes", "parameters"])
    #expect(keys("dataset").isSuperset(of: ["count", "classes", "calibrationCount", "overlap"]))
    #expect(keys("preprocessing") == ["resize", "crop", "channels"])
    #expect(keys("machine") == ["cpu", "cores", "blas", "threads"])
    let contract =
      "name kind scheme method granularity file bytes compression top1 top5 top1Interval drop "
      + "dropInterval broken fixed pValue agreement logitSQNR quantizeSeconds imagesPerSecond "
      + "verdict"
    let arms = try #require(report["arms"] as? [[String: Any]])
    #expect(arms.count == 6)
    for arm in arms {
      #expect(Set(arm.keys).isSuperset(of: contract.split(separator: " ").map(String.init)))
    }
    #expect(arms[0]["drop"] is NSNull && arms[0]["verdict"] is NSNull)
  }

  @Test func jsonReadsBackAsTheSameResults() throws {
    struct Report: Decodable {
      var pairings: [Pairing]
    }
    let data = Data(Self.render(JSONReport.self).utf8)
    let report = try JSONDecoder().decode(Report.self, from: data)
    #expect(report.pairings == SampleComparison.comparison.pairings)
  }

  @Test func jsonHasNoNumbersThatJSONLacks() throws {
    var evaluations = SampleComparison.evaluations
    evaluations[1].logitSQNR = .infinity
    evaluations[2].logitSQNR = .nan
    let comparison = Comparison(facts: SampleComparison.facts(), evaluations: evaluations)
    let text = JSONReport().render(comparison, evaluations: evaluations)
    let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    let arms = try #require(object?["arms"] as? [[String: Any]])
    #expect(arms[1]["logitSQNR"] is NSNull && arms[2]["logitSQNR"] is NSNull)
  }

  @Test func peopleReadPercentWhereScriptsReadFractions() {
    #expect(Self.render(TerminalReport.self).contains("96.00 [93.6, 97.5]"))
    #expect(Self.render(JSONReport.self).contains("\"top1\": 0.96,"))
  }
}

@Suite struct SpeedReportTests {
  private static let formats = StandardFormats.all.filter {
    ![JUnitReport.name, CSVRecords.name, GitHubReport.name].contains($0.name)
  }

  private static func words(_ format: any ReportFormat.Type, timed: Bool) -> String {
    var facts = SampleComparison.facts()
    facts.provenance = .sample(arithmetic: .integer)
    var evaluations = SampleComparison.shortEvaluations
    if !timed { for index in evaluations.indices { evaluations[index].speed = nil } }
    let text = format.init().render(
      Comparison(facts: facts, evaluations: evaluations), evaluations: evaluations)
    return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  @Test func everyReportSaysWhatWasMeasured() throws {
    for format in Self.formats {
      let (with, without) = (
        Self.words(format, timed: true), Self.words(format, timed: false)
      )
      let figure = format == JSONReport.self ? "\"ratio\": 2.125" : "2.12× "
      #expect(with.contains(figure), "\(format.name)")
      #expect(!without.contains(figure), "\(format.name)")
      if format == JSONReport.self { continue }
      #expect(with.contains("images/s of 1 worker on Sample CPU"), "\(format.name)")
      #expect(!without.lowercased().contains("speed"), "\(format.name)")
    }
  }

  @Test func everyReportSaysWhichArithmetic() {
    for format in Self.formats {
      let figure =
        format == JSONReport.self
        ? "\"arithmetic\": \"integer\"" : "on their codes, in exact sums (integer), by sample."
      #expect(Self.words(format, timed: false).contains(figure), "\(format.name)")
    }
    let result = EvaluationResult(
      model: "m.onnx", records: [], classNames: [],
      seconds: .init(decode: 0, inference: 0, total: 0), provenance: .sample(arithmetic: .float))
    #expect(result.text.contains("values that codes stand for (float), by sample"))
    #expect(result.json(records: []).contains("\"arithmetic\": \"float\",\n  \"provenance\""))
  }
}
