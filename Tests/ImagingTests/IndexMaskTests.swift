import Foundation
import CalibrantImaging
import Testing

/// Masks of class indices, each pixel what was stored (`Fixtures/make_masks.py`).
struct IndexMaskTests {
  struct Entry: Decodable {
    let name: String
    let bytes: Data
    let width: Int?
    let height: Int?
    let indices: [UInt8]?
    let kind: String?
  }

  private static func entries() throws -> [Entry] {
    try JSONDecoder().decode([Entry].self, from: Fixture.data("masks.json"))
  }

  private func mask(_ bytes: Data) throws(ImagingError) -> IndexMask {
    let result = bytes.withUnsafeBytes { bytes in
      Result { () throws(ImagingError) in try IndexMask(bytes) }
    }
    return try result.get()
  }

  @Test func indicesAreThoseStored() throws {
    for entry in try Self.entries() where entry.kind == nil {
      let mask = try mask(entry.bytes)
      #expect(mask.width == entry.width && mask.height == entry.height, "\(entry.name)")
      #expect(mask.indices == entry.indices, "\(entry.name)")
    }
  }

  @Test func otherImagesAreNoMasks() throws {
    for entry in try Self.entries() {
      guard let kind = entry.kind else { continue }
      #expect(throws: ImagingError.noIndices(kind: kind), "\(entry.name)") {
        try mask(entry.bytes)
      }
    }
  }

  @Test func damageIsNamed() throws {
    let whole = try #require(try Self.entries().first { $0.name == "palette_8" }).bytes
    let cut = whole.prefix(whole.count - 40)
    #expect(throws: ImagingError.damaged(format: "PNG", reason: "premature end of PNG file")) {
      try mask(cut)
    }
    #expect(throws: ImagingError.self) { try mask(Data()) }
    for length in 0..<whole.count { _ = try? mask(whole.prefix(length)) }
  }
}
