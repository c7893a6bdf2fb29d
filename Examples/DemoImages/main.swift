// Writes the demo's labelled images, for training its network or for looking at them:
//
//   swift run -c release DemoImages OUT_DIR [--training N] [--test N] [--calibration N]
//
// N images per class go to OUT_DIR/<split>/<class>/.
import Foundation
import Harness

func fail(_ message: String) -> Never {
  FileHandle.standardError.write(Data("DemoImages: \(message)\n".utf8))
  exit(64)
}

let usage = "usage: DemoImages OUT_DIR [--training N] [--test N] [--calibration N]"
var arguments = CommandLine.arguments.dropFirst()
guard let directory = arguments.popFirst(), !directory.hasPrefix("-") else { fail(usage) }
var requests: [(split: DemoImages.Split, perClass: Int)] = []
while let option = arguments.popFirst() {
  guard option.hasPrefix("--"), let split = DemoImages.Split(rawValue: String(option.dropFirst(2)))
  else { fail("unknown option \(option)\n\(usage)") }
  guard let perClass = arguments.popFirst().flatMap({ Int($0) }), perClass >= 0 else {
    fail("\(option) needs a number of images per class")
  }
  requests.append((split, perClass))
}
if requests.isEmpty { fail(usage) }
do {
  for (split, perClass) in requests {
    try DemoImages.write(to: URL(filePath: directory), split: split, perClass: perClass)
    print("\(split.rawValue): \(DemoImages.classNames.count) classes x \(perClass) images")
  }
} catch {
  FileHandle.standardError.write(Data("DemoImages: \(error)\n".utf8))
  exit(73)
}
