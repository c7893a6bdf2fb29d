import Foundation
import TestSupport
import Testing

@testable import CalibrantHarness

/// Configuration files, and names that are mistyped in them.
@Suite struct ConfigurationTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func entries(_ text: String, in name: String = "c.toml") throws
    -> [String: ConfigurationValue]
  {
    try folder.write(Data(text.utf8), to: name)
    return try ConfigurationFile(contentsOf: folder.file(name)).entries
  }

  private static let expected: [String: ConfigurationValue] = [
    "max-drop": .number("1"), "scale": .number("0.25"), "quiet": .flag(true),
    "images": .text("a \"b\" c"),
    "compare": .table([
      "schemes": .list([.text("w8"), .text("w4")]),
      "also": .table(["nncf": .text("n.onnx")]), "seed": .number("9007199254740993"),
    ]),
  ]

  @Test func toml() throws {
    let found = try entries(
      """
      # a comment
      max-drop = 1
      scale = 2.5e-1
      quiet = true
      images = 'a "b" c'
      [compare]
      schemes = ["w8", "w4"]
      also.nncf = "n.onnx"
      seed = 9_007_199_254_740_993
      """)
    #expect(found == Self.expected)
  }

  /// Every form that the grammar of options has.
  @Test func forms() throws {
    let found = try entries(
      "\u{FEFF}\r\n \"a b\" . c = -1 # d\r\nempty = [ # e\n ]\ntail = [\n 1, 2 # f\n , ]\n"
        + "long = \"\"\"\"g\"\n\\u00e9\"\"\"\"\"\nraw = '''h'\\'''\nnone = {}\n"
        + "[ i . 'j' ]\ntable = { k.l = [ { m = false } ] }\n\t[[n]]\no = +1E-2\n[[n]]")
    #expect(
      found == [
        "a b": .table(["c": .number("-1")]), "empty": .list([]),
        "tail": .list([.number("1"), .number("2")]), "long": .text("\"g\"\né\"\""),
        "raw": .text("h'\\"), "none": .table([:]),
        "i": .table([
          "j": .table(["table": .table(["k": .table(["l": .list([.table(["m": .flag(false)])])])])])
        ]),
        "n": .list([.table(["o": .number("0.01")]), .table([:])]),
      ])
  }

  @Test func json() throws {
    let found = try entries(
      """
      {"max-drop": 1, "scale": 0.25, "quiet": true, "images": "a \\"b\\" c",
       "compare": {"schemes": ["w8", "w4"], "also": {"nncf": "n.onnx"}, "seed": 9007199254740993}}
      """, in: "c.JSON")
    #expect(found == Self.expected)
  }

  @Test(arguments: [
    ("c.toml", "max-drop = ", "line 1"), ("c.toml", "a = 1\na = 2", "line 2"),
    ("c.toml", "b = '''\n'''\nday = 2026-01-01T:0000:00Z\n", "line 3"),
    ("c.toml", "a = 07:00", "'07:00'"),
    ("c.toml", "a = 0x1F", "'0x1F' is no decimal number"), ("c.toml", "a = é", "a value must"),
    ("c.toml", "a = [}", "a value must"), ("c.toml", "a = [,", "a value must"),
    ("c.toml", "a = [\n1,\n# b\n}]", "line 4: a value must"), ("c.toml", "a = [1 2]", "']' must"),
    ("c.toml", "a = { ]", "a name must"), ("c.toml", "a = { b = }", "a value must"),
    ("c.toml", "a = { b = 1, }", "a name must"), ("c.toml", "a = { b = 1 ]", "'}' must"),
    ("c.toml", "a = 1 b = 2", "the line must end"), ("c.toml", "a = yes", "'yes' is no decimal"),
    ("c.toml", "a 1", "'=' must"), ("c.toml", "[a", "']' must"),
    ("c.toml", "[a]]", "line must end"),
    ("c.toml", "\na = \"b\\\n\"", "line 2: a text begins"),
    ("c.toml", "a = " + String(repeating: "[", count: 10_000), "deep"),
    ("c.toml", "a = " + String(repeating: "{a=", count: 10_000), "deep"),
    ("c.toml", String(repeating: "a.", count: 20_000) + "a = 1", "deep"),
    (
      "c.toml", "\n[" + String(repeating: "a.", count: 20_000) + "a]",
      "line 2: no option takes tables"
    ),
    ("c.json", "{\"a\":" + String(repeating: "[", count: 100_000), "no JSON"),
    ("c.json", "{\"a\":" + String(repeating: "{\"a\":", count: 100_000), "no JSON"),
    ("c.toml", "a = 1\r\n [,\n", "line 2"), ("c.toml", "[[ \n", "line 1"),
    ("c.toml", "[[[a]]]", "line 1"),
    ("c.toml", "day = 2026-01-01", "'2026-01-01' is no decimal number"),
    ("c.toml", "a = \"\u{0}\"", "UTF-8"),
    ("c.json", "{\"a\": ", "no JSON"), ("c.json", "[1]", "no JSON"),
    ("c.json", "{\"a\": null}", "'a'"),
  ])
  func refused(_ name: String, _ text: String, _ reason: String) throws {
    let error = #expect(throws: HarnessError.self) { _ = try entries(text, in: name) }
    let text = try #require(error.map { "\($0)" })
    #expect(text.hasPrefix(folder.file(name)) && text.contains(reason), "\(text)")
    #expect(Failure(try #require(error)).exitCode == 65)
  }

  @Test func missing() {
    let error = #expect(throws: (any Error).self) {
      _ = try ConfigurationFile(contentsOf: folder.file("none.toml"))
    }
    #expect(error.map { Failure($0).exitCode } == 66)
  }

  @Test func whatOptionsTake() {
    #expect(ConfigurationValue.number("1").texts == ["1"])
    #expect(ConfigurationValue.list([.text("a"), .number("2")]).texts == ["a", "2"])
    #expect(
      ConfigurationValue.table(["b": .text("y"), "a": .number("4")]).texts == ["a=4", "b=y"])
    #expect(ConfigurationValue.flag(true).texts == nil)
    #expect(ConfigurationValue.list([.list([])]).texts == nil)
  }

  /// What is written reads back, whatever it holds.
  @Test func textReadsBack() throws {
    let options: [(name: String, value: ConfigurationValue)] = [
      ("model", .text("a\\b \"c\"\u{7F}\n日本")), ("max-drop", .number("1.5")),
      ("quiet", .flag(false)),
      ("exclude", .list([.text("conv*"), .text("fc")])),
      ("layer-bits", .table(["a.b": .number("4")])),
    ]
    let text = ConfigurationText.toml("compare", options)
    #expect(text.hasPrefix("[compare]\nmodel = "))
    let found = try entries(text)
    #expect(
      found == [
        "compare": .table(Dictionary(uniqueKeysWithValues: options.map { ($0.name, $0.value) }))
      ])
  }

  @Test(arguments: [
    ("comapre", "compare"), ("max-dorp", "max-drop"), ("Schemas", "schemes"), ("colour", "color"),
    ("entropi", "entropy"), ("xyz", nil), ("", nil),
  ])
  func nearest(_ typed: String, _ meant: String?) {
    let names = ["compare", "max-drop", "max-images", "schemes", "color", "entropy", "evaluate"]
    #expect(NearestName.of(typed, among: names) == meant)
  }

  /// By hand: optimal string alignment, where a swap is one change and no part is changed twice.
  @Test(arguments: [
    ("", "abc", 3), ("abc", "abc", 0), ("abc", "acb", 1), ("ca", "abc", 3),
    ("kitten", "sitting", 3),
  ])
  func distance(_ a: String, _ b: String, _ changes: Int) {
    #expect(NearestName.distance(Array(a), Array(b)) == changes)
    #expect(NearestName.distance(Array(b), Array(a)) == changes)
  }
}
