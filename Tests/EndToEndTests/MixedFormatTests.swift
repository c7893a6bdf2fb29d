import Foundation
import CalibrantImaging
import TestSupport
import Testing

/// A folder of several formats gives what the same pixels give as PNG.
@Suite struct MixedFormatTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func predictions(_ images: String) throws -> [String] {
    let table = folder.file("\(images).csv")
    let run = try RunCalibrant.run(
      ["evaluate", DemoFiles.model, "--images", folder.file(images), "--predictions", table]
        + DemoFiles.asTheyAre)
    #expect(run.exitCode == 0, "\(run.errors)")
    return try String(contentsOfFile: table, encoding: .utf8)
      .replacing(/\.(png|ppm|bmp|tif|jpg)/, with: "").split(separator: "\n").map(String.init)
  }

  @Test func aFolderOfSeveralFormats() throws {
    let names = DemoFiles.folder.entries.filter { $0.hasPrefix("test/") && $0.contains(".") }
    #expect(names.count == 30)
    for (index, name) in names.enumerated() {
      let image = try decodeImage(DemoFiles.folder.bytes(name))
      let stem = name.prefix { $0 != "." }.dropFirst("test".count)
      try folder.write(Data(try PNGEncoder().encode(image)), to: "same\(stem).png")
      // The name's ending says nothing: an uneven one is another format's.
      let (bytes, ending) = Self.encodings[index % Self.encodings.count]
      try folder.write(bytes(image), to: "mixed\(stem).\(index % 7 == 0 ? "jpg" : ending)")
    }
    let same = try predictions("same")
    #expect(same.count > names.count)
    #expect(try predictions("mixed") == same)
  }

  private static let encodings: [(@Sendable (ImageBuffer) -> Data, String)] = [
    (ppm, "ppm"), (bmp, "bmp"), (tiff, "tif"),
  ]

  @Sendable private static func ppm(_ image: ImageBuffer) -> Data {
    Data("P6\n\(image.width) \(image.height)\n255\n".utf8) + Data(image.pixels)
  }

  /// 24 bits, rows bottom to top.
  @Sendable private static func bmp(_ image: ImageBuffer) -> Data {
    let rows = stride(from: image.height - 1, through: 0, by: -1).map { y -> Data in
      let row = image.pixels[y * image.width * 3..<(y + 1) * image.width * 3]
      let swapped = stride(from: row.startIndex, to: row.endIndex, by: 3).flatMap { start in
        [row[start + 2], row[start + 1], row[start]]
      }
      return Data(swapped) + Data(count: (4 - swapped.count % 4) % 4)
    }
    let pixels = Data(rows.joined())
    return Data("BM".utf8) + long(54 + pixels.count) + long(0) + long(54) + long(40)
      + long(image.width) + long(image.height) + short(1) + short(24) + Data(count: 24) + pixels
  }

  /// One strip of RGB behind the directory.
  @Sendable private static func tiff(_ image: ImageBuffer) -> Data {
    let entries = [
      (256, image.width), (257, image.height), (258, 8), (259, 1), (262, 2), (273, 8 + 2 + 120 + 4),
      (277, 3), (278, image.height), (279, image.pixels.count), (284, 1),
    ]
    let directory = entries.map { short($0.0) + short(4) + long(1) + long($0.1) }
    return Data("II*\0".utf8) + long(8) + short(entries.count) + Data(directory.joined()) + long(0)
      + Data(image.pixels)
  }

  private static func short(_ value: Int) -> Data {
    withUnsafeBytes(of: UInt16(value).littleEndian) { Data($0) }
  }

  private static func long(_ value: Int) -> Data {
    withUnsafeBytes(of: UInt32(value).littleEndian) { Data($0) }
  }
}
