import Foundation
import CalibrantHarness
import TestSupport
import Testing

@Suite struct DatasetsFolderTests {
  @Test func classesAreTheSortedFolders() throws {
    let folder = try TemporaryFolder([
      "zebra/1.png": "z", "ant/b.jpg": "b", "ant/a": "a", "ant/deeper/c.txt": "c",
      "Bee/x.png": "x", "ant/.hidden": "", ".cache/y.png": "", "README.md": "",
    ])
    let data = try ImageDataset.load(from: folder.path + "/")
    #expect(data.classNames == ["Bee", "ant", "zebra"])
    #expect(
      data.samples.map(\.path) == [
        "Bee/x.png", "ant/a", "ant/b.jpg", "ant/deeper/c.txt", "zebra/1.png",
      ])
    #expect(data.samples.map(\.label) == [0, 1, 1, 1, 2])
    #expect(data.samples[0].absolutePath == folder.file("Bee/x.png"))
    #expect(data.name == URL(filePath: folder.path).lastPathComponent)
  }

  @Test func labelFileGivesTheIndices() throws {
    let folder = try TemporaryFolder([
      "images/n03/a.png": "", "images/n01/b.png": "",
      "labels.txt": "\u{FEFF}n01 tench, Tinca tinca\r\nn02 goldfish\r\nn03\r\n\r\n",
    ])
    let data = try ImageDataset.load(
      from: folder.file("images"), labels: folder.file("labels.txt"))
    #expect(data.classNames == ["n01", "n02", "n03"])
    #expect(data.samples.map(\.path) == ["n01/b.png", "n03/a.png"])
    #expect(data.samples.map(\.label) == [0, 2])
  }

  @Test func unlabelledFoldersAreReadAtAnyDepth() throws {
    let flat = try TemporaryFolder(["b.png": "", "a.jpg": "", "c/d/e.png": "", ".x": ""])
    let data = try ImageDataset.loadUnlabelled(from: flat.path)
    #expect(data.samples.map(\.path) == ["a.jpg", "b.png", "c/d/e.png"])
    #expect(data.samples.allSatisfy { $0.label == ImageSample.unlabelled })
    #expect(data.classNames.isEmpty)
  }

  @Test func linksAreFollowedButNotInCircles() throws {
    let folder = try TemporaryFolder(["real/a.png": "", "set/cat/b.png": ""])
    let files = FileManager.default
    try files.createSymbolicLink(
      atPath: folder.file("set/dog"), withDestinationPath: folder.file("real"))
    try files.createSymbolicLink(
      atPath: folder.file("set/cat/up"), withDestinationPath: folder.file("set"))
    let data = try ImageDataset.load(from: folder.file("set"))
    #expect(data.samples.map(\.path) == ["cat/b.png", "cat/up/dog/a.png", "dog/a.png"])
  }

  @Test func whatIsWrongWithAFolderIsSaid() throws {
    let folder = try TemporaryFolder([
      "flat/a.png": "", "part/cat/a.png": "", "labels.txt": "cat\n", "notes.txt": "",
      "set/bird/a.png": "",
    ])
    try folder.makeFolder("none")
    try folder.makeFolder("part/dog")
    let cases: [(String, String?, DatasetError)] = [
      ("gone", nil, .missing(path: folder.file("gone"))),
      ("none", nil, .emptyFolder(path: folder.file("none"))),
      ("flat", nil, .noClassFolders(path: folder.file("flat"))),
      ("part", nil, .emptyClassFolder(path: folder.file("part/dog"))),
      ("notes.txt", nil, .notAFolder(path: folder.file("notes.txt"))),
      (
        "set", "labels.txt",
        .unknownClassFolder(folder: folder.file("set/bird"), labels: folder.file("labels.txt"))
      ),
      ("set", "missing.txt", .missing(path: folder.file("missing.txt"))),
    ]
    for (data, labels, error) in cases {
      #expect(throws: error) {
        try ImageDataset.load(from: folder.file(data), labels: labels.map(folder.file))
      }
    }
    #expect(throws: DatasetError.emptyFolder(path: folder.file("none"))) {
      try ImageDataset.loadUnlabelled(from: folder.file("none"))
    }
    #expect(
      "\(DatasetError.emptyClassFolder(path: "set/dog"))"
        == "set/dog: the class folder has no images")
  }

  @Test func whatIsWrongWithALabelFileIsSaid() throws {
    let folder = try TemporaryFolder([
      "empty.txt": "\n \n", "gap.txt": "cat\n\ndog\n", "twice.txt": "cat\ndog\ncat\n",
      "twice/cat/a.png": "",
    ])
    let path = folder.file
    #expect(throws: DatasetError.emptyLabelFile(path: path("empty.txt"))) {
      try LabelFile(contentsOf: path("empty.txt"))
    }
    #expect(
      throws: DatasetError.malformedLabel(
        path: path("gap.txt"), line: 2, reason: "the line is blank")
    ) {
      try LabelFile(contentsOf: path("gap.txt"))
    }
    #expect(
      throws: DatasetError.malformedLabel(
        path: path("twice.txt"), line: 3, reason: "class 'cat' stands on line 1 already")
    ) {
      try ImageDataset.load(from: path("twice"), labels: path("twice.txt"))
    }
    let binary = try folder.write(Data([0xC3, 0x28, 0x0A]), to: "binary.txt")
    #expect(throws: DatasetError.notText(path: binary)) {
      try LabelFile(contentsOf: binary)
    }
  }
}

@Suite(.enabled(if: SharedData.isAvailable, "needs ../shared"))
struct DatasetsSharedDataTests {
  @Test func cifarTestImages() throws {
    let root = try #require(SharedData.root)
    let data = try ImageDataset.load(from: root + "/data/cifar10/test")
    #expect(data.count == 5000)
    #expect(data.classNames.count == 10)
    #expect(data.classNames.first == "airplane")
    #expect(data.samples.last?.label == 9)
  }

  @Test func imagenetByLabelFile() throws {
    let root = try #require(SharedData.root)
    let labels = root + "/data/imagenet-labels.txt"
    let data = try ImageDataset.load(from: root + "/data/imagenet/test", labels: labels)
    #expect(data.count == 400)
    #expect(data.classNames.count == 1000)
    for sample in data.samples {
      #expect(sample.path.hasPrefix(data.classNames[sample.label] + "/"))
    }
  }

  /// Coreutils' sha256sum finds no image in both sets either.
  @Test func calibrationAndTestImagesAreApart() throws {
    let root = try #require(SharedData.root) + "/data/imagenet/"
    func hashes(_ folder: String) throws -> [String] {
      try ImageDataset.loadUnlabelled(from: root + folder).samples.map {
        try ContentHash.sha256(ofFile: $0.absolutePath)
      }
    }
    let (calibration, test) = (try hashes("calibration"), try hashes("test"))
    #expect(Set(calibration).count == 100)
    #expect(Set(test).isDisjoint(with: calibration))
  }
}
