import Foundation
import CalibrantONNXFormat
import TestSupport
import Testing

@Suite struct AtomicFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder(["old.txt": "a longer old text"]) }

  var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
  }

  @Test(arguments: ["old.txt", "new.txt"]) func writesAndReplaces(name: String) throws {
    try AtomicFile.write(Data("new".utf8), to: folder.file(name))
    #expect(try Data(contentsOf: URL(filePath: folder.file(name))) == Data("new".utf8))
    #expect(try names == Set(["old.txt", name]).sorted())
  }

  @Test func anEmptyFile() throws {
    try AtomicFile.write(Data(), to: folder.file("old.txt"))
    #expect(try Data(contentsOf: URL(filePath: folder.file("old.txt"))).isEmpty)
  }

  @Test func nothingIsLeftWhereTheTargetIsAFolder() throws {
    try folder.makeFolder("target")
    let error = #expect(throws: ModelError.self) {
      try AtomicFile.write(Data("x".utf8), to: folder.file("target"))
    }
    guard case .cannotWrite(path: folder.file("target"), _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(try names == ["old.txt", "target"])
  }

  @Test func aMissingFolder() throws {
    let path = folder.file("none/file.txt")
    #expect(throws: ModelError.cannotWrite(path: path, reason: "the folder does not exist")) {
      try AtomicFile.write(Data("x".utf8), to: path)
    }
    #expect(try names == ["old.txt"])
  }
}
