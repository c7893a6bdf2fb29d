import CalibrantEngine
import Foundation
import CalibrantImaging
import CalibrantTasks
import TestSupport
import Testing

@testable import CalibrantHarness

/// Images and their labels, found by what the labels call the images.
@Suite struct TaskDataTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func files(_ names: String...) throws {
    for name in names { try folder.write(Data(), to: name) }
  }

  private func settings(_ change: (inout TaskSettings) -> Void) -> TaskSettings {
    var settings = TaskSettings()
    change(&settings)
    return settings
  }

  /// Two of three images have an owl (class 7) or a cat (class 3) each; ids are out of order.
  private func coco(_ names: [String]) throws -> String {
    let images = names.enumerated().map { #"{"id": \#($0), "file_name": "\#($1)"}"# }
    let text = """
      {"images": [\(images.joined(separator: ", "))],
       "categories": [{"id": 7, "name": "barn owl"}, {"id": 3, "name": "cat"}, {"id": 9, "name": "dog"}],
       "annotations": [
        {"id": 1, "image_id": 0, "category_id": 7, "bbox": [1, 2, 3, 4]},
        {"id": 2, "image_id": 1, "category_id": 3, "bbox": [5, 6, 7, 8], "iscrowd": 1}]}
      """
    return try folder.write(Data(text.utf8), to: "instances.json")
  }

  private func detection(
    _ annotations: String, in images: String = "images", labels: String? = nil,
    skipsMissing: Bool = false
  ) throws -> (data: TaskData, boxes: BoxTruths) {
    let settings = settings {
      $0.task = .detection
      $0.annotations = annotations
    }
    let data = try settings.data(
      images: folder.file(images), labels: labels, skipsMissing: skipsMissing)
    guard case .boxes(let boxes) = data.truths else {
      throw HarnessError.badOption("no boxes were read")
    }
    return (data, boxes)
  }

  private let geometry = BoxGeometry(width: 200, height: 100)

  // MARK: Boxes

  @Test func boxesAreFoundByPathWhateverTheOrder() throws {
    try files("images/a/1.jpg", "images/b/1.jpg", "images/b/3.png", "images/4.jpg")
    let (data, boxes) = try detection(try coco(["b/1.jpg", "./a/1.jpg", "3.png"]))
    #expect(data.dataset.samples.map(\.path) == ["b/1.jpg", "a/1.jpg", "b/3.png"])
    #expect(data.dataset.samples.allSatisfy { $0.label == ImageSample.unlabelled })
    #expect(data.dataset.classNames == ["cat", "barn owl", "dog"] && !boxes.areModelClasses)
    #expect(data.notes.count == 1 && data.notes[0].contains("4.jpg"))
    let shuffled = data.dataset.shuffled(seed: 3).samples.sorted { $0.path < $1.path }
    let truths = shuffled.map { boxes.truth(of: $0, geometry) }
    #expect(truths[0].boxes.map(\.box) == [Box(x: 5, y: 6, width: 7, height: 8)])
    #expect(truths[0].boxes.map(\.category) == [0] && truths[0].boxes[0].isCrowd)
    #expect(truths[1].boxes.map(\.category) == [1])
    #expect(truths[2].boxes == [] && truths[2].geometry == geometry)
  }

  @Test func labelsGiveTheModelsOrder() throws {
    try files("images/1.jpg", "images/2.jpg")
    let labels = try folder.write(Data("dog\nowl\nbarn owl\ncat\n".utf8), to: "labels.txt")
    let (data, boxes) = try detection(try coco(["1.jpg", "2.jpg"]), labels: labels)
    #expect(boxes.areModelClasses && boxes.categories == ["dog", "owl", "barn owl", "cat"])
    let categories = data.dataset.samples.map { boxes.truth(of: $0, geometry).boxes[0].category }
    #expect(categories == [2, 3])
    let short = try folder.write(Data("cat\ndog\n".utf8), to: "short.txt")
    #expect(
      throws: DatasetError.unknownCategory(
        path: folder.file("instances.json"), category: "barn owl", labels: short)
    ) { try detection(folder.file("instances.json"), labels: short) }
  }

  @Test func missingImagesAreNamedOrLeftToTheFirstLook() throws {
    try files("images/1.jpg")
    let annotations = try coco(["1.jpg", "2.jpg", "3.jpg"])
    let error = DatasetError.missingLabelledImages(
      path: annotations, folder: folder.file("images"), first: "2.jpg", count: 2, total: 3)
    #expect(throws: error) { try detection(annotations) }
    let (data, _) = try detection(annotations, skipsMissing: true)
    #expect(data.dataset.samples.map(\.path) == ["1.jpg", "2.jpg", "3.jpg"])
  }

  @Test func namesOfSeveralFilesAndFilesOfSeveralNamesAreRefused() throws {
    try files("images/a/1.jpg", "images/b/1.jpg", "images/2.jpg")
    let annotations = try coco(["1.jpg", "2.jpg"])
    #expect(
      throws: DatasetError.ambiguousLabelledImage(
        path: annotations, image: "1.jpg", first: "a/1.jpg", second: "b/1.jpg")
    ) { try detection(annotations) }
    _ = try coco(["2.jpg", "x/2.jpg"])
    #expect(
      throws: DatasetError.repeatedLabelledImage(
        path: annotations, image: "x/2.jpg", file: "2.jpg")
    ) { try detection(annotations) }
  }

  @Test func yoloGivesSharesOfSides() throws {
    try files("images/val/1.jpg", "images/val/2.jpg", "images/train/1.jpg")
    try folder.write(Data("1 0.5 0.25 0.1 0.5\n".utf8), to: "labels/val/1.txt")
    let yaml = try folder.write(Data("val: images/val\nnames: [cat, dog]\n".utf8), to: "data.yaml")
    let (data, boxes) = try detection(yaml)
    #expect(data.dataset.samples.map(\.path) == ["val/1.jpg", "val/2.jpg"])
    #expect(boxes.areModelClasses && boxes.categories == ["cat", "dog"])
    #expect(try detection(yaml, in: "images/").data.dataset.samples == data.dataset.samples)
    // The centre at (100, 25), sides of 20 and 50 pixels.
    let truth = boxes.truth(of: data.dataset.samples[0], geometry).boxes
    #expect(truth.map(\.category) == [1])
    #expect(abs(truth[0].box.x - 90) < 1e-9 && abs(truth[0].box.bottom - 50) < 1e-9)
    #expect(boxes.truth(of: data.dataset.samples[1], geometry).boxes == [])
  }

  @Test func vocIsReadFromAFolder() throws {
    try files("images/1.png")
    let xml = """
      <annotation><filename>1.jpg</filename><object><name>cat</name><difficult>1</difficult>
      <bndbox><xmin>11</xmin><ymin>1</ymin><xmax>20</xmax><ymax>5</ymax></bndbox></object></annotation>
      """
    try folder.write(Data(xml.utf8), to: "voc/1.xml")
    let (data, boxes) = try detection(folder.file("voc"))
    // The ending may differ where nothing else does.
    #expect(data.dataset.samples.map(\.path) == ["1.png"])
    let truth = boxes.truth(of: data.dataset.samples[0], geometry).boxes
    #expect(truth.map(\.box) == [Box(x: 10, y: 0, width: 10, height: 5)] && truth[0].isIgnored)
  }

  @Test func boxesOfImagesOfOtherSizesAreRefused() throws {
    try folder.write(pillowsMask().bytes, to: "images/1.png")
    func check(width: Int, height: Int) throws {
      let text = """
        {"images": [{"id": 1, "file_name": "1.png", "width": \(width), "height": \(height)}],
         "categories": [{"id": 1, "name": "cat"}], "annotations": []}
        """
      let (data, _) = try detection(try folder.write(Data(text.utf8), to: "a.json"))
      let input = try ImageInput(of: Program(SmallClassifier.model(side: 4)))
      let recipe = Preprocessing(resize: .exact(width: 4, height: 4))
      try data.check(ImageStore(data.dataset, recipe, for: input, ImageStore.Options(jobs: 1)))
    }
    try check(width: 11, height: 7)
    try check(width: 0, height: 0)
    for (width, height) in [(7, 11), (22, 14)] {
      let error = #expect(throws: DatasetError.self) { try check(width: width, height: height) }
      #expect(error?.description.contains("1.png was labelled as \(width)x\(height)") == true)
      #expect(error?.description.contains("--exif") == (width == 7))
    }
  }

  @Test func otherAnnotationsAreRefused() throws {
    try files("images/1.jpg", "boxes.txt")
    let failure = Failure(
      try #require(#expect(throws: DatasetError.self) { try detection(folder.file("boxes.txt")) }))
    #expect(failure.exitCode == 65 && failure.text.contains("boxes.txt: neither a COCO .json"))
    let missing = Failure(
      try #require(#expect(throws: DatasetError.self) { try detection(folder.file("no.json")) }))
    #expect(missing.exitCode == 66)
    let json = try folder.write(Data("{".utf8), to: "half.json")
    let bad = Failure(try #require(#expect(throws: BoxLabelError.self) { try detection(json) }))
    #expect(bad.exitCode == 65 && bad.isOurs && bad.text.contains("half.json"))
  }

  // MARK: Masks

  /// A mask of 11 x 7 indices, written by Pillow, and these.
  private func pillowsMask() throws -> (bytes: Data, indices: [UInt16]) {
    struct Entry: Decodable {
      let name: String
      let bytes: Data
      let indices: [UInt16]?
    }
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../ImagingTests/Fixtures/masks.json")
    let entries = try JSONDecoder().decode([Entry].self, from: Data(contentsOf: file))
    let entry = try #require(entries.first { $0.name == "palette_8" })
    return (entry.bytes, try #require(entry.indices))
  }

  private func segmentation(
    _ images: String = "images"
  ) throws -> (data: TaskData, masks: MaskTruths) {
    let settings = settings {
      $0.task = .segmentation
      $0.masks = folder.file("masks")
    }
    let data = try settings.data(images: images.isEmpty ? folder.path : folder.file(images))
    guard case .masks(let masks) = data.truths else {
      throw HarnessError.badOption("no masks were found")
    }
    return (data, masks)
  }

  @Test func masksAreReadWhenAsked() throws {
    try files(
      "images/x/1.jpg", "images/x/2.jpg", "images/3.jpg", "masks/x/2.png", "masks/notes.txt")
    let (bytes, indices) = try pillowsMask()
    try folder.write(bytes, to: "masks/x/1.png")
    let (data, masks) = try segmentation()
    let samples = data.dataset.samples
    #expect(samples.map(\.path) == ["x/1.jpg", "x/2.jpg"])
    #expect(data.notes.count == 1 && data.notes[0].contains("3.jpg"))
    let mask = try masks.mask(of: samples[0], BoxGeometry(width: 11, height: 7))
    #expect(mask == LabelMap(height: 7, width: 11, labels: indices))
    let size = #expect(throws: DatasetError.self) {
      try masks.mask(of: samples[0], BoxGeometry(width: 7, height: 11))
    }
    #expect(
      size?.description == folder.file("masks/x/1.png")
        + ": a mask of 11x7 pixels, but its image, x/1.jpg, has 7x11")
    let empty = #expect(throws: DatasetError.self) {
      try masks.mask(of: samples[1], BoxGeometry(width: 11, height: 7))
    }
    #expect(empty?.description.contains("masks/x/2.png") == true)
  }

  /// Masks within the folder of images are no images, whatever they are called.
  @Test func masksMayLieBesideTheirImages() throws {
    try files("photos/1.jpg", "photos/2.png", "masks/1.png", "masks/2.png", "masks_old/1.txt")
    let (data, _) = try segmentation("")
    #expect(data.dataset.samples.map(\.path) == ["photos/1.jpg", "photos/2.png"])
    #expect(data.notes == [])
  }

  @Test func aMaskWithoutItsImageIsNamed() throws {
    try files("images/1.jpg", "masks/1.png", "masks/2.png")
    #expect(
      throws: DatasetError.missingLabelledImages(
        path: folder.file("masks"), folder: folder.file("images"), first: "2.png", count: 1,
        total: 2
      )
    ) { try segmentation() }
  }

  @Test func segmentationNeedsWholeImages() throws {
    let segmentation = settings { $0.task = .segmentation }
    try segmentation.check(Preprocessing(resize: .exact(width: 32, height: 32)))
    for recipe in [Preprocessing.imagenet(side: 32), .yolo(ImageSize(width: 32, height: 32))] {
      let error = #expect(throws: HarnessError.self) { try segmentation.check(recipe) }
      #expect(error?.description.contains("--resize WxH --crop none") == true)
      try settings { $0.task = .detection }.check(recipe)
    }
  }

  // MARK: Texts

  private func texts(_ manifest: String, _ name: String = "lines.csv") throws -> [String]? {
    try files("1.png", "2.png")
    let path = try folder.write(Data(manifest.utf8), to: name)
    let data = try settings { $0.task = .text }.data(images: path)
    guard case .texts(let texts) = data.truths else { return nil }
    return data.dataset.samples.map(texts.text)
  }

  @Test(arguments: [
    ("1.png,\"a, b\"\n2.png,\"say \"\"hi\"\"\"\n", ["a, b", "say \"hi\""]),
    ("path,text\n1.png, 007 \n2.png,\n", [" 007 ", ""]),
    ("label,text,path\n4,x  y,1.png\n4,z,2.png\n", ["x  y", "z"]),
    ("1.png,你好\r\n2.png,e\u{301}\r\n", ["你好", "e\u{301}"]),
  ])
  func textsAreTakenAsTheyAre(_ manifest: String, _ expected: [String]) throws {
    let texts = try #require(try texts(manifest))
    #expect(texts.map { Array($0.unicodeScalars) } == expected.map { Array($0.unicodeScalars) })
  }

  @Test func manifestsOfTexts() throws {
    #expect(try texts(#"{"1.png": " a ", "2.png": 12}"#, "lines.json") == [" a ", "12"])
    // Images alone, to compare networks with each other.
    #expect(try texts("path\n1.png\n2.png\n") == nil)
    for manifest in ["1.png,a\n2.png\n", "1.png,a\n1.png,b\n"] {
      let error = #expect(throws: DatasetError.self) { try texts(manifest) }
      #expect(error?.description.contains("lines.csv, line 2: ") == true)
    }
  }

  @Test func dictionariesEndWithASpaceWhereTheModelKnowsOne() throws {
    let path = try folder.write(Data("a\nb\n".utf8), to: "keys.txt")
    #expect(try TextDictionary(contentsOf: path, classes: 3).symbols == ["a", "b"])
    #expect(try TextDictionary(contentsOf: path, classes: 4).symbols == ["a", "b", " "])
    let empty = try folder.write(Data(), to: "empty.txt")
    let error = #expect(throws: DatasetError.self) {
      try TextDictionary(contentsOf: empty, classes: 4)
    }
    #expect(error?.description == "\(empty): the dictionary has no symbols")
    #expect(throws: DatasetError.missing(path: "/nowhere")) {
      try TextDictionary(contentsOf: "/nowhere", classes: 4)
    }
  }

  // MARK: Without a task

  @Test func imagesWithoutClassesAreMeasuredByFidelity() throws {
    try files("flat/1.png", "flat/2.png", "classes/a/1.png", "classes/b/2.png")
    let open = TaskSettings()
    let flat = try open.data(images: folder.file("flat"))
    #expect(flat.task == .fidelity && flat.dataset.count == 2)
    let classes = try open.data(images: folder.file("classes"))
    #expect(classes.task == .classification)
    #expect(try classes.dataset == ImageDataset.load(from: folder.file("classes")))
    let list = try folder.write(Data("path\n1.png\n".utf8), to: "flat/list.csv")
    #expect(try open.data(images: list).task == .fidelity)
    // Whoever gives labels means classes.
    let labels = try folder.write(Data("a\n".utf8), to: "labels.txt")
    #expect(throws: DatasetError.self) {
      try open.data(images: folder.file("flat"), labels: labels)
    }
    #expect(throws: DatasetError.self) {
      try settings { $0.task = .classification }.data(images: folder.file("flat"))
    }
  }
}
