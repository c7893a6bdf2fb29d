import CalibrantEngine
import Foundation
import CalibrantHarness
import CalibrantImaging
import CalibrantQuantization
import CalibrantTasks

/// Files that commands read besides models and results.
enum Readers {
  static func baseline(_ data: Data) throws {
    let path = ScratchFile.holding(DamagedJSON.file(data), suffix: ".json")
    let run = try Baseline(contentsOf: path).run
    let result = BenchmarkResult(run, changes: NoiseGate().changes(from: run, to: run))
    _ = (result.text, result.json.text)
  }

  /// Read, joined with itself, and what every method makes of it.
  static func statistics(_ data: Data) throws {
    let file = try StatisticsFile(decoding: DamagedJSON.file(data), path: "statistics")
    for observed in file.tensors.values where !observed.summary.isEmpty {
      var doubled = observed
      doubled.merge(observed)
      for values in [doubled.distribution] + doubled.channelDistributions {
        for method in [MinMax(), Percentile(), MeanSquaredError()] as [any CalibrationMethod] {
          for grid in [QuantizationGrid.asymmetricUInt8, .symmetricInt8] {
            _ = grid.parameters(for: method.range(of: values, on: grid))
          }
        }
      }
    }
    _ = try file.encoded()
  }

  /// As a line with its checksum, which chance would never hit.
  static func journal(_ data: Data) throws {
    let json = DamagedJSON.file(data)
    let line = Data((ContentHash.sha256(json) + " ").utf8) + json + Data("\n".utf8)
    let path = ScratchFile.holding(line, suffix: ".layers")
    let journal = try WalkJournal(path: path, modelSHA256: "0")
    guard journal.count == 1 else { return Outcomes.count("(of these a layer to be solved again)") }
    struct Entry: Decodable { var result: LayerCalibration }
    _ = (try? JSONDecoder().decode(Entry.self, from: json))?.result.weights?.dequantized()
  }

  static func manifest(_ data: Data) throws {
    for suffix in [".csv", ".json"] {
      let path = ScratchFile.holding(data, suffix: suffix)
      _ = try? ImageDataset.loadUnlabelled(from: path)
      var texts = TaskSettings()
      texts.task = .text
      _ = try? texts.data(images: path)
      _ = try ImageDataset.load(from: path)
    }
  }

  static func labels(_ data: Data) throws {
    let path = ScratchFile.holding(data, suffix: ".txt")
    _ = try LabelFile(contentsOf: path)
  }

  /// Boxes: COCO's JSON, an XML file of Pascal VOC, or else a file of YOLO's lines, of the images 1.jpg and 2.jpg.
  static func annotations(_ data: Data) throws {
    let images = ScratchFile.folder("-images")
    for name in ["/1.jpg", "/2.jpg"] { _ = ScratchFile.holding(Data(), suffix: "-images" + name) }
    var settings = TaskSettings()
    settings.task = .detection
    switch data.first {
    case UInt8(ascii: "{"):
      settings.annotations = ScratchFile.holding(data, suffix: ".json")
    case UInt8(ascii: "<"):
      settings.annotations = ScratchFile.folder("-voc")
      _ = ScratchFile.holding(data, suffix: "-voc/1.xml")
    default:
      let yaml = "val: \(images)\nnames: [a, b, c]\n"
      settings.annotations = ScratchFile.holding(Data(yaml.utf8), suffix: ".yaml")
      _ = ScratchFile.holding(data, suffix: "-images/1.txt")
    }
    let found = try settings.data(images: images)
    guard case .boxes(let boxes) = found.truths else { return }
    let geometry = BoxGeometry(width: 7, height: 5)
    for sample in found.dataset.samples { _ = boxes.truth(of: sample, geometry) }
  }

  /// The mask of an image of 7 × 5 pixels.
  static func mask(_ data: Data) throws {
    let images = ScratchFile.folder("-images")
    _ = ScratchFile.holding(Data(), suffix: "-images/1.jpg")
    var settings = TaskSettings()
    settings.task = .segmentation
    settings.masks = ScratchFile.folder("-masks")
    _ = ScratchFile.holding(data, suffix: "-masks/1.png")
    let found = try settings.data(images: images)
    guard case .masks(let masks) = found.truths else { return }
    let mask = try masks.mask(of: found.dataset.samples[0], BoxGeometry(width: 7, height: 5))
    let task = SegmentationTask(.scores(classCount: 3))
    let scores = OutputArray(shape: [1, 3, 1, 2], values: [0, 1, 2, 3, 4, 0])
    _ = task.metric(of: [try task.record([scores], truth: mask)]).value(weights: [1])
  }

  /// Of a network with as many classes as its symbols and the blank, and what it reads in random scores.
  static func dictionary(_ data: Data) throws {
    let path = ScratchFile.holding(data, suffix: ".txt")
    let symbols = try TextDictionary(file: [UInt8](data)).symbols.count
    for classes in [symbols + 1, symbols + 2] {
      let decoder = CTCDecoder(try TextDictionary(contentsOf: path, classes: classes))
      let scores = (0..<3 * classes).map { Float($0 * 7_919 % 101) }
      _ = try decoder.text(OutputArray(shape: [1, 3, classes], values: scores))
    }
  }

  /// As TOML and as JSON.
  static func configuration(_ data: Data) throws {
    let found = ["toml", "json"].compactMap { ending in
      let path = ScratchFile.holding(data, suffix: ".\(ending)")
      return try? ConfigurationFile(contentsOf: path)
    }
    guard let file = found.first else {
      _ = try ConfigurationFile(contentsOf: ScratchFile.holding(data, suffix: ".toml"))
      return
    }
    let options = file.entries.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    for (_, value) in options { _ = value.texts }
    _ = ConfigurationText.toml("compare", options)
  }

  /// Of the images 1.jpg and 2.jpg.
  static func pairs(_ data: Data) throws {
    let images = ScratchFile.folder("-images")
    for name in ["/1.jpg", "/2.jpg"] { _ = ScratchFile.holding(Data(), suffix: "-images" + name) }
    var settings = TaskSettings()
    settings.task = .embedding
    settings.pairs = ScratchFile.holding(data, suffix: ".csv")
    _ = try settings.data(images: images)
  }

  static func array(_ data: Data) throws {
    let array = try NPYArray(contentsOf: ScratchFile.holding(data, suffix: ".npy"))
    if array.sampleCount > 0 { _ = array.floats(sample: array.sampleCount - 1) }
    _ = array.tensor()
  }

  /// As the samples of a model of two inputs.
  static func archive(_ data: Data) throws {
    let files = try SampleFiles([ScratchFile.holding(data, suffix: ".npz")])
    let inputs = ModelInputs([
      ModelInputs.Input(name: "ids", dtype: .int64, dims: [nil, 100]),
      ModelInputs.Input(name: "image", dtype: .float32, dims: [nil, 2, 4, 4]),
    ])
    let samples = try ArraySamples(files, for: inputs)
    _ = samples.inputs(of: [samples.count - 1])
  }

  /// Pixels only of small images: decoding what the limits allow takes longer than a fuzzer has.
  static func image(_ data: Data) throws {
    try data.withUnsafeBytes { bytes in
      let size = try imageSize(bytes, appliesEXIF: true)
      guard size.width * size.height <= 1 << 16 else { return }
      _ = try? IndexMask(bytes)
      _ = try decodeImage(bytes, appliesEXIF: true)
    }
  }
}
