/// A name pattern in which `*` stands for any characters and `?` for one.
public struct Glob: Sendable, Hashable, CustomStringConvertible {
  public let pattern: String

  public init(_ pattern: String) { self.pattern = pattern }

  public var description: String { pattern }

  public func matches(_ name: String) -> Bool {
    let pattern = Array(pattern), name = Array(name)
    var (p, n) = (0, 0)
    /// Where to go on when the text after the last star does not fit: one character further.
    var retry: (pattern: Int, name: Int)?
    while n < name.count {
      if p < pattern.count && pattern[p] == "*" {
        retry = (p + 1, n)
        p += 1
      } else if p < pattern.count && (pattern[p] == "?" || pattern[p] == name[n]) {
        (p, n) = (p + 1, n + 1)
      } else if let last = retry {
        retry = (last.pattern, last.name + 1)
        (p, n) = (last.pattern, last.name + 1)
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == "*" }
  }
}
