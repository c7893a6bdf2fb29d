import Foundation
import CalibrantTasks
import TestSupport
import Testing

@testable import CalibrantHarness

/// Saved results of other tasks than classification, paired and weighed; right values by NumPy and SciPy
/// (`Golden/make_difference.py`).
@Suite struct TaskDifferenceTests {
  private struct Case: Decodable {
    var paired: Int
    var oldMetric: Double
    var newMetric: Double
    var lower: Double
    var upper: Double
    var pValue: Double
  }

  private static let golden = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Golden/difference.json")

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The results of a case, as documents.
  private func documents(_ index: Int) throws -> (old: [String: Any], new: [String: Any]) {
    let cases = try JSONSerialization.jsonObject(with: Data(contentsOf: Self.golden))
    let one = try #require((cases as? [[String: Any]])?[index])
    return (
      try #require(one["old"] as? [String: Any]), try #require(one["new"] as? [String: Any])
    )
  }

  private func result(_ document: [String: Any], _ name: String) throws -> SavedResult {
    try folder.write(JSONSerialization.data(withJSONObject: document), to: name)
    return try SavedResult(contentsOf: folder.file(name))
  }

  private func difference(
    _ index: Int, jobs: Int = 1, maxDrop: Double? = nil,
    changing change: (inout [String: Any]) -> Void = { _ in }
  ) throws -> ResultDifference {
    var (old, new) = try documents(index)
    change(&new)
    old["schemaVersion"] = 1
    return try ResultDifference(
      old: result(old, "old.json"), new: result(new, "new.json"), maxDrop: maxDrop, jobs: jobs)
  }

  @Test(arguments: 0..<5)
  func differsAsNumPySays(index: Int) throws {
    let expected = try JSONDecoder().decode([Case].self, from: Data(contentsOf: Self.golden))[index]
    let difference = try difference(index)
    #expect(difference.paired == expected.paired)
    let arm = try #require(difference.arms.first)
    let (old, new) = (try #require(arm.old), try #require(arm.new))
    #expect(abs(old - expected.oldMetric) < 1e-12 && abs(new - expected.newMetric) < 1e-12)
    let interval = try #require(arm.difference.interval)
    // Student's distribution is approximated, in `BootstrapInterval`.
    #expect(abs(interval.lower - expected.lower) < 2e-5, "\(interval) \(expected)")
    #expect(abs(interval.upper - expected.upper) < 2e-5, "\(interval) \(expected)")
    let p = try #require(arm.difference.pValue)
    #expect(abs(p / expected.pValue - 1) < 0.02, "\(p) \(expected.pValue)")
    #expect(arm.finding == (expected.pValue < 0.05 ? .worse : .noEvidence))
    #expect(difference.exitCode == (expected.pValue < 0.05 ? 1 : 0))
  }

  @Test func noNumberOfWorkersChangesIt() throws {
    #expect(try difference(0).json == difference(0, jobs: 3).json)
    #expect(try difference(4).json == difference(4, jobs: 2).json)
  }

  /// mIoU drops by 0.069 to 0.157, and one-sided by no more than that.
  @Test(arguments: [(0.3, Int32(0)), (0.01, 1), (0.1, 2)])
  func marginsAreJudged(maxDrop: Double, exitCode: Int32) throws {
    let difference = try difference(1, maxDrop: maxDrop)
    #expect(difference.exitCode == exitCode)
    #expect(difference.text.contains("mIoU 75.73 → 64.31 %, change -11.41 ["))
  }

  /// Worst first, as pixels of the golden file say: a plain count.
  @Test func imagesThatLoseAreNamed() throws {
    let changes = try #require(try difference(1).arms.first).scoreChanges
    #expect(changes.count > 40)
    let losses = changes.map { $0.new - $0.old }
    #expect(losses == losses.sorted())
    let (old, new) = try documents(1)
    let worst = try #require(changes.first)
    #expect(try abs(Self.accuracy(old, worst.image.path) - worst.old) < 1e-12)
    #expect(try abs(Self.accuracy(new, worst.image.path) - worst.new) < 1e-12)
  }

  private static func accuracy(_ document: [String: Any], _ path: String) throws -> Double {
    let records = try #require(document["records"] as? [String: [String]])
    let place = try #require(records["path"]?.firstIndex(of: path))
    let arm = try #require((document["arms"] as? [[String: Any]])?.first)
    let columns = try #require(arm["measured"] as? [String: Any])
    func column(_ name: String) throws -> [Int] { try #require(columns[name] as? [Int]) }
    let counts = try column("counts")
    let start = counts[..<place].reduce(0, +)
    let own = start..<start + counts[place]
    return try Double(column("correct")[own].reduce(0, +))
      / Double(column("truths")[own].reduce(0, +))
  }

  private func refusal(_ index: Int, _ change: (inout [String: Any]) -> Void) -> String {
    do {
      _ = try difference(index, changing: change)
      return "nothing"
    } catch { return "\(error)" }
  }

  private static func columns(
    of document: inout [String: Any], _ change: (inout [String: Any]) -> Void
  ) {
    guard var arms = document["arms"] as? [[String: Any]],
      var columns = arms[0]["measured"] as? [String: Any]
    else { return }
    change(&columns)
    arms[0]["measured"] = columns
    document["arms"] = arms
  }

  @Test func whatCannotBeComparedIsRefused() throws {
    #expect(
      refusal(0) { $0["metric"] = "box F1" }
        .contains("it measures box F1 of detection, and old.json mAP of detection"))
    #expect(refusal(0) { $0["task"] = "segmentation" }.contains("it measures mAP of segmentation"))
    #expect(refusal(0) { $0["task"] = "cooking" }.contains("'cooking', which is no task"))
    for (index, name) in [(0, "truths"), (1, "truths")] {
      let text = refusal(index) { document in
        Self.columns(of: &document) { columns in
          let truths = columns[name] as? [Int] ?? []
          columns[name] = truths.map { $0 + 1 }
        }
      }
      #expect(text.contains("has other labels than in old.json"), "\(text)")
    }
    let pairs = refusal(4) { document in
      Self.columns(of: &document) { columns in
        columns["same"] = (columns["same"] as? [Int] ?? []).map { 1 - $0 }
      }
    }
    #expect(pairs.contains("other pairs of images"), "\(pairs)")
    let images = refusal(4) { document in
      var records = document["records"] as? [String: [String]] ?? [:]
      records["contentHash", default: []][0] = "0"
      document["records"] = records
    }
    #expect(images.contains("it is of other images than old.json"), "\(images)")
    let earlier = refusal(0) { document in
      var arms = document["arms"] as? [[String: Any]] ?? []
      arms[0]["measured"] = nil
      document["arms"] = arms
    }
    #expect(earlier.contains("saved by an earlier version"), "\(earlier)")
  }

  /// Arms of one result that are of pairs and of images have no resamples in common.
  @Test func armsOfOtherUnitsAreRefused() throws {
    var (old, new) = try documents(4)
    func addShares(_ document: inout [String: Any]) {
      var arms = document["arms"] as? [[String: Any]] ?? []
      let holds = [Int](repeating: 1, count: 60)
      arms.append(["name": "other", "measured": ["kind": "shares", "holds": holds]])
      document["arms"] = arms
    }
    addShares(&old)
    addShares(&new)
    var arms = old["arms"] as? [[String: Any]] ?? []
    arms[0]["name"] = "new"
    old["arms"] = arms
    let results = (try result(old, "old.json"), try result(new, "new.json"))
    #expect(throws: HarnessError.self) {
      try ResultDifference(old: results.0, new: results.1)
    }
  }

