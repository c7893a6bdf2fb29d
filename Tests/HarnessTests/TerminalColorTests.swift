import Testing

@testable import CalibrantHarness

@Suite struct TerminalColorTests {
  @Test func coloursVerdictsAndNothingElse() {
    let text = "w8  PASS\nPASSED, bypass: FAIL (INCONCLUSIVE)\n"
    let painted = TerminalColor.painted(text)
    #expect(
      painted
        == "w8  \u{1B}[1;32mPASS\u{1B}[0m\nPASSED, bypass: \u{1B}[1;31mFAIL\u{1B}[0m "
        + "(\u{1B}[1;33mINCONCLUSIVE\u{1B}[0m)\n")
    #expect(TerminalColor.painted("no verdict") == "no verdict")
  }

  @Test(arguments: [
    (["TERM": "xterm-256color"], true), (["TERM": "xterm", "NO_COLOR": ""], true),
    (["TERM": "xterm", "NO_COLOR": "1"], false), (["TERM": "dumb"], false), ([:], false),
  ])
  func followsTheEnvironment(_ environment: [String: String], _ isAllowed: Bool) {
    #expect(TerminalColor.isAllowed(by: environment) == isAllowed)
    for isTerminal in [false, true] {
      func isColored(_ choice: TerminalColor.Choice) -> Bool {
        choice.isColored(isTerminal: isTerminal, in: environment)
      }
      #expect(isColored(.auto) == (isTerminal && isAllowed))
      #expect(isColored(.always) && !isColored(.never))
    }
  }
}
