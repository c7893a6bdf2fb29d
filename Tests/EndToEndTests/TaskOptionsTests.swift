import ArgumentParser
import CalibrantHarness
import Testing

@testable import calibrant

@Suite struct TaskOptionsTests {
  private func settings(_ line: String) throws -> TaskSettings {
    try TaskOptions.parse(line.split(separator: " ").map(String.init)).settings()
  }

  @Test func optionsSayTheirTask() throws {
    #expect(try settings("") == TaskSettings())
    let detection = try settings("--annotations a.json --boxes yolov8 --confidence 0.5 --iou 0.6")
    #expect(detection.task == .detection && detection.annotations == "a.json")
    #expect(detection.boxes == "yolov8")
    #expect(detection.confidence == 0.5 && detection.overlap == 0.6)
    #expect(try settings("--boxes detr").task == .detection)
    #expect(try settings("--masks m --ignore none").ignored == nil)
    #expect(try settings("--masks m").ignored == 255)
    #expect(try settings("--dictionary d").task == .text)
    #expect(try settings("--task embedding").task == .embedding)
  }

  @Test(arguments: [
    ("--task detection --masks m", "--masks", "--task detection"),
    ("--annotations a --masks m", "--masks", "--annotations"),
    ("--task fidelity --boxes detr", "--boxes", "--task fidelity"),
    ("--task text", "--task text", "--dictionary"), ("--boxes yolo", "--boxes", "yolov8"),
    ("--confidence 2 --boxes detr", "--confidence", "0...1"),
    ("--ignore 256 --masks m", "--ignore", "0...255"), ("--task foo", "--task", "foo"),
  ])
  func whatCannotBe(_ line: String, _ first: String, _ second: String) {
    do {
      _ = try settings(line)
      Issue.record("\(line) was taken")
    } catch {
      let text = TaskOptions.message(for: error)
      #expect(text.contains(first) && text.contains(second), "\(text)")
    }
  }
}
