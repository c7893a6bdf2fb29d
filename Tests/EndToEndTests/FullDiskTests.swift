import Foundation
import TestSupport
import Testing

/// A disk that runs full: the write fails with its reason, and leaves nothing behind.
@Suite(.enabled(if: SmallDisk.canBeMounted, "needs the right to mount a file system"))
struct FullDiskTests {
  @Test func demo() throws {
    let disk = try SmallDisk(kilobytes: 300)
    let run = try RunCalibrant.run(["demo", "-o", disk.file("demo"), "--quiet"])
    #expect(run.exitCode == 73)
    #expect(run.errors.hasPrefix("calibrant: cannot write \(disk.file("demo/"))"), "\(run.errors)")
    let model = try disk.bytes("demo/demo.onnx")
    try #expect(model == DemoFiles.folder.bytes("demo.onnx"))
    let images = disk.entries.filter {
      $0.hasPrefix("demo/test/") && $0.split(separator: "/").count == 4
    }
    #expect(images.allSatisfy { $0.hasSuffix(".jpg") || $0.hasSuffix(".png") }, "\(images)")
    for image in images { try #expect(!disk.bytes(image).isEmpty) }
  }

  @Test func nothingIsLeftBehind() throws {
    let disk = try SmallDisk(kilobytes: 16)
    let elsewhere = try TemporaryFolder()
    let images = ["--images", DemoFiles.test, "--limit", "10"] + DemoFiles.asTheyAre
    let calibration = DemoFiles.asTheyAre + ["--quiet"]
    for arguments in [
      ["quantize", DemoFiles.model, "-o", disk.file("q.onnx")],
      ["calibrate", DemoFiles.model, "--data", DemoFiles.calibration, "-o", disk.file("q.onnx")]
        + calibration,
      [
        "calibrate", DemoFiles.model, "--data", DemoFiles.calibration, "-o",
        elsewhere.file("q.onnx"),
      ]
        + ["--statistics", disk.file("seen.json")] + calibration,
      ["compare", DemoFiles.model, "--calibration", DemoFiles.calibration, "--schemes", "w8"]
        + ["-o", disk.file("report"), "--quiet"] + images,
    ] {
      let run = try RunCalibrant.run(arguments)
      #expect(run.exitCode == 73, "\(arguments): \(run.errors)")
      #expect(run.errors.hasPrefix("calibrant: cannot write"), "\(run.errors)")
      #expect(run.output == "")
      #expect(disk.entries == [])
      #expect(elsewhere.entries == [])
    }
  }
}

/// A file system in memory, mounted as long as the value lives.
private final class SmallDisk {
  private let folder: TemporaryFolder

  init(kilobytes: Int) throws {
    folder = try TemporaryFolder()
    try #require(Self.mount(folder.path, kilobytes))
  }

  deinit { umount2(folder.path, Int32(MNT_DETACH)) }

  static let canBeMounted: Bool = {
    guard let folder = try? TemporaryFolder(), mount(folder.path, 16) else { return false }
    umount2(folder.path, Int32(MNT_DETACH))
    return true
  }()

  private static func mount(_ path: String, _ kilobytes: Int) -> Bool {
    Glibc.mount("tmpfs", path, "tmpfs", 0, "size=\(kilobytes)k") == 0
  }

  var entries: [String] { folder.entries }

  func file(_ name: String) -> String { folder.file(name) }

  func bytes(_ name: String) throws -> Data { try folder.bytes(name) }
}
