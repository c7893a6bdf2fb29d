import CalibrantEngine
import Foundation
import CalibrantHarness
import TestSupport
import Testing

/// A file written by NumPy; see `make_fixtures.py` beside them.
private func fixture(_ name: String) -> String {
  URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/npy/\(name)").path
}

@Suite struct DatasetsNPYTests {
  @Test(arguments: [
    (DType.float32, Float(2.5)), (.float64, 2.25), (.int8, 3), (.uint8, 0), (.int16, 3),
    (.uint16, 0), (.int32, 3), (.uint32, 0), (.int64, 3), (.uint64, 0),
  ])
  func everyTypeAsNumPyWroteIt(dtype: DType, offset: Float) throws {
    let path = fixture("\(dtype).npy")
    let array = try NPYArray(contentsOf: path)
    #expect(array.dtype == dtype)
    #expect(array.shape == [2, 3])
    #expect(array.sampleCount == 2)
    #expect(array.floats(sample: 0) == [0, 1, 2].map { $0 - offset })
    #expect(array.floats(sample: 1) == [3, 4, 5].map { $0 - offset })
    #expect(NPYWriter.data(array.tensor()) == (try Data(contentsOf: URL(filePath: path))))
  }

  @Test func truthValues() throws {
    let array = try NPYArray(contentsOf: fixture("bool.npy"))
    #expect(array.dtype == .bool)
    #expect((0..<2).map(array.floats) == [[1, 0, 1], [0, 0, 1]])
    let values = [true, false, true, false, false, true]
    #expect(array.tensor().array(of: Bool.self) == values)
    #expect(
      NPYWriter.data(values, shape: [2, 3])
        == (try Data(contentsOf: URL(filePath: fixture("bool.npy")))))
  }

  @Test(arguments: [
    ("scalar", []), ("vector", [5]), ("empty", [0, 3]), ("rank4", [2, 1, 2, 3]),
    ("full-block", [0, 10, 10] + [Int](repeating: 1, count: 11)),
  ])
  func shapesAsNumPyWroteThem(name: String, dims: [Int]) throws {
    let path = fixture("\(name).npy")
    let array = try NPYArray(contentsOf: path)
    #expect(array.shape == Shape(dims))
    let values = (0..<Shape(dims).elementCount).map { Float($0) - 2.5 }
    #expect((0..<array.sampleCount).flatMap(array.floats) == values)
    #expect(
      NPYWriter.data(values, shape: Shape(dims)) == (try Data(contentsOf: URL(filePath: path))))
  }

  /// Values are 0, 1, 2, … minus 2.5 in row-major order, whatever order the file has them in.
  @Test(arguments: [
    ("fortran", [2, 3]), ("fortran-rank4", [2, 1, 2, 3]), ("fortran-big-endian-half", [2, 3, 2]),
    ("big-endian", [2, 3]), ("big-endian-double", [2, 3]), ("half", [2, 3]),
  ])
  func otherOrdersOfBytesAndAxes(name: String, dims: [Int]) throws {
    let array = try NPYArray(contentsOf: fixture("\(name).npy"))
    let values = (0..<Shape(dims).elementCount).map { Float($0) - 2.5 }
    #expect(array.shape == Shape(dims))
    #expect((0..<array.sampleCount).flatMap(array.floats) == values)
    let count = array.tensor().shape.elementCount
    #expect(
      count == values.count && array.dtype == (name == "big-endian-double" ? .float64 : .float32))
  }

  @Test(arguments: ["version2", "version3"])
  func laterVersions(name: String) throws {
    let array = try NPYArray(contentsOf: fixture("\(name).npy"))
    #expect(array.shape == [2, 3])
    #expect(array.floats(sample: 1) == [0.5, 1.5, 2.5])
  }

  @Test(arguments: [
    ("complex", NPYProblem.unsupportedType("<c8")),
    ("object", .unsupportedType("|O")), ("record", .unsupportedType("a record of fields")),
    ("string", .unsupportedType("<U2")),
  ])
  func arraysOfOtherKinds(name: String, problem: NPYProblem) {
    let path = fixture("bad-\(name).npy")
    let error = #expect(throws: DatasetError.invalidArray(path: path, reason: problem)) {
      try NPYArray(contentsOf: path)
    }
    #expect(error?.description.hasPrefix(path + ": ") == true)
  }

  @Test func headersOfOldWriters() throws {
    // Python 2's long integers, another order of keys, no padding, and so data at an odd offset.
    let file = npy(
      "{\"shape\": (2L, 1L), 'descr':'<f4','fortran_order':False}", [UInt8](repeating: 0, count: 8))
    let folder = try TemporaryFolder()
    let array = try NPYArray(contentsOf: folder.write(file, to: "old.npy"))
    #expect(array.shape == [2, 1])
    #expect(array.floats(sample: 1) == [0])
  }

  /// A version 1.0 file with this header and these bytes of data.
  private func npy(_ header: String, _ data: [UInt8] = []) -> Data {
    Data([0x93] + "NUMPY\u{1}\0".utf8 + [UInt8(header.utf8.count), 0] + header.utf8 + data)
  }

  private func problem(with file: Data) throws -> NPYProblem? {
    let folder = try TemporaryFolder()
    let path = try folder.write(file, to: "x.npy")
    do {
      _ = try NPYArray(contentsOf: path)
      return nil
    } catch DatasetError.invalidArray(path, let reason) {
      return reason
    }
  }

  @Test func damagedFiles() throws {
    let whole = try Data(contentsOf: URL(filePath: fixture("float32.npy")))
    #expect(try problem(with: whole.dropLast()) == .wrongSize(expected: 24, found: 23))
    #expect(try problem(with: whole + [0]) == .wrongSize(expected: 24, found: 25))
    #expect(try problem(with: Data()) == .notNPY)
    #expect(try problem(with: Data("PK\u{3}\u{4} an .npz".utf8)) == .notNPY)
    for length in 0..<whole.count { #expect(try problem(with: whole.prefix(length)) != nil) }
    var later = whole
    later[6] = 4
    #expect(try problem(with: later) == .unsupportedVersion(major: 4, minor: 0))
  }

  @Test(arguments: [
    "", "{", "{}", "{'descr'", "{'descr': '<f4'}", "{'descr': '<f4', 'descr': '<f4'}",
    "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x",
    "{'descr': '<f4, 'fortran_order': False, 'shape': (1,)}",
  ])
  func malformedHeaders(header: String) throws {
    let reason = try problem(with: npy(header, [0, 0, 0, 0]))
    guard case .badHeader = reason else {
      Issue.record("unexpected result: \(String(describing: reason))")
      return
    }
  }

  /// No values need no other order; the header fills a block of 64 bytes, so that nothing follows it.
  @Test(arguments: [
    "'>f4', 'fortran_order': False", "'<f2', 'fortran_order': True", "'>f2', 'fortran_order': True",
  ])
  func emptyArraysOfOtherForms(form: String) throws {
    let header = "{'descr': \(form), 'shape': (0, 10, 1), }"
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).npy").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try npy(header.padding(toLength: 117, withPad: " ", startingAt: 0) + "\n").write(
      to: URL(filePath: path))
    let array = try NPYArray(contentsOf: path)
    #expect(array.shape == [0, 10, 1] && array.tensor().count == 0)
  }

  @Test func shapesThatOverflow() throws {
    for dims in ["4611686018427387904, 4", "0, 4611686018427387904, 4611686018427387904"] {
      let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(dims)), }"
      guard case .tooLarge = try problem(with: npy(header)) else {
        Issue.record("(\(dims)) was accepted")
        continue
      }
    }
  }

  @Test func missingFilesAndFolders() throws {
    let folder = try TemporaryFolder()
    #expect(throws: DatasetError.missing(path: folder.file("x.npy"))) {
      try NPYArray(contentsOf: folder.file("x.npy"))
    }
    #expect(
      throws: DatasetError.unreadable(path: folder.path, reason: "it is not a regular file")
    ) { try NPYArray(contentsOf: folder.path) }
  }
}
