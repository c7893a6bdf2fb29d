import Foundation
import Testing

/// Folders of a module use only those that Guides/Architecture.md names behind them.
struct FolderRulesTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  @Test(arguments: ["Engine", "Quantization"])
  func nothingUsesWhatIsAbove(_ module: String) throws {
    let order = try #require(try Self.statedOrder(of: module))
    let rules = FolderRules(
      order: order, sources: try Self.sources(of: module), others: try Self.otherNames(module))
    #expect(rules.sources.count > 50)
    #expect(Set(rules.sources.map(\.folder)) == Set(order))
    #expect(rules.violations() == [])
  }

  /// The line `Module: First → Second → …` of the guide.
  private static func statedOrder(of module: String) throws -> [String]? {
    let guide = try String(
      contentsOf: root.appending(path: "Guides/Architecture.md"), encoding: .utf8)
    let line = guide.split(separator: "\n").first { $0.hasPrefix("\(module): ") }
    return line?.dropFirst(module.count + 2).split(separator: "→").map {
      $0.trimmingCharacters(in: .whitespaces)
    }
  }

  private static func sources(of module: String) throws -> [FolderRules.Source] {
    let base = root.appending(path: "Sources/\(module)")
    let paths = FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String }
    return try (paths ?? []).filter { $0.hasSuffix(".swift") }.sorted().map { path in
      FolderRules.Source(
        path, try String(contentsOf: base.appending(path: path), encoding: .utf8))
    }
  }

  /// What the modules below declare, so that their members are not taken for this one's.
  private static func otherNames(_ module: String) throws -> Set<String> {
    let others = ["ONNXFormat", "LinearAlgebra", "Engine", "Quantization"].filter { $0 != module }
    return try others.flatMap { try sources(of: $0) }.reduce(into: []) {
      $0.formUnion($1.declarations.map(\.name))
    }
  }

  // MARK: What the rules see

  private func violations(_ sources: [String: String]) -> [String] {
    FolderRules(
      order: ["Upper", "Lower"],
      sources: sources.sorted { $0.key < $1.key }.map { FolderRules.Source($0, $1) }
    ).violations()
  }

  @Test func aTypeOfAFolderAboveIsFound() {
    let upper = "public struct Node {\n  let inputs: [Int]\n}\n"
    let sources = ["Upper/Node.swift": upper, "Lower/Loop.swift": "func run(_ node: Node) {}\n"]
    #expect(violations(sources) == ["Lower/Loop.swift uses Node of Upper"])
    #expect(
      violations(["Lower/Node.swift": upper, "Upper/Loop.swift": sources["Lower/Loop.swift"]!])
        == [])
  }

  @Test func functionsAndMembersAreFound() {
    let found = violations([
      "Upper/A.swift":
        "func evaluate(_ x: Int) {}\nextension Array {\n  var knownIntegers: Int { 0 }\n}\n",
      "Lower/B.swift": "let a = evaluate(3)\n", "Lower/C.swift": "let b = [1].knownIntegers\n",
    ])
    #expect(
      found == [
        "Lower/B.swift uses evaluate of Upper", "Lower/C.swift uses knownIntegers of Upper",
      ])
  }

  @Test func whatOnlyLooksAlikeIsNot() {
    let upper = "struct Size {}\nprivate struct Hidden {}\nfunc reduce() {}\n"
    let lower = """
      // Size of a node
      struct Outer { struct Hidden {} }
      let text = "Size", all = [1].reduce(0, +)
      """
    #expect(violations(["Upper/A.swift": upper, "Lower/B.swift": lower]) == [])
  }
}

/// Which folder declares a name, and which use it: what a compiler does not check within a module. It reads words, not
/// Swift; names with more than one owner are left alone.
struct FolderRules {
  /// Each folder uses only itself and those behind it.
  let order: [String]
  let sources: [Source]
  /// Names that other modules declare.
  var others: Set<String> = []

  func violations() -> [String] {
    let owners = owners()
    let rank = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
    var found: Set<String> = []
    for source in sources {
      for use in source.uses {
        guard let (owner, kind) = owners[use.name], kind.isUsed(by: use),
          let below = rank[source.folder], let above = rank[owner], above < below
        else { continue }
        found.insert("\(source.path) uses \(use.name) of \(owner)")
      }
    }
    return found.sorted()
  }

