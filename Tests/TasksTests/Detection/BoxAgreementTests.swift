import Testing

@testable import CalibrantTasks

@Suite struct BoxAgreementTests {
  @Test func boxesAreFoundAgainOnceAndByClass() {
    let reference = [
      detection(0, 0.9), detection(100, 0.8), detection(200, 0.7), detection(300, 0.1),
    ]
    let arm = [
      detection(1, 0.9), detection(0, 0.3), detection(100, 0.5, category: 1), detection(203, 0.6),
      detection(500, 0.2),
    ]
    let agreement = BoxAgreement(arm, reference: reference, above: 0.25)
    #expect(agreement == BoxAgreement(found: 2, extra: 2, lost: 1))
  }

  /// An overlap of 1/2 is enough, anything less is not.
  @Test func theOverlapIsAtLeastAHalf() {
    let whole = [
      Detection(box: Box(x: 0, y: 0, width: 10, height: 10), category: 0, score: 1)
    ]
    for (height, found) in [(5.0, 1), (4.99, 0)] {
      let part = Detection(
        box: Box(x: 0, y: 0, width: 10, height: height), category: 0, score: 1)
      #expect(BoxAgreement([part], reference: whole, above: 0.25).found == found)
    }
  }

  @Test func f1IsOfTheImagesDrawn() {
    let metric = BoxAgreementMetric(records: [
      BoxAgreement(found: 3, extra: 1, lost: 2), BoxAgreement(found: 0, extra: 4, lost: 0),
    ])
    #expect(metric.value(weights: [1, 0]) == 6.0 / 9)
    #expect(metric.value(weights: [2, 1]) == 12.0 / 22)
    #expect(metric.value(weights: [0, 0]) == nil)
  }

  @Test func aDetectorAgreesWithItself() throws {
    let rows: [[Float]] = [
      [10, 10, 30, 30, 0.9, 0], [50, 50, 90, 80, 0.6, 2], [1, 1, 9, 9, 0.1, 1],
    ]
    let output = OutputArray(shape: [1, 3, 6], values: rows.flatMap { $0 })
    let reader = BoxReader(
      decoder: EndToEndBoxes(), reading: BoxReading(width: 100, height: 100))
    let geometry = BoxGeometry(width: 200, height: 200, inputWidth: 100, inputHeight: 100)
    let detections = try reader.detections([output], geometry)
    #expect(detections[0].box == Box(left: 20, top: 20, right: 60, bottom: 60))
    let again = BoxAgreementTask(reader: reader)
    let record = try again.record(
      [output], truth: .init(detections: detections, geometry: geometry))
    #expect(record == BoxAgreement(found: 2, extra: 0, lost: 0))
    #expect(again.isPossible(record))
    #expect(!again.isPossible(BoxAgreement(found: -1, extra: 0, lost: 0)))
    #expect(!again.isPossible(BoxAgreement(found: 0, extra: .max, lost: 0)))
    let task = DetectionTask(reader: reader)
    let match = try task.record(
      [output], truth: .init(reference: detections, above: 0.25, geometry: geometry))
    let value = try #require(task.metric(of: [match]).value(weights: [1]))
    #expect(abs(value - 1) < 1e-12)
  }
}
