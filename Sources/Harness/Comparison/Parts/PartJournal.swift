import Foundation

/// What a shard has scored so far, so that one that was stopped goes on where it was.
///
/// The original is not in it: others are compared with its outputs, so it runs again.
final class PartJournal<Record: PartRecord> {
  private struct Contents: Codable {
    var header: PartHeader
    /// Of the shard's images.
    var digest: String
    /// By the arm's file and hardware.
    var answers: [String: AnswerPart<Record>]
  }

  let path: String
  private var contents: Contents

  /// - Parameter path: of the part that it becomes.
  init(beside path: String, _ header: PartHeader, _ images: PartImages) {
    self.path = path + ".unfinished"
    contents = Contents(header: header, digest: images.digest.text, answers: [:])
    // What cannot be read, or is of something else, is only work lost.
    let found = try? SealedFile.read(Contents.self, from: self.path, name: "unfinished part")
    let count = images.count
    if let found, found.header.key == header.key, found.header.shard == header.shard,
      found.header.kernels == header.kernels, found.digest == contents.digest,
      found.answers.values.allSatisfy({ $0.records.count == count })
    {
      contents.answers = found.answers
    }
  }

  /// How many models' answers an earlier run left.
  var count: Int { contents.answers.count }

  subscript(key: String) -> AnswerPart<Record>? { contents.answers[key] }

  func add(_ answers: AnswerPart<Record>, for key: String) throws {
    contents.answers[key] = answers
    try SealedFile.write(contents, to: path)
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }
}