  /// Columns that no images leave: too short, too long, out of order or of range.
  @Test func damagedColumnsAreRefused() throws {
    let changes: [(Int, String, ([Any]) -> [Any])] = [
      (0, "counts", { Array($0.dropLast()) }), (0, "counts", { $0 + [1] }),
      (0, "hits", { $0.map { _ in 4096 } }), (0, "scores", { $0.reversed() }),
      (0, "classes", { $0.reversed() }), (1, "correct", { $0.map { _ in 1 << 20 } }),
      (1, "classes", { $0.map { _ in 70000 } }), (1, "counts", { $0.map { _ in -1 } }),
      (2, "lost", { Array($0.dropLast()) }), (2, "found", { $0.map { _ in -1 } }),
      (3, "power", { Array($0.dropLast()) }), (3, "counts", { $0.map { _ in 1 } }),
      (4, "cosines", { Array($0.dropLast()) }), (4, "first", { $0.map { _ in 1 << 40 } }),
      (4, "second", { $0.map { _ in 1000 } }),
    ]
    for (index, name, change) in changes {
      let text = refusal(index) { document in
        Self.columns(of: &document) { $0[name] = change($0[name] as? [Any] ?? []) }
      }
      #expect(text.contains("new.json: "), "\(index) \(name): \(text)")
    }
  }

  /// What a report keeps reads back as what it was, in every form.
  @Test func recordsReadBack() throws {
    for index in 0..<5 {
      let (old, _) = try documents(index)
      let saved = try result(old, "saved.json")
      let records = saved.records(saved.arms[0])
      let copy = try JSONDecoder().decode(MetricRecords.self, from: Data(records.json.text.utf8))
      #expect(copy == records)
    }
    let shares = MetricRecords.shares([true, nil, false])
    #expect(
      try JSONDecoder().decode(MetricRecords.self, from: Data(shares.json.text.utf8)) == shares)
    let lost = MetricRecords.detections([
      DetectionRecord(
        allSizes: [DetectionMatch(category: 0, score: .nan, allSizes: 0, ignored: 0)], truths: [])
    ])
    let copy = try JSONDecoder().decode(MetricRecords.self, from: Data(lost.json.text.utf8))
    #expect(copy.count == 1)
  }
}
