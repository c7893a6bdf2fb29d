import Foundation
import TestSupport
import Testing

@testable import CalibrantHarness

/// Labels that are not those of the model.
@Suite struct LabelFitTests {
  private func folders(_ names: [String]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for name in names { try folder.write(Data(), to: "images/\(name)/a.png") }
    return folder
  }

  private func findings(
    _ names: [String], classes: Int, labels: String? = nil
  ) throws -> [LabelFit.Finding] {
    let folder = try folders(names)
    let file = try labels.map { try folder.write(Data($0.utf8), to: "labels.txt") }
    let data = try ImageDataset.load(from: folder.file("images"), labels: file)
    return LabelFit(data, classes: classes).findings
  }

  @Test func saysNothingOfLabelsThatFit() throws {
    #expect(try findings(["a", "b", "c"], classes: 3).isEmpty)
    #expect(try findings(["c"], classes: 3, labels: "a\nb\nc\n").isEmpty)
    #expect(try findings((0..<10).map(String.init), classes: 10).isEmpty)
  }

  @Test func warnsOfFewerClassesThanScores() throws {
    let few = try findings(["a", "b"], classes: 12)
    #expect(few.map(\.isWrong) == [false] && few[0].text.contains("--labels"))
    let background = try findings(["a"], classes: 4, labels: "a\nb\nc\n")
    #expect(background.map(\.isWrong) == [false] && background[0].text.contains("background"))
  }

  @Test func refusesMoreClassesThanScores() throws {
    #expect(try findings(["a", "b", "c"], classes: 2).map(\.isWrong) == [true])
    #expect(try findings(["a"], classes: 2, labels: "a\nb\nc\n").map(\.isWrong) == [true])
  }

  @Test func seesNumbersInTheOrderOfText() throws {
    let names = (0..<12).map(String.init)
    #expect(try findings(names, classes: 12).map(\.kind) == [.order])
    #expect(try findings(names.map { "class\($0)" }, classes: 12).map(\.kind) == [.order])
    #expect(try findings(names.map { $0.count < 2 ? "0" + $0 : $0 }, classes: 12).isEmpty)
    // 0, 1, 10, 11, 2, … in the order of text.
    let order = NumberedNames.order(of: names.sorted())
    #expect(order == [0, 1, 10, 11, 2, 3, 4, 5, 6, 7, 8, 9])
    #expect(NumberedNames.order(of: ["a1", "b10", "b2"]) == nil)
  }

  private func manifest(_ labels: [String], classes: Int) throws -> [LabelFit.Finding] {
    let folder = try TemporaryFolder(["a.png": ""])
    let text = "path,label\n" + labels.map { "a.png,\($0)\n" }.joined()
    let data = try ImageDataset.load(from: folder.write(Data(text.utf8), to: "list.csv"))
    return LabelFit(data, classes: classes).findings
  }

  @Test func seesLabelsCountedFromOne() throws {
    let beyond = try manifest(["1", "2", "3"], classes: 3)
    #expect(beyond.map(\.isWrong) == [true] && beyond[0].text.contains("from 1"))
    #expect(try manifest(["1", "2", "3"], classes: 9).map(\.kind) == [.firstIndex])
    #expect(try manifest(["0", "2"], classes: 9).isEmpty)
    // As with a background class.
    #expect(try manifest(["1", "2", "3"], classes: 4).isEmpty)
    // Whole floats are indices.
    #expect(try manifest(["0.0", "2.0", "1"], classes: 3).isEmpty)
    #expect(try manifest(["cat", "dog"], classes: 5).map(\.kind) == [.count])
  }

  @Test func refusesAFolderAboveTheClassFolders() throws {
    for names in [["val/a", "val/b"], ["train/a", "test/b"], ["x/a", "x/b", "y/a", "y/b"]] {
      let folder = try folders(names)
      let top = names[0].prefix { $0 != "/" } == "train" ? "test" : names[0].prefix { $0 != "/" }
      #expect(
        throws: DatasetError.foldersOfFolders(
          path: folder.file("images"), folder: folder.file("images/\(top)"))
      ) { try ImageDataset.load(from: folder.file("images")) }
    }
    // Classes may have folders of their own.
    let deep = try folders(["cat/monday", "cat/friday", "dog/sunday"])
    #expect(try ImageDataset.load(from: deep.file("images")).classNames == ["cat", "dog"])
  }

  @Test func chanceNamesTheDoctor() {
    func text(_ correct: Int, _ count: Int, _ classes: Int) -> [String] {
      Chance.warnings(
        top1: Double(correct) / Double(count), Wilson.interval(successes: correct, count: count),
        classes: classes)
    }
    #expect(text(3, 36, 12).first?.contains("calibrant doctor") == true)
    #expect(text(6, 36, 12).count == 1 && text(520, 1000, 2).count == 1)
    #expect(text(12, 36, 12).isEmpty && text(1, 1, 4).isEmpty && text(600, 1000, 2).isEmpty)
  }
}

