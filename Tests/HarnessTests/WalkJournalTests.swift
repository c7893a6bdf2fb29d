import Foundation
import TestSupport
import Testing

@testable import CalibrantHarness
@testable import CalibrantQuantization

@Suite struct WalkJournalTests {
  private let folder: TemporaryFolder
  private var path: String { folder.file("seen.json.layers") }

  init() throws { folder = try TemporaryFolder() }

  private func journal(model: String = "a") throws -> WalkJournal {
    try WalkJournal(path: path, modelSHA256: model)
  }

  private static func layer(_ shift: Double) -> LayerCalibration {
    var layer = LayerCalibration()
    layer.biasShift = [shift, 1 / 3]
    layer.errors = [RoundingError(rounding: .nearest, damping: 0, error: .infinity)]
    return layer
  }

  @Test func layersComeBackAsTheyWere() throws {
    let first = try journal()
    let (key, other) = (first.key("w4"), first.key("w8"))
    try first.add("w1", Self.layer(0.1), of: key)
    try first.add("w2", Self.layer(0.2), of: key)
    try first.add("w1", Self.layer(0.3), of: other)
    let second = try journal()
    #expect(second.complaint == nil && second.count == 3)
    #expect(second.layers(of: key) == ["w1": Self.layer(0.1), "w2": Self.layer(0.2)])
    #expect(second.layers(of: other) == ["w1": Self.layer(0.3)])
  }

  /// Another model, other options: nothing is taken over.
  @Test func layersOfAnotherRunAreNotSeen() throws {
    let first = try journal()
    try first.add("w1", Self.layer(0.1), of: first.key("w4"))
    let second = try journal(model: "b")
    #expect(second.layers(of: second.key("w4")).isEmpty)
    #expect(second.layers(of: second.key("w8")).isEmpty)
  }

  /// Cut at any byte or changed at any byte, a file gives whole layers and never a wrong one.
  @Test func damageCostsOnlyWhatFollowsIt() throws {
    let first = try journal()
    let key = first.key("w4")
    for index in 1...3 { try first.add("w\(index)", Self.layer(Double(index)), of: key) }
    let whole = try folder.bytes("seen.json.layers")
    let ends = whole.indices.filter { whole[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
    func expect(_ stored: Data, layers: Int, isWhole: Bool, _ place: Int) throws {
      try folder.write(stored, to: "seen.json.layers")
      let found = try journal()
      #expect(found.count == layers, "at \(place)")
      #expect((found.complaint == nil) == isWhole, "at \(place)")
      try found.add("last", Self.layer(9), of: key)
      let again = try journal()
      #expect(again.count == layers + 1 && again.complaint == nil, "at \(place)")
    }
    for place in stride(from: 0, to: whole.count, by: 29) {
      let layers = ends.count { $0 <= place }
      let isWhole = place == 0 || ends.contains(place)
      try expect(Data(whole.prefix(place)), layers: layers, isWhole: isWhole, place)
      var changed = whole
      changed[place] ^= 1
      try expect(changed, layers: layers, isWhole: false, place)
    }
  }
}

extension TemporaryFolder {
  fileprivate func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: URL(filePath: file(name)))
  }
}
