import Foundation
import TestSupport
import Testing

@testable import CalibrantTasks

@Suite struct YOLOLabelTests {
  @Test(arguments: ["names: [cat, dog]\nnc: 2", "names:\n  0: cat\n  1: dog"])
  func filesBesideImages(names: String) throws {
    let folder = try TemporaryFolder([
      "data.yaml": "path: set\ntrain: images/train\nval: images/val\n" + names,
      "set/images/val/b.png": "", "set/images/val/deep/a.JPG": "", "set/images/val/note.md": "",
      "set/images/train/c.png": "",
      "set/labels/val/b.txt":
        "\u{FEFF}1 0.5 0.5 0.25 0.5\r\n1 0.5 0.5 0.25 0.5\n\n0 0.1 0.2 0.3 0.2 0.3 0.6 0.1 0.6\n",
    ])
    let labels = try YOLOLabels.read(folder.file("data.yaml"))
    #expect(labels.categories == ["cat", "dog"])
    let root = folder.file("set/images/val")
    #expect(labels.images.map(\.path) == [root + "/b.png", root + "/deep/a.JPG"])
    let truths = labels.images[0].truths(width: 200, height: 100)
    #expect(truths.map(\.category) == [1, 0])
    #expect(truths[0].box == Box(x: 75, y: 25, width: 50, height: 50))
    #expect(truths[0].area == 2500)
    let outline = truths[1].box
    #expect(abs(outline.x - 20) < 1e-9 && abs(outline.y - 20) < 1e-9)
    #expect(abs(outline.width - 40) < 1e-9 && abs(outline.height - 40) < 1e-9)
    #expect(labels.images[1].truths(width: 200, height: 100) == [])
  }

  @Test func imagesAreListedOrInSeveralFoldersOrWhereRoboflowMeans() throws {
    let folder = try TemporaryFolder([
      "list.yaml": "val: val.txt\nnames: [a]", "val.txt": "./images/x.png\nimages/y.png\n",
      "two.yaml": "val: [one/images, two/images]\nnames: [a]",
      "roboflow.yaml": "val: ../one/images\nnames: [a]",
      "one/images/x.png": "", "two/images/y.png": "",
    ])
    func paths(_ name: String) throws -> [String] {
      try YOLOLabels.read(folder.file(name)).images.map(\.path)
    }
    #expect(try paths("list.yaml") == [folder.file("images/x.png"), folder.file("images/y.png")])
    #expect(
      try paths("two.yaml") == [folder.file("one/images/x.png"), folder.file("two/images/y.png")])
    #expect(try paths("roboflow.yaml") == [folder.file("one/images/x.png")])
  }

  @Test(arguments: [
    ("", "not YAML"),
    ("- a", "not YAML of keys"),
    ("a: [", "not YAML"),
    ("val: images", "names is missing"),
    ("names: [a]", "val is missing"),
    ("val: images\nnames: []", "names"),
    ("val: images\nnames: 3", "names 3 is not a list or a mapping"),
    ("val: images\nnames: {0: a, 2: b}", "a name for each of 0...1"),
    ("val: images\nnames: {0: a, 0: b}", "YAML"),
    ("val: images\nnames: [a]\nnc: 2", "nc 2 is not the number of names, 1"),
    ("val: images\nnames: [a]\nnc: 99999999999999999999", "nc"),
    ("val: {a: b}\nnames: [a]", "val"),
    ("val: nowhere\nnames: [a]", "no folder"),
    (String(repeating: "- ", count: 100_000), "not YAML"),
    (String(repeating: "[", count: 100_000), "not YAML"),
  ])
  func badDataFilesAreRefused(text: String, message: String) throws {
    let folder = try TemporaryFolder(["data.yaml": text])
    let error = #expect(throws: BoxLabelError.self) {
      try YOLOLabels.read(folder.file("data.yaml"))
    }
    let description = try #require(error).description
    #expect(description.hasPrefix(folder.path) && description.contains(message), "\(description)")
  }

  /// Aliases of aliases as a key, which comparing would take for ever.
  @Test func aliasesThatStandForTooMuchAreRefused() throws {
    var text = "a0: &a0 [x, x]\n"
    for level in 1..<40 { text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
    let folder = try TemporaryFolder(["data.yaml": text + "? *a39\n: 1\n? *a39\n: 2\n"])
    let error = #expect(throws: BoxLabelError.self) {
      try YOLOLabels.read(folder.file("data.yaml"))
    }
    #expect(try #require(error).description.contains("aliases"))
  }

  @Test(arguments: [
    ("0 0.5 0.5 0.1", "line 1: a line of 4 numbers"),
    ("0 0.5 0.5 0.1 0.1\n0 0.5 0.5 0.1 x", "line 2: value \"x\" is not a number"),
    ("0 nan 0.5 0.1 0.1", "line 1: value \"nan\""),
    ("0 1e999 0.5 0.1 0.1", "line 1"),
    ("0 320 240 50 50", "in shares of the image's sides"),
    ("0 0.5 0.5 -0.005 0.1", "of sides 0 or more"),
    ("2 0.5 0.5 0.1 0.1", "class 2 is not one of the classes 0...1"),
    ("0.5 0.5 0.5 0.1 0.1", "class 0.5"),
    ("-1 0.5 0.5 0.1 0.1", "class -1"),
    ("1e300 0.5 0.5 0.1 0.1", "class 1e300"),
  ])
  func badLinesAreRefused(text: String, message: String) throws {
    let folder = try TemporaryFolder(["a.txt": text])
    let error = #expect(throws: BoxLabelError.self) {
      try YOLOLabels.boxes(folder.file("a.txt"), classes: 2)
    }
    let description = try #require(error).description
    #expect(description.hasPrefix(folder.file("a.txt")) && description.contains(message))
  }
}
