import Foundation
import ONNXFormat

/// Files and folders of the demo, with errors that the command line knows.
enum DemoFile {
  static func write(_ data: Data, to url: URL) throws(ModelError) {
    try translating(url) { try data.write(to: url, options: .atomic) }
  }

  static func makeFolder(_ url: URL) throws(ModelError) {
    try translating(url) {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }
  }

  private static func translating(_ url: URL, _ body: () throws -> Void) throws(ModelError) {
    do {
      try body()
    } catch {
      let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
      let reason = underlying.map { String(cString: strerror(Int32($0.code))) }
      throw .cannotWrite(path: url.path, reason: reason ?? error.localizedDescription)
    }
  }
}
