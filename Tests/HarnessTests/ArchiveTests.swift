import CalibrantEngine
import Foundation
import TestSupport
import Testing

@testable import CalibrantHarness

/// Archives and arrays are those of `Fixtures/npz/make_archives.py`.
@Suite struct ArchiveTests {
  private let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures/npz").path

  @Test(arguments: ["stored.npz", "deflated.npz", "fixed.npz", "large.npz"])
  func arraysAreNumPys(_ name: String) throws {
    let arrays = try NPZFile(contentsOf: "\(fixtures)/\(name)").arrays
    #expect(arrays.map(\.name) == ["ids", "image"])
    #expect(arrays.map(\.array.dtype) == [.int64, .float32])
    #expect(arrays[0].array.shape.dims == [3, 100])
    // As the script makes them.
    let ids = arrays[0].array.tensor().array(of: Int64.self)
    #expect(ids == (0..<300).map { Int64($0 * $0 % 17) })
    let image = arrays[1].array.tensor().array(of: Float.self)
    #expect(image == (0..<96).map { Float($0) / 8 })
  }

  @Test func whatIsNoArchiveOfArraysIsNamed() throws {
    let folder = try TemporaryFolder()
    let whole = try Data(contentsOf: URL(filePath: "\(fixtures)/deflated.npz"))
    var damaged = whole
    damaged[80] ^= 0xFF
    for (data, reason) in [
      (Data("no archive".utf8), "does not end as a zip archive does"),
      (whole.dropLast(30), "does not end as a zip archive does"), (damaged, "is damaged"),
    ] {
      try folder.write(data, to: "x.npz")
      let error = #expect(throws: DatasetError.self) {
        try NPZFile(contentsOf: folder.file("x.npz"))
      }
      let text = error?.description ?? ""
      #expect(text.hasPrefix(folder.file("x.npz")) && text.contains(reason), "\(text)")
    }
  }

  /// Each byte of an archive changed: an error, or the same arrays.
  @Test func noDamageGoesUnseen() throws {
    let whole = try Data(contentsOf: URL(filePath: "\(fixtures)/deflated.npz"))
    let folder = try TemporaryFolder()
    let path = folder.file("x.npz")
    let right = try NPZFile(contentsOf: "\(fixtures)/deflated.npz").arrays.map { $0.array.tensor() }
    for place in whole.indices {
      var damaged = whole
      damaged[place] ^= 0x55
      try folder.write(damaged, to: "x.npz")
      guard let arrays = try? NPZFile(contentsOf: path).arrays else { continue }
      #expect(arrays.count <= 2)
      for (found, right) in zip(arrays, right) {
        #expect(found.array.tensor().numbers == right.numbers, "byte \(place)")
      }
    }
  }

  @Test(
    arguments: [
      (.int32, [0, 1, -1, 2_147_483_647]), (.uint8, [0, 255]), (.float32, [0, -3, 16_777_216]),
      (.bool, [0, 1]),
    ] as [(DType, [Int64])])
  func wholeNumbersKeepTheirValue(_ type: DType, _ numbers: [Int64]) throws {
    let array = Self.array(numbers)
    #expect(try array.converted(to: type).tensor().numbers == numbers.map(Double.init))
  }

  @Test(
    arguments: [
      (.int32, 2_147_483_648), (.uint8, -1), (.bool, 2), (.int8, 128),
    ] as [(DType, Int64)])
  func whatATypeDoesNotHoldIsRefused(_ type: DType, _ number: Int64) {
    let error = #expect(throws: NPYArray.Unconvertible.self) {
      try Self.array([0, number]).converted(to: type)
    }
    #expect(error?.value == Double(number))
  }

  private static func array(_ numbers: [Int64]) -> NPYArray {
    NPYArray(
      path: "x.npy", dtype: .int64, shape: Shape([numbers.count]),
      bytes: numbers.withUnsafeBytes { Data($0) })
  }
}
