import TestSupport
import Testing

/// Memory that the system refuses: the work is done with less, or a sentence says so; never a signal, never an endless wait.
@Suite struct ScarceMemoryTests {
  @Test(arguments: [250_000, 300_000, 350_000, 450_000, 700_000])
  func limitedAddressSpace(kilobytes: Int) throws {
    let folder = try TemporaryFolder()
    let run = try RunCalibrant.shell(
      "ulimit -v \(kilobytes); calibrant calibrate \(DemoFiles.model) --data \(DemoFiles.calibration)"
        + " --resize none --crop none --jobs 2 --quiet -o q.onnx", in: folder.path)
    if run.exitCode == 0 {
      #expect(folder.entries == ["q.onnx"])
    } else {
      #expect(run.exitCode == 70)
      #expect(run.errors.contains("not enough memory"), "\(run.errors)")
      #expect(folder.entries == [])
    }
  }
}
