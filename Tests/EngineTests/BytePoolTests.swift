import CKernels
import TestSupport
import Testing

@testable import CalibrantEngine

@Suite struct BytePoolTests {
  /// A window over 3 channels of a block: only those are compared.
  struct Window: Sendable, CustomTestStringConvertible {
    let name: String
    let window: CKWindow
    var testDescription: String { name }

    init(
      _ name: String, size: (Int, Int), kernel: (Int, Int), stride: Int = 1, dilation: Int = 1,
      pad: Int = 0, padEnd: Int? = nil
    ) {
      self.name = name
      func out(_ size: Int, _ kernel: Int) -> Int32 {
        Int32((size + pad + (padEnd ?? pad) - (kernel - 1) * dilation - 1) / stride + 1)
      }
      window = CKWindow(
        height: Int32(size.0), width: Int32(size.1), outHeight: out(size.0, kernel.0),
        outWidth: out(size.1, kernel.1), kernelHeight: Int32(kernel.0),
        kernelWidth: Int32(kernel.1), strideY: Int32(stride), strideX: Int32(stride),
        dilationY: Int32(dilation), dilationX: Int32(dilation), padTop: Int32(pad),
        padLeft: Int32(pad))
    }

    /// The elements under each place of the window, as indices of the plane.
    var taps: [[Int]] {
      let w = window
      return (0..<Int(w.outHeight * w.outWidth)).map { place in
        let (oy, ox) = place.quotientAndRemainder(dividingBy: Int(w.outWidth))
        var inside: [Int] = []
        for ky in 0..<Int(w.kernelHeight) {
          for kx in 0..<Int(w.kernelWidth) {
            let y = oy * Int(w.strideY) + ky * Int(w.dilationY) - Int(w.padTop)
            let x = ox * Int(w.strideX) + kx * Int(w.dilationX) - Int(w.padLeft)
            guard y >= 0, y < w.height, x >= 0, x < w.width else { continue }
            inside.append(y * Int(w.width) + x)
          }
        }
        return inside
      }
    }
  }

  static let windows = [
    Window("2x2 stride 2", size: (8, 6), kernel: (2, 2), stride: 2),
    Window("3x3 stride 2 with padding", size: (13, 21), kernel: (3, 3), stride: 2, pad: 1),
    Window("3x3", size: (7, 30), kernel: (3, 3), pad: 1),
    Window("2x5 dilated", size: (9, 17), kernel: (2, 5), dilation: 2, pad: 1),
    Window("windows in the padding alone", size: (2, 2), kernel: (1, 1), pad: 1),
    Window("one window", size: (7, 7), kernel: (7, 7)),
    Window("3x3 with padding at the end", size: (6, 6), kernel: (3, 3), stride: 2, padEnd: 1),
  ]

  @Test(arguments: windows) func theLargestCode(_ testCase: Window) {
    let planes = Planes(testCase.window, count: 3)
    let expected = planes.reduced(testCase.taps) { $0.max() ?? 0 }
    for loops in BlockLoops.available {
      let found = planes.run { x, y in
        BytePools(loops: loops).largest(
          x, testCase.window, planes: 3, into: y, workers: Workers(2))
      }
      #expect(found == expected, "\(loops)")
    }
  }

  static let grids = [
    // The same scale: many ties.
    (CodeGrid(scale: 0.03125, zeroPoint: 0), CodeGrid(scale: 0.03125, zeroPoint: 0)),
    (CodeGrid(scale: 0.03125, zeroPoint: 3), CodeGrid(scale: 0.03125, zeroPoint: 250)),
    (
      CodeGrid(scale: 0.75, zeroPoint: 255),
      CodeGrid(scale: 0.5, zeroPoint: 200, codes: 10...240)
    ),
    (
      CodeGrid(scale: 12345 * 0x1p-20, zeroPoint: 128),
      CodeGrid(scale: 9876 * 0x1p-20, zeroPoint: 1)
    ),
  ]

  @Test(arguments: windows, grids.indices)
  func theMeanIsExact(_ testCase: Window, _ grids: Int) {
    let (from, to) = Self.grids[grids]
    let planes = Planes(testCase.window, count: 3)
    for divisor in [nil, Int(testCase.window.kernelHeight * testCase.window.kernelWidth)] {
      let expected = planes.reduced(testCase.taps) {
        CodeOracle.mean($0, count: divisor ?? max(1, $0.count), from: from, to: to)
      }
      for loops in BlockLoops.available {
        let found = planes.run { x, y in
          BytePools(loops: loops).mean(
            x, from, testCase.window, planes: 3, divisor: divisor, to: to, into: y,
            workers: Workers(2))
        }
        #expect(found == expected, "\(loops), \(divisor.map { "\($0)" } ?? "taps inside")")
      }
    }
  }

  @Test(arguments: [(1, 1), (7, 7), (56, 55)]) func theMeanOfPlanes(_ height: Int, _ width: Int) {
    let (from, to) = (
      CodeGrid(scale: 0.25, zeroPoint: 20), CodeGrid(scale: 0.1875, zeroPoint: 4)
    )
    let channels = 20
    let window = Window("", size: (height, width), kernel: (height, width)).window
    let planes = Planes(window, count: 4)
    let blocked = planes.reduced([Array(0..<height * width)]) {
      CodeOracle.mean($0, count: height * width, from: from, to: to)
    }
    let expected = (0..<2).flatMap { blocked[$0 * 32..<$0 * 32 + channels] }
    for loops in BlockLoops.available {
      var found = [UInt8](repeating: 0, count: 2 * channels)
      BytePools(loops: loops).globalMean(
        planes.codes.base, from, batch: 2, channels: channels, height: height, width: width, to: to,
        into: &found, workers: Workers(2))
      #expect(found == expected, "\(loops)")
    }
  }
}

/// Random codes in some planes of sixteen channels.
private struct Planes {
  let window: CKWindow
  let count: Int
  let codes: AlignedValues<UInt8>

  init(_ window: CKWindow, count: Int) {
    var random = SeededRandom(seed: 4)
    (self.window, self.count) = (window, count)
    codes = AlignedValues(count * Int(window.height * window.width) * 16)
    for index in 0..<codes.count { codes[index] = UInt8.random(in: 0...255, using: &random) }
  }

  func reduced(_ taps: [[Int]], _ body: ([UInt8]) -> UInt8) -> [UInt8] {
    let pixels = Int(window.height * window.width)
    return (0..<count * taps.count * 16).map { index in
      let (plane, place, lane) = (index / 16 / taps.count, index / 16 % taps.count, index % 16)
      return body(taps[place].map { codes[(plane * pixels + $0) * 16 + lane] })
    }
  }

  func run(
    _ body: (UnsafePointer<UInt8>, UnsafeMutablePointer<UInt8>) -> Void
  ) -> [UInt8] {
    var found = [UInt8](repeating: 0, count: count * Int(window.outHeight * window.outWidth) * 16)
    found.withUnsafeMutableBufferPointer { body(codes.base, $0.baseAddress!) }
    return found
  }
}
