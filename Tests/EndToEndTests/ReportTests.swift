import Foundation
import CalibrantHarness
import CalibrantQuantization
import TestSupport
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Reports as files, and results of several runs held against each other or joined.
@Suite struct ReportTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func compare(
    _ options: [String], images: String? = nil, to report: String
  ) throws -> ProgramRun {
    try RunCalibrant.run(
      ["compare", DemoFiles.model, "--images", images ?? DemoFiles.test]
        + ["--calibration", DemoFiles.calibration, "-o", folder.file(report), "--quiet"]
        + DemoFiles.asTheyAre + options)
  }

  private func text(_ name: String) throws -> String {
    String(decoding: try folder.bytes(name), as: UTF8.self)
  }

  @Test func everyFormatHoldsTheSameComparison() throws {
    let run = try compare(
      ["--schemes", "w4,w8a8", "--methods", "minmax,auto", "--max-drop", "2"], to: "report")
    let report = try JSONDocument(text("report/report.json"))
    let verdict = try report["verdict"].string
    #expect(run.exitCode == ["pass": 0, "fail": 1, "inconclusive": 2][verdict])
    #expect(run.output.contains(verdict.uppercased()))
    for line in run.output.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    #expect(!run.output.contains("\u{1B}"), "colour where no terminal is")
    for arm in try report["arms"].elements where try arm["kind"].string == "activation-based" {
      try #expect(text("report/report.junit.xml").contains(arm["name"].string))
    }
    let advice = try report["ship"]["sentence"].string
    for name in ["report/report.md", "report/report.html", "report/report.junit.xml"] {
      try #expect(text(name).contains(advice.prefix(40)), "\(name)")
    }
    // Without activations to scale all methods give one file, which is kept once.
    let links = try ["minmax", "auto"].map { method in
      try FileManager.default.attributesOfItem(
        atPath: folder.file("report/models/w4-activation-based-\(method).onnx"))[.systemFileNumber]
        as? Int
    }
    #expect(links[0] != nil && links[0] == links[1])
    try #expect(text("report/report.html").contains("activation-based, any method"))
    // A pull request's comment holds 65,536 characters.
    try #expect(text("report/report.md").count < 65_536)
    let parser = XMLParser(data: try folder.bytes("report/report.junit.xml"))
    #expect(parser.parse())
    let lines = try text("report/records.csv").split(separator: "\n")
    try #expect(lines.count == 1 + report["arms"].elements.count * 30)
    for arm in try report["arms"].elements.dropFirst() {
      try #expect(!arm["layers"].elements.isEmpty)
    }
    for activation in try report["activations"].elements {
      try #expect(activation["candidates"].elements.count == StandardMethods.single.count)
      try #expect(!activation["chosen"].string.isEmpty)
    }
  }

  @Test func theSameComparisonHoldsTheSameRecords() throws {
    for jobs in ["1", "3"] {
      _ = try compare(["--schemes", "w4a8", "--jobs", jobs], to: "jobs\(jobs)")
    }
    try #expect(folder.bytes("jobs1/records.csv") == folder.bytes("jobs3/records.csv"))
    let (one, three) = (
      try JSONDocument(text("jobs1/report.json")), try JSONDocument(text("jobs3/report.json"))
    )
    for (a, b) in zip(try one["activations"].elements, try three["activations"].elements) {
      try #expect(a["chosen"].string == b["chosen"].string)
    }
    for (a, b) in zip(
      try one["arms"].elements.dropFirst(), try three["arms"].elements.dropFirst())
    {
      for (x, y) in zip(try a["layers"].elements, try b["layers"].elements) {
        try #expect(x["sqnr"].double == y["sqnr"].double)
      }
    }
  }

  @Test func sequentialStopsWhenSettled() throws {
    try DemoImages.write(to: URL(filePath: folder.path), split: .test, perClass: 12)
    let run = try compare(
      ["--schemes", "w8", "--max-drop", "60", "--sequential"], images: folder.file("test"),
      to: "report")
    #expect(run.exitCode == 0, "\(run.errors)")
    let report = try JSONDocument(text("report/report.json"))
    try #expect(report["sampling"].string == "sequential")
    try #expect(report["dataset"]["count"].int == 100)
    try #expect(report["dataset"]["available"].int == 120)
    #expect(run.output.contains("Stopped after 100 of 120 images"))
  }

  /// 1 bit a weight is worse beyond chance; a result against itself is not.
  @Test func diffTellsWorseFromNothing() throws {
    _ = try compare(["--schemes", "w2", "--per-tensor"], to: "report")
    let report = folder.file("report/report.json")
    let same = try RunCalibrant.run(["diff", report, report])
    #expect(same.exitCode == 0 && same.output.contains("No evidence of a difference"))
    for (model, name) in [
      (DemoFiles.model, "old.json"),
      (folder.file("report/models/w2-weight-based-plain.onnx"), "new.json"),
    ] {
      let run = try RunCalibrant.run(
        ["evaluate", model, "--images", DemoFiles.test, "--json", folder.file(name)]
          + DemoFiles.asTheyAre)
      #expect(run.exitCode == 0, "\(run.errors)")
    }
    let worse = try RunCalibrant.run(
      ["diff", folder.file("old.json"), folder.file("new.json"), "--json", "-"])
    #expect(worse.exitCode == 1, "\(worse.output)")
    let difference = try JSONDocument(worse.output)
    try #expect(difference["finding"].string == "worse" && difference["paired"].int == 30)
    let better = try RunCalibrant.run(
      ["diff", folder.file("new.json"), folder.file("old.json")])
    #expect(better.exitCode == 0 && better.output.contains("The new result is better"))
  }

  /// Every command with a result of images writes it in every format, and one that its options ask for is the same file.
  @Test func resultsBesidesComparisonsAreReports() throws {
    let made = try RunCalibrant.run(
      ["quantize", DemoFiles.model, "-o", folder.file("q.onnx"), "--bits", "2", "--per-tensor"])
    #expect(made.exitCode == 0, "\(made.errors)")
    let images = ["--quiet"] + DemoFiles.asTheyAre
    for (name, model) in [("float", DemoFiles.model), ("rounded", folder.file("q.onnx"))] {
      let run = try RunCalibrant.run(
        ["evaluate", model, "--images", DemoFiles.test, "-o", folder.file(name)]
          + ["--json", folder.file("\(name).json"), "--predictions", folder.file("\(name).csv")]
          + images)
      #expect(run.exitCode == 0, "\(run.errors)")
      try #expect(folder.bytes("\(name)/report.json") == folder.bytes("\(name).json"))
      try #expect(folder.bytes("\(name)/records.csv") == folder.bytes("\(name).csv"))
    }
    let inspected = try RunCalibrant.run(
      ["inspect", DemoFiles.model, folder.file("q.onnx"), "--data", DemoFiles.test]
        + ["-o", folder.file("layers"), "--html", folder.file("layers.html")] + images)
    #expect(inspected.exitCode == 0, "\(inspected.errors)")
    try #expect(folder.bytes("layers/report.html") == folder.bytes("layers.html"))
    let worse = try RunCalibrant.run(
      ["diff", folder.file("float/report.json"), folder.file("rounded/report.json")]
        + ["-o", folder.file("difference")])
    #expect(worse.exitCode == 1, "\(worse.errors)")
    try #expect(text("difference/report.md").contains("**WORSE** – The new result is worse."))
    try #expect(text("difference/report.junit.xml").contains("failures=\"1\""))
    for name in ["float", "rounded", "layers", "difference"] {
      let parser = XMLParser(data: try folder.bytes("\(name)/report.junit.xml"))
      #expect(parser.parse(), "\(name)")
      try #expect(text("\(name)/report.md").count < 65_536)
      let page = try text("\(name)/report.html")
      #expect(page.hasPrefix("<!DOCTYPE html>") && page.hasSuffix("</html>\n"))
      #expect(!page.contains("http") && !page.contains("<script"))
    }
    try #expect(text("layers/report.junit.xml").components(separatedBy: "<testcase").count > 3)
    #expect(!folder.entries.contains("difference/records.csv"))
  }

  /// A report's folder that holds what is compared is not written over.
  @Test func aDifferenceLeavesItsInputsAlone() throws {
    _ = try compare(["--schemes", "w8"], to: "report")
    let before = try folder.bytes("report/report.json")
    let report = folder.file("report/report.json")
    let run = try RunCalibrant.run(["diff", report, report, "-o", folder.file("report")])
    #expect(run.exitCode == 73 && run.errors.contains("it is the input"), "\(run.errors)")
    try #expect(folder.bytes("report/report.json") == before)
  }

  @Test func mergedStatisticsServeTheWholeSet() throws {
    // Five classes' images each.
    for file in DemoFiles.folder.entries.filter({
      $0.hasPrefix("calibration/") && $0.contains(".")
    }) {
      let half = file < "calibration/m" ? "a" : "b"
      try folder.write(DemoFiles.folder.bytes(file), to: "\(half)/\(file)")
    }
    func calibrate(_ data: String, _ statistics: String, _ output: String) throws {
      let run = try RunCalibrant.run(
        ["calibrate", DemoFiles.model, "--data", data, "-o", folder.file(output)]
          + ["--statistics", folder.file(statistics), "--quiet"] + DemoFiles.asTheyAre)
      #expect(run.exitCode == 0, "\(run.errors)")
    }
    try calibrate(folder.file("a"), "a.json", "a.onnx")
    try calibrate(folder.file("b"), "b.json", "b.onnx")
    let merged = try RunCalibrant.run([
      "merge", folder.file("b.json"), folder.file("a.json"), "--json", folder.file("all.json"),
    ])
    #expect(merged.exitCode == 0, "\(merged.errors)")
    #expect(merged.output.contains("10 samples"))
    try calibrate(DemoFiles.calibration, "all.json", "merged.onnx")
    try calibrate(DemoFiles.calibration, "whole.json", "whole.onnx")
    try #expect(folder.bytes("merged.onnx") == folder.bytes("whole.onnx"))
  }

  @Test func mergeRefusesTheSameTwice() throws {
    let result = folder.file("result.json")
    _ = try RunCalibrant.run(
      ["evaluate", DemoFiles.model, "--images", DemoFiles.test, "--json", result]
        + DemoFiles.asTheyAre)
    let run = try RunCalibrant.run(["merge", result, result])
    #expect(run.exitCode == 65 && run.output == "")
    #expect(run.errors.contains("would count twice"), "\(run.errors)")
  }

  @Test func reportsAreNoParts() throws {
    _ = try compare(["--schemes", "w8"], to: "report")
    let report = folder.file("report/report.json")
    let run = try RunCalibrant.run(["merge", report, report])
    #expect(run.exitCode == 65 && run.output == "")
    #expect(run.errors.contains("compare --shard"), "\(run.errors)")
  }
}
