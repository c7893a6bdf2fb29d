/// A result laid out for people: plain text, which each format escapes in its own syntax.
public struct ReportDocument: Sendable {
  var title: String
  /// What was run on what, for test systems: "calibrant compare model.onnx".
  var suite: String
  /// What to do, before all else; nil where that is no question.
  var advice: Advice?
  /// nil where nothing was judged.
  var verdict: Conclusion?
  /// What it all comes to, in a sentence.
  var headline: String
  /// What test systems list and count.
  var checks: [ReportCheck] = []
  var blocks: [ReportBlock] = []
  /// Rules that drawn blocks need besides those of every page.
  var sheet = ""

  /// What to do, in a sentence.
  struct Advice {
    var sentence: String
    /// A command line that comes next.
    var next: String?
    var tone: Verdict?
  }

  /// A word in capitals, and how it is to be taken.
  struct Conclusion {
    var word: String
    /// pass is good news, fail bad; nil is no news.
    var tone: Verdict?
  }
}

/// A part of a document, in the order of reading.
enum ReportBlock: Sendable {
  /// What was measured, a sentence each.
  case facts([String])
  case table(ReportTable)
  /// How to read what stands above it.
  case legend([String])
  /// Sentences under a title.
  case section(String, [String])
  /// Out of sight until someone asks.
  indirect case folded(String, [ReportBlock])
  /// Sentences without a title.
  case list([String])
  /// To be copied.
  case code(String)
  /// Elements of a page, escaped; left out elsewhere.
  case drawn(@Sendable () -> String)
  /// Left out elsewhere, or left out of pages, where something drawn takes its place.
  indirect case onPage(ReportBlock)
  indirect case offPage(ReportBlock)
}

struct ReportTable {
  /// What stands over the table; nil for nothing.
  var heading: String?
  var caption: String
  /// For who hears a page read aloud.
  var label: String
  var columns: [Column]
  var groups: [Group]

  struct Group {
    /// nil for rows that belong to no group.
    var title: String?
    /// A cell per column; the first names the row.
    var rows: [[Cell]]
  }

  struct Column {
    /// In the program's own words.
    var title: String
    var isNumber = true
  }

  struct Cell {
    var text: String
    /// A class of the page's style sheet: of the mark before a row's name, of a word's colour.
    var style: String?

    init(_ text: String, style: String? = nil) { (self.text, self.style) = (text, style) }
  }

  init(
    heading: String? = nil, caption: String, label: String, _ columns: [Column],
    groups: [Group]
  ) {
    (self.heading, self.caption, self.label) = (heading, caption, label)
    (self.columns, self.groups) = (columns, groups)
  }

  init(
    heading: String? = nil, caption: String, label: String, _ columns: [Column], _ rows: [[Cell]]
  ) {
    self.init(
      heading: heading, caption: caption, label: label, columns, groups: [Group(rows: rows)])
  }

  var isEmpty: Bool { groups.allSatisfy(\.rows.isEmpty) }

  /// A row's name and numbers.
  init(heading: String? = nil, caption: String, titles: [String], rows: [[String]]) {
    self.init(
      heading: heading, caption: caption, label: caption,
      titles.enumerated().map { Column(title: $1, isNumber: $0 > 0) },
      rows.map { $0.map { Cell($0) } })
  }
}

/// Something that holds, fails or is open.
struct ReportCheck {
  /// What it is a part of.
  var group: String
  var name: String
  /// nil where nothing was asked.
  var verdict: Verdict?
  /// What was found.
  var sentence: String
}
