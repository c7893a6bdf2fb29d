import Testing

@testable import CalibrantEngine

/// Floats of at most sixteen bits: values as their formats define them, and rounding that no other code beats.
struct MiniFloatTests {
  private static let types: [DType] = [
    .float8e4m3fn, .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz, .float8e8m0, .float4e2m1,
  ]

  /// Largest values: OCP 8-bit Floating Point Specification, table 1; Microscaling Formats, table 5.
  @Test(arguments: zip(types, [448 as Float, 240, 57344, 57344, 0x1p127, 6]))
  func largestValue(_ type: DType, _ largest: Float) throws {
    let table = try #require(MiniFloat(type)).table
    let finite = table.prefix(type == .float4e2m1 ? 16 : 256).filter(\.isFinite)
    #expect(finite.max() == largest)
  }

  @Test(arguments: types) func everyFiniteValueKeepsItsCode(_ type: DType) throws {
    let format = try #require(MiniFloat(type))
    for (code, value) in format.table.enumerated().prefix(type == .float4e2m1 ? 16 : 256)
    where value.isFinite {
      #expect(format.table[Int(format.code(of: value, saturating: true))] == value, "\(code)")
    }
  }

  @Test(arguments: types) func roundsToTheNearest(_ type: DType) throws {
    let format = try #require(MiniFloat(type))
    let values = format.table.filter(\.isFinite)
    for step in 0..<400 {
      let x = Float(step - 200) / 37
      let rounded = format.table[Int(format.code(of: x, saturating: true))]
      let least = values.map { abs($0 - x) }.min() ?? 0
      #expect(type == .float8e8m0 && x < 0 || abs(rounded - x) == least, "\(x)")
    }
  }

  @Test func halfValues() {
    #expect(Float(halfBits: 0x3C00) == 1 && Float(halfBits: 0x7BFF) == 65504)
    #expect(Float(halfBits: 0x0001) == 0x1p-24 && Float(halfBits: 0xFC00) == -.infinity)
    #expect(Float(halfBits: 0x7E00).isNaN)
  }

  /// Every float16 value, and the halfway points on both sides of it.
  @Test func roundingToHalfTakesTiesToEven() {
    for bits in UInt16(1)..<0x7BFF {
      let (value, next) = (Float(halfBits: bits), Float(halfBits: bits + 1))
      #expect(value.roundedToHalf == value)
      let middle = value + (next - value) / 2
      #expect(middle.roundedToHalf == (bits.isMultiple(of: 2) ? value : next))
    }
    #expect((65520 as Float).roundedToHalf == .infinity && (65519 as Float).roundedToHalf == 65504)
  }

  @Test func roundingToBrainFloatTakesTiesToEven() {
    #expect(Float(bitPattern: 0x3F80_8000).roundedToBrainFloat == 1)
    #expect(Float(bitPattern: 0x3F81_8000).roundedToBrainFloat == Float(bitPattern: 0x3F82_0000))
    #expect(Float.nan.roundedToBrainFloat.isNaN)
  }
}
