import Testing

@testable import CalibrantEngine

@Suite struct InstructionSetTests {
  private func selected(_ name: String?) throws -> InstructionSet {
    try .selected(by: name.map { [InstructionSet.variable: $0] } ?? [:])
  }

  @Test func theFastestIsTakenWhereNoneIsNamed() throws {
    try #expect(selected(nil) == InstructionSet.available[0])
    try #expect(selected("") == InstructionSet.available[0])
  }

  @Test func everyAvailableOneCanBeNamed() throws {
    for set in InstructionSet.available { try #expect(selected(set.rawValue) == set) }
    #expect(InstructionSet.available.last == .baseline)
  }

  @Test(arguments: InstructionSet.allCases.map(\.rawValue) + ["AVX2", "avx512 ", "neon"])
  func otherNamesAreAnError(_ name: String) {
    guard !InstructionSet.available.contains(where: { $0.rawValue == name }) else { return }
    #expect(throws: UnavailableKernels.self) { try selected(name) }
  }

  @Test func theErrorTellsUnknownFromUnavailable() {
    #expect("\(UnavailableKernels(name: "neon"))".contains("is no set of kernels"))
    #expect("\(UnavailableKernels(name: "avx512"))".contains("does not run"))
  }

  @Test func everyTableNamesItsSet() {
    for (set, loops) in zip(InstructionSet.available, BlockLoops.available) {
      #expect("\(loops)" == set.rawValue)
    }
  }
}
