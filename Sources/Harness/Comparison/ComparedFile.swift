/// Arms that came to one and the same file: they are measured, tested and shown once.
public struct ComparedFile: Sendable {
  /// In the order of the comparison; there is at least one.
  public let arms: [ArmResult]

  /// How the file came to be, besides scheme and kind: "minmax", "minmax/auto", "any method".
  public let label: String

  /// Whatever is measured is the same of all of them.
  public var result: ArmResult { arms[0] }

  /// "w8a8 activation-based minmax", "w8 activation-based, any method".
  public var name: String {
    guard arms.count > 1, let scheme = result.scheme else { return result.name }
    return "\(scheme) \(nameInScheme)"
  }

  /// The name below a scheme's title: "activation-based minmax"; the whole name where there is no scheme.
  var nameInScheme: String {
    guard result.scheme != nil else { return result.name }
    return "\(result.kind.rawValue)\(label == Self.anyMethod ? "," : "") \(label)"
  }

  private static let anyMethod = "any method"

  /// - Parameter siblings: all arms of the same scheme and kind.
  fileprivate init(_ arms: [ArmResult], among siblings: [ArmResult]) {
    self.arms = arms
    let isAny = arms.count > 1 && siblings.allSatisfy { $0.isAblation || arms.contains($0) }
    // A method names an arm unless a neighbour has the same.
    let isNamed = Set(siblings.map(\.method)).count == siblings.count
    label =
      isAny
      ? Self.anyMethod
      : arms.map { isNamed ? $0.method ?? $0.name : $0.name }.joined(separator: "/")
  }
}

extension Comparison {
  /// The original first; equal arms of one scheme and kind are one, in the place of their first.
  public var files: [ComparedFile] {
    var places: [FileKey: Int] = [:]
    var groups: [[ArmResult]] = []
    for arm in arms {
      let key = FileKey(arm)
      if let place = places[key], arm.sha256 != nil {
        groups[place].append(arm)
      } else {
        places[key] = groups.count
        groups.append([arm])
      }
    }
    return groups.map { group in
      ComparedFile(
        group, among: arms.filter { ($0.kind, $0.scheme) == (group[0].kind, group[0].scheme) })
    }
  }

  /// Those that the overall verdict is about.
  public var judgedFiles: [ComparedFile] {
    let judged = Set(judgedArms.map(\.name))
    return files.filter { file in file.arms.contains { judged.contains($0.name) } }
  }
}

private struct FileKey: Hashable {
  let kind: Arm.Kind
  let scheme: String?
  let sha256: String?

  init(_ arm: ArmResult) { (kind, scheme, sha256) = (arm.kind, arm.scheme, arm.sha256) }
}
