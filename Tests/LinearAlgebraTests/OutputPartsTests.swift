import CalibrantLinearAlgebra
import Testing

/// Boxes beside scores: an output of 1 x 3 x 2 whose last place along axis 1 holds far smaller values.
struct OutputPartsTests {
  private static let images: [[Float]] = [
    [100, -90, 200, 80, 0.5, 0], [-120, 95, 60, .infinity, -1, 0.25],
  ]

  @Test func maximaAreThoseOfAllImages() {
    var maxima = AxisMaxima(shape: [1, 3, 2])
    for image in Self.images { maxima.add(([7] + image)[1...]) }
    #expect(maxima.axes == [[200], [120, 200, 1], [200, 95]])
  }

  @Test func partsDifferByMoreThanEightTimes() {
    var maxima = AxisMaxima(shape: [1, 3, 2])
    for image in Self.images { maxima.add(image[...]) }
    let parts = OutputParts.find(in: maxima)
    #expect(parts == [OutputPart(axis: 1, places: 0..<2), OutputPart(axis: 1, places: 2..<3)])
    #expect(parts.map { $0.blocks(of: [1, 3, 2]) } == [[0..<4], [4..<6]])
    #expect(OutputPart(axis: 1, places: 1..<2).blocks(of: [2, 3, 2]) == [2..<4, 8..<10])
  }

  @Test func oneSizeIsOnePart() {
    var maxima = AxisMaxima(shape: [2, 2])
    maxima.add([8, 1, 2, 1])
    #expect(OutputParts.find(in: maxima) == [OutputPart(whole: [2, 2])])
    maxima.add([8.5, 0, 0, 0])
    #expect(
      OutputParts.find(in: maxima) == [
        OutputPart(axis: 1, places: 0..<1), OutputPart(axis: 1, places: 1..<2),
      ])
  }
}
