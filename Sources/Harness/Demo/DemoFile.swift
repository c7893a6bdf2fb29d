import Foundation
import CalibrantONNXFormat

/// Files and folders of the demo, with errors that the command line knows.
enum DemoFile {
  static func write(_ data: Data, to url: URL) throws(ModelError) {
    try AtomicFile.write(data, to: url.path)
  }

  static func makeFolder(_ url: URL) throws(ModelError) {
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
      let reason = underlying.map { String(cString: strerror(Int32($0.code))) }
      throw .cannotWrite(path: url.path, reason: reason ?? error.localizedDescription)
    }
  }

  /// With at least four digits, so that names sort as numbers do.
  static func number(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}