  /// The folder of every name that only one declares.
  private func owners() -> [String: (folder: String, kind: Kind)] {
    var all: [String: [(folder: String, declaration: Declaration)]] = [:]
    for source in sources {
      for declaration in source.declarations {
        all[declaration.name, default: []].append((source.folder, declaration))
      }
    }
    return all.compactMapValues { owners in
      guard Set(owners.map(\.folder)).count == 1, let kind = owners[0].declaration.kind,
        owners.allSatisfy({ $0.declaration.kind == kind }),
        kind != .member || !others.contains(owners[0].declaration.name)
      else { return nil }
      return (owners[0].folder, kind)
    }
  }

  enum Kind {
    case type, function
    /// Of a type; only long names, which the standard library hardly has.
    case member

    func isUsed(by use: Word) -> Bool {
      switch self {
      case .type: !use.isMember
      case .function: !use.isMember && use.isCalled
      case .member: use.isMember
      }
    }
  }

  struct Declaration {
    let name: String
    /// nil for what is private, local or nested, which only makes a name ambiguous.
    let kind: Kind?
  }

  struct Word {
    let name: String
    /// Whether a dot stands before it.
    let isMember: Bool
    /// Whether a parenthesis follows.
    let isCalled: Bool
    /// Braces around it.
    let depth: Int
  }

  struct Source {
    let path: String
    let declarations: [Declaration]
    let uses: [Word]

    var folder: String { path.split(separator: "/").first.map(String.init) ?? "" }

    init(_ path: String, _ text: String) {
      self.path = path
      uses = SourceWords(text).words
      var declarations: [Declaration] = []
      var isPrivate = false
      for (keyword, next) in zip(uses, uses.dropFirst()) {
        if ["private", "fileprivate"].contains(keyword.name) { isPrivate = true }
        guard !keyword.isMember, Self.keywords.contains(keyword.name),
          !Self.keywords.contains(next.name)
        else { continue }
        let kind = Self.kind(keyword.name, next)
        declarations.append(Declaration(name: next.name, kind: isPrivate ? nil : kind))
        isPrivate = false
      }
      self.declarations = declarations
    }

    private static let types: Set = ["struct", "class", "enum", "protocol", "actor", "typealias"]
    private static let keywords = types.union([
      "func", "var", "let", "case", "associatedtype", "init",
    ])

    private static func kind(_ keyword: String, _ name: Word) -> Kind? {
      if types.contains(keyword) { return name.depth == 0 ? .type : nil }
      guard keyword == "func" || keyword == "var" || keyword == "let" else { return nil }
      if name.depth == 0 { return keyword == "func" ? .function : nil }
      let isLong = name.name.count > 7 && name.name.contains(where: \.isUppercase)
      return name.depth == 1 && isLong ? .member : nil
    }
  }
}

/// The identifiers of a source file outside comments and strings.
private struct SourceWords {
  private(set) var words: [FolderRules.Word] = []
  private let text: [UInt8]
  private var position = 0
  private var depth = 0

  init(_ source: String) {
    text = Array(source.utf8)
    while position < text.count { step() }
  }

  private func starts(_ sign: StaticString) -> Bool {
    let count = sign.utf8CodeUnitCount
    return position + count <= text.count
      && (0..<count).allSatisfy { text[position + $0] == sign.utf8Start[$0] }
  }

  private mutating func step() {
    if starts("//") {
      skip(to: "\n")
    } else if starts("\"\"\"") {
      position += 3
      skip(to: "\"\"\"")
      position += 3
    } else if starts("\"") {
      skipString()
    } else if isWord(text[position]) {
      addWord()
    } else {
      if text[position] == UInt8(ascii: "{") { depth += 1 }
      if text[position] == UInt8(ascii: "}") { depth -= 1 }
      position += 1
    }
  }

  private mutating func skip(to end: StaticString) {
    while position < text.count, !starts(end) { position += 1 }
  }

  private mutating func skipString() {
    position += 1
    while position < text.count, text[position] != UInt8(ascii: "\"") {
      position += text[position] == UInt8(ascii: "\\") ? 2 : 1
    }
    position += 1
  }

  private mutating func addWord() {
    let start = position
    while position < text.count, isWord(text[position]) { position += 1 }
    words.append(
      FolderRules.Word(
        name: String(decoding: text[start..<position], as: UTF8.self),
        isMember: start > 0 && text[start - 1] == UInt8(ascii: "."),
        isCalled: position < text.count && text[position] == UInt8(ascii: "("), depth: depth))
  }

  private func isWord(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || byte >= 128
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
  }
}