@Suite struct LabelFileTests {
  private func names(_ text: String, folders: [String]) throws -> ([String], [Int]) {
    let folder = try TemporaryFolder(["labels.txt": text])
    for name in folders { try folder.write(Data(), to: "images/\(name)/a.png") }
    let data = try ImageDataset.load(
      from: folder.file("images"), labels: folder.file("labels.txt"))
    return (data.classNames, data.samples.map(\.label))
  }

  @Test func wholeLinesComeBeforeFirstWords() throws {
    let (all, labels) = try names(
      "golden retriever\ngreat white shark\ngolden eagle\ngolden\n",
      folders: ["golden", "golden eagle", "golden retriever"])
    #expect(all == ["golden retriever", "great white shark", "golden eagle", "golden"])
    #expect(labels == [3, 2, 0])
    #expect(try names("hot dog\nice cream\n", folders: ["hot dog"]).0 == ["hot dog", "ice"])
  }

  @Test func thenWhatStandsBeforeACommaOrTab() throws {
    let (_, labels) = try names(
      "great grey owl, Strix\ngreat white shark\tfish\nn03 crane, bird\n",
      folders: ["great grey owl", "great white shark", "n03"])
    #expect(labels == [0, 1, 2])
  }

  @Test func severalClassesOfOneNameAreRefusedWhereItIsUsed() throws {
    let text = "crane\nmaillot\ncrane\nowl\n"
    #expect(try names(text, folders: ["owl"]).1 == [3])
    #expect(throws: DatasetError.self) { try names(text, folders: ["crane"]) }
    #expect(throws: DatasetError.self) { try names("sea lion\nsea cow\n", folders: ["sea"]) }
  }

  @Test func numbersAreIndicesWhereNoLineNamesThem() throws {
    #expect(try names("a\nb\nc\n", folders: ["0", "2"]).1 == [0, 2])
    #expect(throws: DatasetError.self) { try names("a\nb\nc\n", folders: ["3"]) }
  }

  @Test(arguments: [
    "[\"tench\", \"hot dog\", \"owl\"]", "{\"0\": \"tench\", \"2\": \"owl\", \"1\": \"hot dog\"}",
    "{\"id2label\": {\"0\": \"tench\", \"1\": \"hot dog\", \"2\": \"owl\"}, \"label2id\": {}}",
    "{\"tench\": 0, \"owl\": 2, \"hot dog\": 1}",
    "{\"0\": [\"n01\", \"tench\"], \"1\": \"hot dog\", \"2\": \"owl\"}",
    "[{\"id\": 2, \"name\": \"owl\"}, {\"id\": 0, \"name\": \"tench\"}, {\"id\": 1, \"name\": \"hot dog\"}]",
    "  {\"classes\": [\"tench\", \"hot dog\", \"owl\"]}",
  ])
  func listsAndMapsInJSON(text: String) throws {
    let (all, labels) = try names(text, folders: ["hot dog", "owl", "tench"])
    #expect(labels == [1, 2, 0] && all == ["tench", "hot dog", "owl"])
  }

  @Test(arguments: [
    "[1, 2]", "{\"a\": \"b\"}", "{\"0\": \"a\",", "{\"-1\": \"a\"}", "{\"100000\": \"a\"}",
    "{\"0\": \"a\", \"743370\": \"b\", \"74337\": \"c\"}", "{\"a\": 9223372036854775807}", "[]",
    "[{\"id\": 9999999, \"name\": \"a\"}]", "[{\"id\": 1.5, \"name\": \"a\"}]",
    "[{\"id\": 1, \"name\": \"a\"}, {\"id\": 1, \"name\": \"b\"}]", "{\"1\": \"a\", \"01\": \"b\"}",
  ])
  func jsonThatNamesNoClasses(text: String) throws {
    let folder = try TemporaryFolder(["labels.json": text])
    #expect(throws: DatasetError.self) { try LabelFile(contentsOf: folder.file("labels.json")) }
  }

  /// A list by index is as long as its highest index, of which ten times as many as there are names are for many classes.
  @Test func indicesLieNotFarBeyondTheNumberOfClasses() throws {
    let few = try TemporaryFolder(["labels.json": "{\"99999\": \"last\"}"])
    #expect(try LabelFile(contentsOf: few.file("labels.json")).names.count == 100_000)
    func text(_ highest: Int) -> String {
      let names = (0..<9_999).map { "\"c\($0)\": \($0)" } + ["\"last\": \(highest)"]
      return "{\(names.joined(separator: ","))}"
    }
    let many = try TemporaryFolder(["fits.json": text(100_000), "beyond.json": text(100_001)])
    #expect(try LabelFile(contentsOf: many.file("fits.json")).names.last == "last")
    let error = #expect(throws: DatasetError.self) {
      try LabelFile(contentsOf: many.file("beyond.json"))
    }
    #expect("\(error!)".contains("100001: a class index lies in 0...100000"))
  }
}
