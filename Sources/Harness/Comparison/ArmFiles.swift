import Foundation
import Glibc

/// The files of arms in a comparison's folder.
struct ArmFiles {
  private let folder: URL

  init(in folder: URL) { self.folder = folder }

  /// Arms that are the same file keep their names and share its bytes on disk, where the file system has hard links.
  func keepEqualOnesOnce(_ arms: [Arm]) {
    var known: [String: String] = [:]
    for arm in arms {
      guard let file = arm.file, let digest = arm.sha256 else { continue }
      let path = folder.appending(path: file).path
      if let first = known[digest] { share(first, as: path) } else { known[digest] = path }
    }
  }

  /// A name that is taken must be replaced in one step: whoever stops the program finds either file there.
  private func share(_ first: String, as path: String) {
    let link = path + ".link"
    unlink(link)
    guard Glibc.link(first, link) == 0 else { return }
    if rename(link, path) != 0 { unlink(link) }
    // `rename` leaves both names where they are one file already.
    unlink(link)
  }
}
