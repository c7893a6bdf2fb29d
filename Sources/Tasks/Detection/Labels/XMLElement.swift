/// An element of an XML document.
struct XMLElement {
  let name: String
  /// All text directly in it.
  var text = ""
  var children: [XMLElement] = []

  /// The first child of this name.
  func child(_ name: String) -> XMLElement? { children.first { $0.name == name } }
}

extension XMLElement {
  /// The root element of a document.
  ///
  /// Foundation's parser is not used: it is of a library (libxml2) that the packed executable would have to bring along, and
  /// labels need no more than `XMLTokens` reads.
  init(document: String) throws(XMLError) {
    var tokens = XMLTokens(document)
    var open: [XMLElement] = []
    while let token = try tokens.next() {
      switch token {
      case .begin(let name):
        guard open.count < Self.depthLimit else { throw tokens.fault("too deeply nested") }
        open.append(XMLElement(name: name))
      case .text(let text):
        if !open.isEmpty { open[open.count - 1].text += text }
      case .end(let name):
        guard let element = open.popLast(), name == element.name else {
          throw tokens.fault("</\(name)> ends what did not begin")
        }
        if open.isEmpty {
          self = element
          return
        }
        open[open.count - 1].children.append(element)
      }
    }
    throw tokens.fault("it ends too early")
  }

  private static let depthLimit = 64
}

/// Why text is no XML.
struct XMLError: Error {
  let line: Int
  let reason: String
}
