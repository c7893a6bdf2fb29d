import Foundation
import TestSupport
import Testing

/// Several models in one comparison.
@Suite struct CompareModelsTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for name in ["a.onnx", "b.ONNX"] {
      try folder.write(DemoFiles.folder.bytes("demo.onnx"), to: name)
    }
  }

  private let options =
    ["--images", DemoFiles.test, "--calibration", DemoFiles.calibration, "--schemes", "w8a8"]
    + ["--methods", "minmax", "--no-timing", "--quiet"] + DemoFiles.asTheyAre

  private func compare(_ arguments: [String], code: Int32 = 0) throws -> ProgramRun {
    let run = try RunCalibrant.run(["compare"] + arguments + options, in: folder.path)
    #expect(run.exitCode == code, "\(run.errors)")
    return run
  }

  @Test func eachIsComparedAsIfAlone() throws {
    let both = try compare(["a.onnx", "b.ONNX", "-o", "all"])
    for (model, name) in [("a.onnx", "a"), ("b.ONNX", "b")] {
      let alone = try compare([model, "-o", "alone-\(name)"])
      #expect(both.output.contains(alone.output))
      for file in ["report.json", "report.md", "report.html", "records.csv"] {
        try #expect(folder.bytes("all/\(name)/\(file)") == folder.bytes("alone-\(name)/\(file)"))
      }
    }
    let table = both.output.components(separatedBy: "\n").suffix(7)
    #expect(table.contains("a.onnx") && table.contains("b.ONNX"), "\(both.output)")
    #expect(table.filter { $0.contains("w8a8 ") && $0.contains("÷2.") }.count == 2)
    #expect(table.allSatisfy { $0.count <= 80 })
  }

  @Test func resultsAndWorstVerdict() throws {
    // Of 30 images nothing can be told.
    let inconclusive = try compare(
      ["a.onnx", "b.ONNX", "--max-drop", "1", "--results", "r.csv", "--json", "-"], code: 2)
    let reports = try JSONDocument(inconclusive.output)["models"].elements
    try #expect(reports.map { try $0["model"]["name"].string } == ["a.onnx", "b.ONNX"])
    _ = try compare(["a.onnx", "--max-drop", "60", "--results", "r.csv", "-o", "one"])
    let rows = try String(decoding: folder.bytes("r.csv"), as: UTF8.self)
      .split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    #expect(rows.count == 4)
    #expect(
      rows[0].joined(separator: ",")
        == "model,sha256,arm,file,bytes,compression,metric,value,drop,dropLower,dropUpper,verdict,version"
    )
    #expect(rows[1...].map { $0[0] } == ["a.onnx", "b.ONNX", "a.onnx"])
    #expect(rows[1...].map { $0[11] } == ["inconclusive", "inconclusive", "pass"])
    #expect(rows[1][3] == "")
    let file = String(rows[3][3])
    try #expect("\(folder.bytes(file).count)" == rows[3][4])
    let report = try JSONDocument(String(decoding: folder.bytes("one/report.json"), as: UTF8.self))
    try #expect(rows[3][1] == Substring(report["model"]["sha256"].string))
    let arm = try #require(report["arms"].elements.first { try $0["name"].string == rows[3][2] })
    let interval = try arm["dropInterval"].elements
    for (place, value) in try [
      (7, arm["top1"].double), (8, arm["drop"].double), (9, interval[0].double),
      (10, interval[1].double),
    ] {
      let number = try #require(Double(rows[3][place]))
      #expect(abs(number - value) < 1e-12)
    }
  }

  /// Others are compared all the same, and the exit code is that of the error.
  @Test func oneThatCannotRun() throws {
    try TinyModels.addRelu(bias: [1, -2, 3]).write(to: folder.file("c.onnx"))
    let run = try compare(["c.onnx", "a.onnx", "--results", "r.csv"], code: 65)
    #expect(run.errors.hasPrefix("calibrant: c.onnx: "), "\(run.errors)")
    #expect(run.output.contains("c.onnx\n  failed"))
    let rows = try String(decoding: folder.bytes("r.csv"), as: UTF8.self).split(separator: "\n")
    #expect(rows[1].hasPrefix("c.onnx,,,,,,,,,,,error,"))
    #expect(rows[2].hasPrefix("a.onnx,"))
  }

  @Test func listInAFile() throws {
    try folder.write(Data("model = [\"a.onnx\", \"b.ONNX\"]\no = \"all\"".utf8), to: "c.toml")
    _ = try compare(["--config", "c.toml"])
    #expect(folder.entries.contains("all/a/report.json") && folder.entries.contains("all/b/models"))
  }

  @Test func refused() throws {
    try folder.write(Data("other,columns\n".utf8), to: "r.csv")
    try folder.write(DemoFiles.folder.bytes("demo.onnx"), to: "sub/a.onnx")
    for (arguments, code, reason) in [
      (["a.onnx", "none.onnx"], 66, "none.onnx"), (["a.onnx", "--results", "r.csv"], 65, "r.csv"),
      (["a.onnx", "b.ONNX", "--results", "r.csv"], 65, "r.csv"),
      (["a.onnx", "sub/a.onnx", "-o", "all"], 64, "'a'"),
      (["a.onnx", "b.ONNX", "--statistics", "s.json"], 64, "--statistics"),
      (["a.onnx", "b.ONNX", "--make-only", "-o", "all"], 64, "--make-only"),
      (["a.onnx", "--make-only", "-o", "all", "--results", "n.csv"], 64, "--results"),
      (["a.onnx", "b.ONNX", "--also", "x=a.onnx"], 64, "--also"),
      (["a.onnx", "--results", "missing/r.csv"], 73, "missing/r.csv"),
      (["a.onnx", "--results", "a.onnx"], 65, "a.onnx"),
    ] as [([String], Int32, String)] {
      try expectRefusal(
        ["compare"] + arguments + options, code: code, naming: reason, leaving: folder)
    }
  }

  @Test func fullDisk() throws {
    let run = try compare(["a.onnx", "--results", "/dev/full"], code: 73)
    #expect(run.errors.hasPrefix("calibrant: cannot write /dev/full: "), "\(run.errors)")
  }

  /// A line that was cut short by an editor is not joined to the next.
  @Test func lastLineWithoutEnd() throws {
    _ = try compare(["a.onnx", "--results", "r.csv"])
    let text = try String(decoding: folder.bytes("r.csv"), as: UTF8.self)
    try folder.write(Data(text.dropLast().utf8), to: "r.csv")
    _ = try compare(["a.onnx", "--results", "r.csv"])
    let row = text.split(separator: "\n")[1]
    try #expect(String(decoding: folder.bytes("r.csv"), as: UTF8.self) == text + row + "\n")
  }
}
