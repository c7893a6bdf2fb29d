import Testing

@testable import CalibrantHarness

@Suite struct ReportedCommandTests {
  @Test func holdsNoAbsolutePath() {
    let given = [
      "compare", "/home/me/m.onnx", "--images=/data/test", "--labels", "/data/labels.txt",
      "--also", "theirs=/tmp/x.onnx", "--calibration=/a/b,/c/d", "-o/tmp/report", "--schemes", "w8",
      "--mean=0.5,0.5,0.5", "--json=/tmp/r.json", "--jobs", "2", "--quiet", "--output", "scores",
    ]
    let kept = ReportedCommand.arguments(given)
    #expect(
      kept == [
        "compare", "m.onnx", "--images=test", "--labels", "labels.txt", "--also", "theirs=x.onnx",
        "--calibration=b,d", "--schemes", "w8", "--mean=0.5,0.5,0.5", "--output", "scores",
      ])
  }
}
