import Foundation

/// Feeds damaged and hostile files to one reader of the program, which `CALIBRANT_FUZZ` names.
@main struct Fuzz {
  static func main() {
    var (count, arguments) = (CommandLine.argc, CommandLine.unsafeArgv)
    exit(runDriver(&count, &arguments) { start, count in testOneInput(start, count) })
  }
}

/// libFuzzer's loop (compiler-rt, FuzzerInterface.h); returns the exit code of the process.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// libFuzzer's own main function, which the linker may choose instead of ours, looks for it under this name.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let data = start.map { Data(bytes: $0, count: count) } ?? Data()
  do {
    try target(data)
    Outcomes.count("accepted")
  } catch {
    Outcomes.count(error)
  }
  return 0
}

private let target: @Sendable (Data) throws -> Void = {
  let name = ProcessInfo.processInfo.environment["CALIBRANT_FUZZ"] ?? ""
  guard let target = Targets.all[name] else {
    fatalError("CALIBRANT_FUZZ is one of \(Targets.all.keys.sorted().joined(separator: ", "))")
  }
  return target
}()
