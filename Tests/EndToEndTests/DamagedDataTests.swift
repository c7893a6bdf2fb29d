import CalibrantEngine
import Foundation
import CalibrantHarness
import TestSupport
import Testing

/// Images, labels and arrays that cannot be used.
@Suite struct DamagedDataTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func expectEvaluateRefuses(
    _ images: String, _ options: [String] = [], code: Int32 = 65, naming culprit: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try expectRefusal(
      ["evaluate", DemoFiles.model, "--images", images, "--predictions", folder.file("p.csv")]
        + DemoFiles.asTheyAre + options,
      code: code, naming: culprit, leaving: folder, sourceLocation: sourceLocation)
  }

  private func expectCalibrateRefuses(
    _ data: String, code: Int32 = 65, naming culprit: String? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try expectRefusal(
      ["calibrate", DemoFiles.model, "--data", data, "-o", folder.file("out.onnx")]
        + ["--statistics", folder.file("seen.json")] + DemoFiles.asTheyAre,
      code: code, naming: culprit ?? data, leaving: folder, sourceLocation: sourceLocation)
  }

  @Test func missingFolder() throws {
    try expectEvaluateRefuses("nowhere", code: 66, naming: "nowhere")
    try expectCalibrateRefuses("nowhere", code: 66)
  }

  @Test func emptyFolder() throws {
    try folder.makeFolder("images")
    try expectEvaluateRefuses("images", naming: "images: the folder is empty")
    try expectCalibrateRefuses("images")
  }

  @Test func textNamedAsImage() throws {
    try folder.write(Data("hello".utf8), to: "images/disc/letter.jpg")
    try expectEvaluateRefuses("images", naming: "disc/letter.jpg")
    try expectCalibrateRefuses("images", naming: "disc/letter.jpg")
  }

  @Test func truncatedImage() throws {
    let whole = try DemoFiles.folder.bytes("test/disc/0001.jpg")
    try folder.write(whole.dropLast(whole.count / 2), to: "images/disc/half.jpg")
    try expectEvaluateRefuses("images", naming: "disc/half.jpg")
    try expectCalibrateRefuses("images", naming: "disc/half.jpg")
  }

  @Test func wrongImageSize() throws {
    try expectRefusal(
      [
        "evaluate", DemoFiles.model, "--images", DemoFiles.test, "--resize", "40", "--crop", "none",
      ],
      code: 65, naming: "0001.jpg", "40", "32", leaving: folder)
  }

  @Test func missingLabelFile() throws {
    try expectEvaluateRefuses(
      DemoFiles.test, ["--labels", "labels.txt"], code: 66, naming: "labels.txt")
  }

  @Test func labelFileOfOtherBytes() throws {
    try folder.write(Data([0xFF, 0xFE, 0x61, 0x00]), to: "labels.txt")
    try expectEvaluateRefuses(
      DemoFiles.test, ["--labels", "labels.txt"], naming: "labels.txt: it is not UTF-8 text")
  }

  @Test func classFolderWithoutLabel() throws {
    try folder.write(Data("disc\nring\n".utf8), to: "labels.txt")
    try expectEvaluateRefuses(DemoFiles.test, ["--labels", "labels.txt"], naming: "checker")
  }

  @Test func moreClassesThanScores() throws {
    let image = try DemoFiles.folder.bytes("test/disc/0001.jpg")
    for index in 10..<21 { try folder.write(image, to: "images/class\(index)/a.jpg") }
    try expectEvaluateRefuses("images", naming: "class20")
  }

  @Test func skippedImagesAreListed() throws {
    let image = try DemoFiles.folder.bytes("test/disc/0001.jpg")
    try folder.write(image, to: "images/disc/good.jpg")
    try folder.write(image.prefix(300), to: "images/disc/half.jpg")
    try folder.write(Data("hello".utf8), to: "images/ring/letter.png")
    let run = try RunCalibrant.run(
      ["evaluate", DemoFiles.model, "--images", "images", "--skip-unreadable", "--json", "-"]
        + DemoFiles.asTheyAre, in: folder.path)
    #expect(run.exitCode == 0, "\(run.errors)")
    let result = try JSONDocument(run.output)
    #expect(try result["count"].int == 1)
    #expect(try result["skipped"].int == 2)
    #expect(try result["skippedImages"].strings == ["disc/half.jpg", "ring/letter.png"])
  }

  // MARK: - Arrays

  private func writeArray(_ shape: Shape) throws -> Data {
    let data = NPYWriter.data([Float](repeating: 0.5, count: shape.elementCount), shape: shape)
    try folder.write(data, to: "x.npy")
    return data
  }

  @Test(arguments: [[2, 3, 16, 16], [3, 32, 32], [2, 1, 32, 32], [0, 3, 32, 32]])
  func wrongArrayShape(_ dims: [Int]) throws {
    _ = try writeArray(Shape(dims))
    try expectCalibrateRefuses("x.npy")
  }

  @Test(arguments: [1, 20_000]) func truncatedArray(missing: Int) throws {
    let whole = try writeArray([2, 3, 32, 32])
    try folder.write(whole.dropLast(missing), to: "x.npy")
    try expectCalibrateRefuses("x.npy")
  }

  @Test(arguments: ["<c8", "|O"]) func wrongArrayType(_ type: String) throws {
    var bytes = try writeArray([2, 3, 32, 32])
    let range = try #require(bytes.range(of: Data("'<f4'".utf8)))
    let padding = String(repeating: " ", count: 3 - type.count)
    bytes.replaceSubrange(range, with: Data("'\(type)'\(padding)".utf8))
    try folder.write(bytes, to: "x.npy")
    try expectRefusal(
      ["calibrate", DemoFiles.model, "--data", "x.npy", "-o", "out.onnx"], code: 65,
      naming: "x.npy", type, leaving: folder)
  }

  @Test func missingArray() throws { try expectCalibrateRefuses("x.npy", code: 66) }
}
