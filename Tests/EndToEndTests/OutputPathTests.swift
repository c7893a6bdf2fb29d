import Foundation
import TestSupport
import Testing

/// What outputs may take the place of, and what not.
@Suite struct OutputPathTests {
  private let folder: TemporaryFolder
  private let model: Data
  private let quantized: Data

  init() throws {
    folder = try TemporaryFolder()
    model = try DemoFiles.folder.bytes("demo.onnx")
    try folder.write(model, to: "m.onnx")
    let run = try RunCalibrant.run(
      ["quantize", DemoFiles.model, "-o", folder.file("expected.onnx"), "--quiet"])
    #expect(run.exitCode == 0, "\(run.errors)")
    quantized = try folder.bytes("expected.onnx")
  }

  private func shell(_ line: String) throws -> ProgramRun {
    try RunCalibrant.shell(line, in: folder.path)
  }

  // MARK: - Devices, pipes, links

  @Test func standardOutputCarriesTheFileAlone() throws {
    for path in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
      #expect(try shell("calibrant quantize m.onnx -o \(path) > q.onnx").exitCode == 0)
      try #expect(folder.bytes("q.onnx") == quantized, "\(path)")
      #expect(try shell("calibrant quantize m.onnx -o \(path) | cat > q.onnx").exitCode == 0)
      try #expect(folder.bytes("q.onnx") == quantized, "\(path)")
    }
    #expect(try shell("calibrant quantize m.onnx -o >(cat > q.onnx); wait").exitCode == 0)
    try #expect(folder.bytes("q.onnx") == quantized)
  }

  @Test func devicesAndPipesStay() throws {
    let run = try shell(
      "mkfifo p; cat p > q.onnx & calibrant quantize m.onnx -o p && wait && test -p p"
        + " && calibrant quantize m.onnx -o /dev/null && test -c /dev/null")
    #expect(run.exitCode == 0, "\(run.errors)")
    try #expect(folder.bytes("q.onnx") == quantized)
  }

  @Test(.enabled(if: geteuid() == 0, "only the superuser can become somebody else"))
  func devicesNeedNoRightOnTheirFolder() throws {
    let run = try shell(
      "chmod 755 . && setpriv --reuid 65534 --clear-groups \(RunCalibrant.program!.path) quantize"
        + " m.onnx -o /dev/null --json /dev/null")
    #expect(run.exitCode == 0, "\(run.errors)")
  }

  @Test func linksStayAndTheirTargetsAreReplaced() throws {
    try folder.makeFolder("elsewhere")
    let run = try shell(
      "echo old > elsewhere/old.onnx; chmod 600 elsewhere/old.onnx; ln -s elsewhere/old.onnx a.onnx;"
        + "ln -s elsewhere/new.onnx b.onnx; ln -s a.onnx c.onnx;"
        + "calibrant quantize m.onnx -o c.onnx && calibrant quantize m.onnx -o b.onnx"
        + " && test -L a.onnx -a -L b.onnx -a -L c.onnx && stat -c %a elsewhere/old.onnx")
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(run.output.hasSuffix("\n600\n"), "permissions stay")
    try #expect(folder.bytes("elsewhere/old.onnx") == quantized)
    try #expect(folder.bytes("elsewhere/new.onnx") == quantized)
  }

  @Test(arguments: ["d", "d/", "l", ".", "loop", ""]) func noFolderIsReplaced(_ path: String) throws
  {
    try folder.makeFolder("d")
    let run = try shell(
      "ln -s d l; ln -s loop loop; calibrant quantize m.onnx -o '\(path)' --json j.json; c=$?;"
        + "test -d d -a -L l || exit 1; exit $c")
    #expect(run.exitCode == 73, "\(run.errors)")
    #expect(run.errors.hasPrefix("calibrant: cannot write \(path): "), "\(run.errors)")
  }

  // MARK: - Inputs and other outputs

  /// Every name of an input: a roundabout one, a link, a hard link.
  @Test(arguments: ["./d/../m.onnx", "soft.onnx", "hard.onnx"])
  func inputsAreNoOutputs(byName output: String) throws {
    try folder.makeFolder("d")
    let run = try shell(
      "ln -s m.onnx soft.onnx; ln m.onnx hard.onnx; calibrant quantize m.onnx -o \(output)")
    try expectRefusal(run, of: output)
  }

  private static let images = "\(DemoFiles.test) --resize none --crop none"
  private static let data = "--data \(DemoFiles.calibration)"

  @Test(arguments: [
    "quantize m.onnx -o m.onnx", "quantize m.onnx -o q.onnx --json m.onnx",
    "info m.onnx --json m.onnx", "validate \(DemoFiles.model) m.onnx --json m.onnx",
    "calibrate m.onnx \(data) -o m.onnx",
    "calibrate m.onnx \(data) -o q.onnx --statistics m.onnx",
    "evaluate m.onnx --images \(images) --json m.onnx",
    "evaluate m.onnx --images \(images) --predictions m.onnx",
    "evaluate \(DemoFiles.model) --images \(images) --labels m.onnx --predictions m.onnx",
    "compare m.onnx --images \(images) --calibration \(DemoFiles.calibration) --json m.onnx",
    "inspect m.onnx expected.onnx --data \(images) --html m.onnx",
    "doctor m.onnx --images \(images) --json m.onnx",
    "bench m.onnx --save m.onnx", "bench \(DemoFiles.model) --against m.onnx --save m.onnx",
    "diff m.onnx expected.onnx --json m.onnx", "merge expected.onnx m.onnx --json m.onnx",
    "check \(DemoFiles.test) --must-pass m.onnx --json m.onnx",
  ])
  func inputsAreNoOutputs(of command: String) throws {
    try expectRefusal(try shell("calibrant \(command)"), of: "m.onnx")
  }

  private func expectRefusal(_ run: ProgramRun, of output: String) throws {
    #expect(run.exitCode == 73)
    #expect(
      run.errors.hasPrefix("calibrant: cannot write \(output): it is the input "), "\(run.errors)")
    try #expect(folder.bytes("m.onnx") == model)
  }

  /// Images of a folder, external data, and the files of an earlier report are inputs, too.
  @Test func partsOfInputsAreNoOutputs() throws {
    let image = try DemoFiles.folder.bytes("test/cross/0001.jpg")
    try folder.write(image, to: "images/cross/1.jpg")
    try folder.write(Data("path,label\nimages/cross/1.jpg,0\n".utf8), to: "list.csv")
    for images in ["images", "list.csv"] {
      let run = try shell(
        "calibrant evaluate m.onnx --images \(images) --json images/cross/1.jpg --quiet")
      #expect(run.exitCode == 73, "\(run.errors)")
      try #expect(folder.bytes("images/cross/1.jpg") == image)
    }
    try folder.write(model, to: "report/models/w8.onnx")
    let run = try shell(
      "calibrant compare report/models/w8.onnx --images images --calibration images -o report")
    #expect(run.exitCode == 73, "\(run.errors)")
    #expect(run.errors.contains("report/models/w8.onnx"), "\(run.errors)")
  }

  @Test(arguments: ["new.json", "m.json"]) func outputsDiffer(_ path: String) throws {
    try folder.write(Data("{}".utf8), to: "m.json")
    let other = "./" + path
    let images = "\(DemoFiles.test) --resize none --crop none"
    for command in [
      "quantize m.onnx -o \(path) --json \(other)",
      "evaluate m.onnx --images \(images) --predictions \(path) --json \(other)",
      "calibrate m.onnx --data \(DemoFiles.calibration) -o \(path) --statistics \(other)",
      "inspect m.onnx expected.onnx --data \(images) --html \(path) --json \(other)",
      "bench m.onnx --save \(path) --json \(other)",
      "quantize m.onnx -o /dev/stdout --json -",
    ] {
      let run = try shell("calibrant \(command) --quiet")
      #expect(run.exitCode == 73, "\(command): \(run.errors)")
      try #expect(folder.bytes("m.json") == Data("{}".utf8))
      #expect(!folder.entries.contains("new.json"))
    }
  }

  /// Names that become the same file's.
  @Test func outputsOfRunDiffer() throws {
    try TinyModels.addRelu(bias: [1]).write(to: folder.file("r.onnx"))
    try folder.write(TinyModels.array([1], "(1, 1)"), to: "y.npy")
    let run = try shell("calibrant run r.onnx --input x=y.npy --quiet")
    #expect(run.exitCode == 73, "\(run.errors)")
    #expect(run.errors.hasSuffix("y.npy: it is the input y.npy\n"), "\(run.errors)")
    #expect(try shell("calibrant run r.onnx --input x=y.npy --output-dir o --tap y").exitCode == 0)
  }

  // MARK: - Leftovers

  @Test func leftoversOfKilledRunsGo() throws {
    try folder.write(Data("half".utf8), to: ".calibrant-1-1.partial")
    let run = try shell(
      "exec 3<>.calibrant-2-1.partial; flock 3; calibrant quantize m.onnx -o q.onnx")
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(
      folder.entries == [".calibrant-2-1.partial", "expected.onnx", "m.onnx", "q.onnx"],
      "a run that still writes keeps its file")
  }
}
