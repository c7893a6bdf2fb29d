// Writes the demo's labelled images, for training its network or for looking at them:
//
//   swift run -c release DemoImages OUT_DIR [--groups] [--training N] [--test N] [--calibration N]
//
// N images per class go to OUT_DIR/<split>/<class>/. With --groups, N pictures of several shapes go to OUT_DIR/<split>/, their
// boxes to OUT_DIR/<split>.json and their masks to OUT_DIR/<split>-masks/.
import Foundation
import CalibrantHarness

func fail(_ message: String) -> Never {
  FileHandle.standardError.write(Data("DemoImages: \(message)\n".utf8))
  exit(64)
}

let usage = "usage: DemoImages OUT_DIR [--groups] [--training N] [--test N] [--calibration N]"
var arguments = CommandLine.arguments.dropFirst()
guard let directory = arguments.popFirst(), !directory.hasPrefix("-") else { fail(usage) }
var groups = false
var requests: [(split: DemoImages.Split, count: Int)] = []
while let option = arguments.popFirst() {
  if option == "--groups" {
    groups = true
    continue
  }
  guard option.hasPrefix("--"), let split = DemoImages.Split(rawValue: String(option.dropFirst(2)))
  else { fail("unknown option \(option)\n\(usage)") }
  guard let count = arguments.popFirst().flatMap({ Int($0) }), count >= 0 else {
    fail("\(option) needs a number of images")
  }
  requests.append((split, count))
}
if requests.isEmpty { fail(usage) }
do {
  let folder = URL(filePath: directory)
  for (split, count) in requests {
    if groups {
      try DemoGroups.write(
        to: folder, split: split, count: count, parts: [.images, .boxes, .masks])
      print("\(split.rawValue): \(count) pictures")
    } else {
      try DemoImages.write(to: folder, split: split, perClass: count)
      print("\(split.rawValue): \(DemoImages.classNames.count) classes x \(count) images")
    }
  }
} catch {
  FileHandle.standardError.write(Data("DemoImages: \(error)\n".utf8))
  exit(73)
}
