import Foundation
import Testing

@testable import CalibrantQuantization

@Suite struct PartwiseSearchTests {
  /// The error each member makes by each of three options; together they make the sum, about, on each of eight samples.
  private static func search(_ costs: [[Double]], trials: Int = 100) -> PartwiseSearch {
    PartwiseSearch(options: 3, trials: trials) { plan, _ in errors(costs, plan) }
  }

  private static func errors(_ costs: [[Double]], _ plan: PartwiseSearch.Plan) -> [Double] {
    let sum = zip(costs, plan).reduce(0) { $0 + $1.0[$1.1 ?? 0] }
    return [0.9, 1, 1, 1.1, 0.9, 1, 1, 1.1].map { $0 * sum }
  }

  /// Option 0 is best for the first twelve members, option 2 for the last four.
  private static let costs = (0..<16).map { $0 < 12 ? [1.0, 5, 3] : [9, 4, 1] }

  @Test(arguments: [PartwiseSearch.Start.whole, .halves])
  func thePartThatDiffersIsFound(start: PartwiseSearch.Start) throws {
    let plan = PartwiseSearch.Plan(repeating: 0, count: 16)
    let found = try Self.search(Self.costs)
      .refined(plan, errors: Self.errors(Self.costs, plan), parts: start)
    #expect(found.plan == Array(repeating: 0, count: 12) + Array(repeating: 2, count: 4))
    #expect(abs(NetworkLoss.loss(ofErrors: found.errors) - pow(16, 4.0 / 3)) < 1e-9)
  }

  @Test func noMoreIsTriedThanAllowed() throws {
    var tried = 0
    let search = PartwiseSearch(options: 3, trials: 7) { plan, _ in
      tried += 1
      return Array(repeating: Double(100 - 10 * tried), count: 8)
    }
    _ = try search.refined(
      .init(repeating: nil, count: 16), errors: Array(repeating: 100, count: 8), parts: .whole)
    #expect(tried == 7)
  }

  /// Better on the whole, but only because of one sample of eight.
  @Test func gainsOfChanceAreLeft() throws {
    let search = PartwiseSearch(options: 2, trials: 100) { plan, _ in
      Array(repeating: plan == [1] ? 1 : 0.9, count: 7) + [plan == [1] ? 0.1 : 2]
    }
    let before = Array(repeating: 0.9, count: 7) + [2.0]
    #expect(try search.refined([0], errors: before, parts: .whole).plan == [0])
  }

  /// Seven samples that agree may do so by chance.
  @Test func fewSamplesDecideNothing() throws {
    let search = PartwiseSearch(options: 2, trials: 100) { plan, _ in
      Array(repeating: plan == [1] ? 0.5 : 1, count: 7)
    }
    let before = Array(repeating: 1.0, count: 7)
    #expect(try search.refined([0], errors: before, parts: .whole).plan == [0])
  }
}
