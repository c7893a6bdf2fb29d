import Engine
import Foundation
import ONNXFormat

/// Feeds damaged models to the loader; with `CALIBRANT_FUZZ=run`, also runs what it can load.
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
  guard let model = try? Model(serialized: data), let program = try? Program(model) else {
    return 0
  }
  if runs, let inputs = smallInputs(of: program) {
    var session = Session(program)
    _ = try? session.run(inputs)
  }
  return 0
}

private let runs = ProcessInfo.processInfo.environment["CALIBRANT_FUZZ"] == "run"

/// Ones for every input, open dimensions being 2; nil where that is much.
private func smallInputs(of program: Program) -> [Tensor]? {
  var inputs: [Tensor] = []
  for input in program.inputs {
    var dims: [Int] = []
    for dimension in input.dimensions ?? [.fixed(2)] {
      if case .fixed(let size) = dimension { dims.append(size) } else { dims.append(2) }
    }
    let type = TensorType(input.dtype, Shape(dims))
    guard let elements = type.shape.checkedElementCount, elements <= 4096 else { return nil }
    inputs.append(
      Tensor(type) { bytes in
        for i in 0..<elements { bytes[i * input.dtype.byteSize] = 1 }
      })
  }
  return inputs
}
