import Foundation
import TestSupport
import Testing

@testable import calibrant

/// Options from files and from the environment.
@Suite struct ConfiguredCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func defaults(
    _ arguments: [String], _ file: String? = nil, _ environment: [String: String] = [:]
  ) throws -> [String] {
    var arguments = arguments
    if let file {
      try folder.write(Data(file.utf8), to: "c.toml")
      arguments.insert("--config=\(folder.file("c.toml"))", at: 1)
    }
    return try ArgumentDefaults(for: arguments, in: environment)?.applied(to: arguments)
      ?? arguments
  }

  private static let file = """
    max-drop = 1
    images = "top/"
    predictions = "p.csv"
    [compare]
    images = "own/"
    model = "m.onnx"
    schemes = ["w8", "w4"]
    exclude = ["a", "b"]
    layer-bits = { conv1 = 8 }
    equalize = false
    ablation = false
    quiet = true
    [evaluate]
    images = "others/"
    """

  /// A command's own table goes before the top; options of other commands do not count.
  @Test func file() throws {
    let arguments = try defaults(["compare"], Self.file)
    #expect(
      arguments == [
        "compare", "m.onnx", "--images", "own/", "--schemes", "w8,w4", "--max-drop", "1",
        "--exclude", "a", "--exclude", "b", "--layer-bits", "conv1=8", "--no-equalize", "--quiet",
      ])
  }

  @Test func typedOverrulesVariablesOverruleFile() throws {
    let environment = [
      "CALIBRANT_MAX_DROP": "2", "CALIBRANT_SCHEMES": "w8a8", "CALIBRANT_EXCLUDE": "c,d",
      "CALIBRANT_QUIET": "0", "CALIBRANT_SEED": "", "CALIBRANT_KERNELS": "avx2",
    ]
    let arguments = try defaults(
      ["compare", "x.onnx", "--max-drop=3", "--equalize", "--", "-y"], Self.file, environment)
    #expect(
      arguments == [
        "compare", "--schemes", "w8a8", "--exclude", "c", "--exclude", "d", "--images", "own/",
        "--layer-bits", "conv1=8", "x.onnx", "--max-drop=3", "--equalize", "--", "-y",
      ])
  }

  @Test func variableNamesTheFile() throws {
    try folder.write(Data("jobs = 2".utf8), to: "c.toml")
    let arguments = try defaults(
      ["info", "m.onnx"], nil, ["CALIBRANT_CONFIG": folder.file("c.toml")])
    #expect(arguments == ["info", "m.onnx"])
    let diff = try defaults(
      ["diff", "a", "b"], nil, ["CALIBRANT_CONFIG": folder.file("c.toml")])
    #expect(diff == ["diff", "--jobs", "2", "a", "b"])
  }

  /// Nothing is read where there is nothing to read, or for help.
  @Test func none() throws {
    #expect(try ArgumentDefaults(for: ["compare", "m.onnx"], in: ["HOME": "/"]) == nil)
    #expect(try ArgumentDefaults(for: ["compare", "--help", "--config", "none"], in: [:]) == nil)
    #expect(try ArgumentDefaults(for: ["--help"], in: ["CALIBRANT_QUIET": "1"]) == nil)
  }

  @Test(arguments: [
    ("max-dorp = 1", "'max-dorp'; did you mean 'max-drop'?"),
    ("[comapre]\nseed = 1", "'comapre'; did you mean 'compare'?"),
    ("[compare]\nmodel = 1\nfolds = 2\n", "compare has no option 'folds'"),
    ("[quantize]\nmax-drop = 1", "quantize has no option 'max-drop'"),
    ("quiet = \"yes\"", "'quiet' is true or false"), ("seed = true", "'seed' takes"),
    ("config = \"d.toml\"", "'config'"), ("images = [[1]]", "'images' takes"),
  ])
  func refused(_ text: String, _ reason: String) throws {
    try folder.write(Data(text.utf8), to: "c.toml")
    try expectRefusal(
      ["compare", "m.onnx", "--config", "c.toml"], code: 64, naming: "c.toml", reason,
      leaving: folder)
  }

  @Test func resultsAreThoseOfTypedOptions() throws {
    let text = """
      images = "\(DemoFiles.test)"
      resize = "none"
      crop = "none"
      limit = 10
      no-timing = true
      """
    try folder.write(Data(text.utf8), to: "c.toml")
    let configured = try RunCalibrant.run(
      ["evaluate", DemoFiles.model, "--config", "c.toml", "--json", "-"], in: folder.path)
    let typed = try RunCalibrant.run(
      ["evaluate", DemoFiles.model, "--images", DemoFiles.test, "--limit", "10", "--no-timing"]
        + ["--json", "-"] + DemoFiles.asTheyAre, in: folder.path)
    #expect(configured.exitCode == 0 && configured.output == typed.output, "\(configured.errors)")
    try #expect(JSONDocument(configured.output)["count"].int == 10)
  }

  /// A command's arguments as a file give the same arguments again.
  @Test func replay() throws {
    let arguments = [
      "compare", "m x.onnx", "--images", "test/", "--calibration", "a=x.npy", "--calibration",
      "b=y.npy", "--max-drop=1.5", "--mean", "0.50,0.5,1", "--no-equalize", "--ablation", "--seed",
      "7", "-o", "out",
    ]
    let text = ResolvedOptions.toml(of: arguments)
    #expect(
      text == """
        [compare]
        model = "m x.onnx"
        images = "test/"
        calibration = ["a=x.npy", "b=y.npy"]
        max-drop = 1.5
        mean = "0.50,0.5,1"
        no-equalize = true
        ablation = true
        seed = 7
        o = "out"

        """)
    try folder.write(Data(text.utf8), to: "c.toml")
    let replayed = try defaults(["compare"], text)
    #expect(
      ResolvedOptions.toml(of: replayed).split(separator: "\n").sorted()
        == text.split(separator: "\n").sorted())
  }
}
