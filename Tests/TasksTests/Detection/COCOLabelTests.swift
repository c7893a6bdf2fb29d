import Foundation
import TestSupport
import Testing

@testable import CalibrantTasks

@Suite struct COCOLabelTests {
  @Test func cocoIsReadByAscendingIds() throws {
    let folder = try TemporaryFolder([
      "labels.json": """
      {"info": {"year": 2026}, "licenses": [],
       "images": [{"id": 9, "file_name": "b.jpg", "width": 640, "height": 480},
                  {"id": 2, "file_name": "a.jpg"}],
       "categories": [{"id": 17, "name": "cat", "supercategory": "animal"}, {"id": 1, "name": "person"}],
       "annotations": [
         {"id": 1, "image_id": 9, "category_id": 17, "bbox": [1.5, 2, 30, 40], "area": 700.25, "iscrowd": 0,
          "segmentation": [[1, 2, 3, 4, 5, 6]]},
         {"id": 5, "image_id": 9, "category_id": 1, "bbox": [0, 0, 10, 10], "area": 90, "iscrowd": 1,
          "segmentation": {"counts": [1, 2], "size": [4, 5]}},
         {"image_id": 2, "category_id": 1, "bbox": [-1, 0, 4, 5], "iscrowd": false}]}
      """
    ])
    let labels = try COCOLabels.read(folder.file("labels.json"))
    #expect(labels.categories == ["person", "cat"])
    #expect(labels.images.map(\.path) == ["a.jpg", "b.jpg"])
    let first = labels.images[0].truths(width: 10, height: 10)
    #expect(
      first == [TruthBox(box: Box(x: -1, y: 0, width: 4, height: 5), category: 0, area: 20)])
    let second = labels.images[1].truths(width: 640, height: 480)
    #expect(
      second == [
        TruthBox(box: Box(x: 1.5, y: 2, width: 30, height: 40), category: 1, area: 700.25),
        TruthBox(
          box: Box(x: 0, y: 0, width: 10, height: 10), category: 0, area: 90, isCrowd: true),
      ])
  }

  @Test(arguments: [
    ("", "not JSON"),
    ("[]", "not COCO annotations"),
    (#"{"images": [], "categories": []}"#, "annotations is missing"),
    (cocoFile(bbox: "[1, 2, 3]"), "annotations[0]: bbox [1.0, 2.0, 3.0] is not"),
    (cocoFile(bbox: "[1, 2, -3, 4]"), "annotations[0]: bbox"),
    (cocoFile(bbox: "[1, 2, 1e999, 4]"), "not"),
    (cocoFile(bbox: "[NaN, 2, 3, 4]"), "not JSON"),
    (cocoFile(bbox: #"["1", 2, 3, 4]"#), "annotations[0].bbox[0]"),
    (cocoFile(more: #","area": -1"#), "annotations[0]: area -1.0 is not"),
    (cocoFile(category: "3"), "annotations[0]: category_id 3 is not in the data set"),
    (cocoFile(image: "3"), "annotations[0]: image_id 3 is not in the data set"),
    (cocoFile(image: "1e300"), "too large"),
    (
      cocoFile(images: #"{"id": 1, "file_name": "a"}, {"id": 1, "file_name": "b"}"#),
      "id 1 is there twice"
    ),
    (cocoFile(images: #"{"id": 1}"#), "images[0]: file_name is missing"),
    (String(repeating: "[", count: 100_000), "not JSON"),
  ])
  func badCOCOIsRefused(text: String, message: String) throws {
    let folder = try TemporaryFolder(["labels.json": text])
    let error = #expect(throws: BoxLabelError.self) {
      try COCOLabels.read(folder.file("labels.json"))
    }
    let description = try #require(error).description
    #expect(
      description.hasPrefix(folder.file("labels.json")) && description.contains(message),
      "\(description)")
  }

  @Test func whatIsNoFileIsRefused() throws {
    let folder = try TemporaryFolder()
    #expect(throws: BoxLabelError(path: folder.file("none.json"), .missingFile)) {
      try COCOLabels.read(folder.file("none.json"))
    }
    #expect(throws: BoxLabelError.self) { try COCOLabels.read(folder.path) }
    #expect(throws: BoxLabelError.self) { try YOLOLabels.read(folder.path) }
    #expect(throws: BoxLabelError.self) { try VOCLabels.read(folder.file("none")) }
    #expect(throws: BoxLabelError(path: folder.path, .noImages)) { try VOCLabels.read(folder.path) }
    try folder.write(Data([0xFF, 0xFE, 0]), to: "data.yaml")
    #expect(throws: BoxLabelError(path: folder.file("data.yaml"), .notText)) {
      try YOLOLabels.read(folder.file("data.yaml"))
    }
  }
}

private func cocoFile(
  bbox: String = "[1, 2, 3, 4]", category: String = "1", image: String = "1",
  images: String = #"{"id": 1, "file_name": "a"}"#, more: String = ""
) -> String {
  """
  {"images": [\(images)], "categories": [{"id": 1, "name": "x"}],
   "annotations": [{"id": 1, "image_id": \(image), "category_id": \(category), "bbox": \(bbox)\(more)}]}
  """
}
