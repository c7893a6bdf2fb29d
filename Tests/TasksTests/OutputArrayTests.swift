import Testing

@testable import CalibrantTasks

struct OutputArrayTests {
  @Test func leadingAxesOfOneAreLeftOut() {
    let array = OutputArray(shape: [1, 1, 2, 3], values: [Float](repeating: 0, count: 6))
    #expect(array.lengths(rank: 2) == [2, 3])
    #expect(array.lengths(rank: 3) == [1, 2, 3])
    #expect(array.lengths(rank: 1) == nil)
    #expect(array.lengths(rank: 5) == nil)
  }

  @Test func errorsNameTheShape() {
    let error = TaskError.wrongShape(shape: [1, 5], expected: "N x C x H x W")
    #expect("\(error)" == "an output of 1 x 5 is not N x C x H x W")
  }
}
