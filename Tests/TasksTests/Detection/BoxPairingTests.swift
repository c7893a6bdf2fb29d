import Testing

@testable import CalibrantTasks

@Suite struct BoxPairingTests {
  @Test func everyBoxIsInOnePlace() {
    let reference = [
      detection(200, 0.7), detection(0, 0.9), detection(300, 0.1), detection(0, 0.9, category: 1),
    ]
    let arm = [
      detection(500, 0.4), detection(0, 0.3), detection(2, 0.8), detection(700, 0.25),
    ]
    let pairing = BoxPairing(arm, reference: reference, above: 0.25)
    #expect(pairing.found == [.init(reference: reference[1], arm: arm[2])])
    #expect(pairing.extra == [arm[0], arm[1]])
    #expect(pairing.lost == [reference[0], reference[3]])
  }

  @Test func theCountsAreThoseOfTheBoxes() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<50 {
      let sides = (0..<2).map { _ in
        (0..<Int.random(in: 0...12, using: &generator)).map { _ in
          detection(
            Double.random(in: 0...60, using: &generator), Double.random(in: 0...1),
            category: Int.random(in: 0...1, using: &generator))
        }
      }
      let pairing = BoxPairing(sides[0], reference: sides[1], above: 0.3)
      let agreement = BoxAgreement(sides[0], reference: sides[1], above: 0.3)
      #expect(pairing.found.count == agreement.found)
      #expect(pairing.found.count + pairing.extra.count == sides[0].count { $0.score > 0.3 })
      #expect(pairing.found.count + pairing.lost.count == sides[1].count { $0.score > 0.3 })
    }
  }

  @Test func nothingIsNothing() {
    let pairing = BoxPairing([], reference: [], above: 0)
    #expect(pairing.found.isEmpty && pairing.extra.isEmpty && pairing.lost.isEmpty)
  }
}
