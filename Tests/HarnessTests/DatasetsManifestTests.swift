import Foundation
import CalibrantHarness
import TestSupport
import Testing

@Suite struct DatasetsManifestTests {
  private func folder(_ manifest: String) throws -> TemporaryFolder {
    try TemporaryFolder([
      "list/set.csv": manifest, "list/a.png": "", "list/b, \"c\".png": "", "d.png": "",
      "labels.txt": "cat\ndog\n7\n",
    ])
  }

  @Test(arguments: ["Path,Label\n", "", "\u{FEFF}path,label,split\n"])
  func indicesAndQuotedPaths(header: String) throws {
    let folder = try folder(
      header + "a.png,2,train\r\n\r\n\"b, \"\"c\"\".png\",\"0\"\n../d.png, 1")
    let data = try ImageDataset.load(from: folder.file("list/set.csv"))
    #expect(data.samples.map(\.path) == ["a.png", "b, \"c\".png", "../d.png"])
    #expect(data.samples.map(\.label) == [2, 0, 1])
    #expect(data.classNames == ["0", "1", "2"])
    #expect(data.name == "set.csv")
    #expect(
      data.samples.allSatisfy { FileManager.default.fileExists(atPath: $0.absolutePath) })
  }

  @Test func namesAreSorted() throws {
    let folder = try folder("a.png,owl\n../d.png,Zebra\na.png,owl\n")
    let data = try ImageDataset.load(from: folder.file("list/set.csv"))
    #expect(data.classNames == ["Zebra", "owl"])
    #expect(data.samples.map(\.label) == [1, 0, 1])
  }

  @Test func labelFileKnowsNamesBeforeIndices() throws {
    let folder = try folder("a.png,dog\na.png,7\na.png,0\n")
    let data = try ImageDataset.load(
      from: folder.file("list/set.csv"), labels: folder.file("labels.txt"))
    #expect(data.samples.map(\.label) == [1, 2, 0])
    #expect(data.classNames == ["cat", "dog", "7"])
  }

  @Test func labelsAreNotNeededForCalibration() throws {
    let folder = try folder("path\na.png\n../d.png\n")
    let data = try ImageDataset.loadUnlabelled(from: folder.file("list/set.csv"))
    #expect(data.samples.map(\.path) == ["a.png", "../d.png"])
    #expect(data.samples.allSatisfy { $0.label == ImageSample.unlabelled })
  }

  @Test(arguments: [
    ("a.png,1\na.png\n", 2, "has no label; expected `path,label`"),
    ("path,label\na.png,\n", 2, "has no label; expected `path,label`"),
    (",1\n", 1, "has no path"),
    ("\n\"a.png,1\n", 2, "a quoted field is not closed"),
    ("\"a.png\"x,1\n", 1, "text follows the closing quote of a field"),
    ("\"a\nb\",1\na\"b.png,1\n", 3, "a quote stands inside a field that is not quoted"),
  ])
  func malformedLines(text: String, line: Int, reason: String) throws {
    let folder = try folder(text)
    let path = folder.file("list/set.csv")
    #expect(throws: DatasetError.malformedManifest(path: path, line: line, reason: reason)) {
      try ImageDataset.load(from: path)
    }
  }

  @Test func bytesThatAreNoText() throws {
    let folder = try folder("")
    let path = try folder.write(Data([0x61, 0x0A, 0xFF, 0xFE]), to: "list/set.csv")
    #expect(
      throws: DatasetError.malformedManifest(
        path: path, line: 2, reason: "a field is not UTF-8 text")
    ) { try ImageDataset.load(from: path) }
  }

  @Test(arguments: [
    ("a.png,0\na.png,x1\n", 2, "x1", false), ("a.png,-1\n", 1, "-1", false),
    ("a.png,3\na.png,100000\n", 2, "100000", false), ("a.png,cow\n", 1, "cow", true),
    ("a.png,3\n", 1, "3", true),
  ])
  func labelsThatMeanNothing(text: String, line: Int, label: String, hasLabels: Bool) throws {
    let folder = try folder(text)
    let path = folder.file("list/set.csv")
    let error = #expect(throws: DatasetError.self) {
      try ImageDataset.load(from: path, labels: hasLabels ? folder.file("labels.txt") : nil)
    }
    guard case .unknownLabel(path, line, label, _) = error else {
      Issue.record("unexpected error: \(String(describing: error))")
      return
    }
  }

  @Test func emptyListsAndMissingImages() throws {
    for text in ["", "path,label\n", "\n\n"] {
      let folder = try folder(text)
      let manifest = folder.file("list/set.csv")
      #expect(throws: DatasetError.emptyManifest(path: manifest)) {
        try ImageDataset.load(from: manifest)
      }
    }
    let folder = try folder("path,label\na.png,0\ngone.png,1\n")
    let manifest = folder.file("list/set.csv")
    #expect(
      throws: DatasetError.missingManifestImage(path: manifest, line: 3, image: "gone.png")
    ) { try ImageDataset.load(from: manifest) }
  }

  @Test(arguments: [
    "filename,class\na.png,1\n../d.png,0\n", ",image,target\n0,a.png,1\n1,../d.png,0\n",
    "id,label,file_name\n7,1,a.png\n8,0,../d.png\n",
    "Image Path,Category\na.png,1.0\n../d.png,0.0\n",
    "image,breed\na.png,1\n../d.png,0\n", "0,a.png,1\n1,../d.png,0\n", "1,a.png\n0,../d.png\n",
  ])
  func columnsOfOtherNamesAndPlaces(text: String) throws {
    let folder = try folder(text)
    let data = try ImageDataset.load(from: folder.file("list/set.csv"))
    #expect(data.samples.map(\.path) == ["a.png", "../d.png"])
    #expect(data.samples.map(\.label) == [1, 0])
  }

  @Test(arguments: [
    "{\"a.png\": 1, \"../d.png\": 0}", "[[\"../d.png\", 0], [\"a.png\", 1]]",
    "[{\"file\": \"../d.png\", \"label\": 0}, {\"file\": \"a.png\", \"label\": \"1\"}]",
    "{\"images\": [{\"image\": \"../d.png\", \"class\": 0.0}, {\"image\": \"a.png\", \"class\": 1}]}",
    "{\"a.png\": {\"label\": 1}, \"../d.png\": {\"label\": 0}}",
  ])
  func labelsAsJSON(text: String) throws {
    let folder = try folder("")
    try folder.write(Data(text.utf8), to: "list/set.json")
    let data = try ImageDataset.load(from: folder.file("list/set.json"))
    #expect(data.samples.map(\.path) == ["../d.png", "a.png"])
    #expect(data.samples.map(\.label) == [0, 1])
  }

  @Test(arguments: [
    "id,picture,width,kind\n1,a.png,5,0\n", "image,width,height\na.png,5,5\n",
  ])
  func theColumnsThatWereFoundAreSaid(text: String) throws {
    let folder = try folder(text)
    let error = #expect(throws: DatasetError.self) {
      try ImageDataset.load(from: folder.file("list/set.csv"))
    }
    let header = text.prefix { $0 != "\n" }.split(separator: ",").joined(separator: ", ")
    #expect("\(error!)".contains("columns found: \(header)"), "\(error!)")
  }

  @Test func absolutePathsAreSeenFromTheFolderTheyShare() throws {
    let folder = try TemporaryFolder(["x/1/a.png": "", "x/2/b.png": "", "list/c.png": ""])
    let rows = ["x/1/a.png", "x/2/b.png"].map { folder.file($0) + ",0\n" }.joined()
    let apart = try folder.write(Data(rows.utf8), to: "list/apart.csv")
    #expect(try ImageDataset.load(from: apart).samples.map(\.path) == ["1/a.png", "2/b.png"])
    let inside = try folder.write(
      Data((folder.file("list/c.png") + ",0\n").utf8), to: "list/inside.csv")
    #expect(try ImageDataset.load(from: inside).samples.map(\.path) == ["c.png"])
  }
}
