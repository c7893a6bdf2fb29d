import Foundation
import CalibrantTasks

/// Pairs of images that are of the same identity, or are not.
public struct PairTruths: Sendable {
  fileprivate struct Pair: Sendable {
    let paths: [String]
    let isSame: Bool
  }

  fileprivate let pairs: [Pair]

  /// The pairs of which both images are there: none of some shards' images.
  func places(in images: any MeasuredSamples) -> [VerificationPair] {
    let places = Dictionary(
      uniqueKeysWithValues: images.samples.enumerated().map { ($1.path, $0) })
    return pairs.compactMap { pair -> VerificationPair? in
      guard let first = places[pair.paths[0]], let second = places[pair.paths[1]] else {
        return nil
      }
      return VerificationPair(first: first, second: second, isSame: pair.isSame)
    }
  }
}

extension TaskData {
  /// Images with pairs of them: a CSV file `path_a,path_b,same`, with paths from the folder of images.
  ///
  /// Images of no pair are left out.
  static func pairs(
    _ path: String, images: String, skipsMissing: Bool
  ) throws(DatasetError) -> TaskData {
    let table = try PairTable(contentsOf: path)
    let files = try NamedFiles(in: images)
    var names: [String] = []
    var seen: Set<String> = []
    for name in table.rows.flatMap(\.images) where seen.insert(name).inserted {
      names.append(name)
    }
    let samples = try files.samples(called: names, by: path, skipsMissing: skipsMissing)
    let paths = Dictionary(uniqueKeysWithValues: zip(names, samples.map(\.path)))
    let pairs = table.rows.map { row in
      PairTruths.Pair(paths: row.images.compactMap { paths[$0] }, isSame: row.isSame)
    }
    return TaskData(
      task: .embedding,
      dataset: ImageDataset(
        name: FileTree.lastComponent(images), samples: samples, classNames: []),
      truths: .pairs(PairTruths(pairs: pairs)),
      notes: files.note(onUnlabelled: path, samples: samples))
  }
}

/// The rows of a file of pairs.
private struct PairTable {
  struct Row {
    /// Two.
    let images: [String]
    let isSame: Bool
  }

  private(set) var rows: [Row] = []

  private static let columns = ["path_a", "path_b", "same"]

  init(contentsOf path: String) throws(DatasetError) {
    let bytes = [UInt8](try TextFile.bytes(of: path))
    do throws(DelimitedText.Malformed) {
      let records = try DelimitedText.parse(bytes)
      let (order, data) = Self.order(records)
      for record in data { rows.append(try Self.row(record, order)) }
    } catch {
      throw .malformedManifest(path: path, line: error.line, reason: error.reason)
    }
    guard !rows.isEmpty else { throw .malformedLabels(path: path, reason: "it lists no pair") }
  }

  /// Where the columns are, and the rows below a header if there is one.
  private static func order(
    _ records: [DelimitedText.Record]
  ) -> ([Int], ArraySlice<DelimitedText.Record>) {
    let names = (records.first?.fields ?? []).map {
      $0.trimmingCharacters(in: .whitespaces).lowercased()
    }
    let named = columns.compactMap { names.firstIndex(of: $0) }
    return named.count == columns.count ? (named, records.dropFirst()) : ([0, 1, 2], records[...])
  }

  private static func row(
    _ record: DelimitedText.Record, _ order: [Int]
  ) throws(DelimitedText.Malformed) -> Row {
    func fail(_ reason: String) -> DelimitedText.Malformed {
      DelimitedText.Malformed(line: record.line, reason: reason)
    }
    guard order.allSatisfy(record.fields.indices.contains) else {
      throw fail("expected `path_a,path_b,same`")
    }
    let cells = order.map { record.fields[$0].trimmingCharacters(in: .whitespaces) }
    guard let isSame = meanings[cells[2].lowercased()] else {
      throw fail("\"\(cells[2])\" is neither 1 for the same nor 0; expected `path_a,path_b,same`")
    }
    guard !cells[0].isEmpty, !cells[1].isEmpty else { throw fail("a path is missing") }
    guard cells[0] != cells[1] else { throw fail("\(cells[0]) is paired with itself") }
    return Row(images: [cells[0], cells[1]], isSame: isSame)
  }

  private static let meanings = [
    "1": true, "true": true, "yes": true, "same": true,
    "0": false, "false": false, "no": false, "different": false,
  ]
}
