import Foundation

/// A file made by any tool, to be measured as an arm beside the original.
public struct GivenArm: Sendable {
  /// Unique within a comparison.
  public let name: String
  public let model: LoadedModel

  /// - Parameter original: what the file was made from; its output is ranked where the file has one of that name.
  /// - Throws: `HarnessError.differentModel` where the file does not read what the original reads.
  public init(name: String, path: String, like original: LoadedModel) throws {
    self.name = name
    do {
      model = try LoadedModel(
        path, output: original.scores.name, arithmetic: original.arithmetic,
        layout: original.layout)
    } catch HarnessError.noSuchOutput {
      model = try LoadedModel(
        path, arithmetic: original.arithmetic, layout: original.layout)
    }
    try Self.checkInput(of: model, path: path, like: original)
    if let own = model.scores.classes, let expected = original.scores.classes, own != expected {
      throw HarnessError.differentModel(
        path: path, reason: "it scores \(own) classes, the original \(expected)")
    }
  }

  private static func checkInput(
    of model: LoadedModel, path: String, like original: LoadedModel
  ) throws {
    guard let expected = try? original.input else {
      do throws(HarnessError) {
        _ = try original.inputs.order(for: model.inputs)
      } catch {
        throw HarnessError.differentModel(
          path: path, reason: "it reads \(model.inputs), the original \(original.inputs)")
      }
      return
    }
    guard let own = try? model.input else {
      throw HarnessError.differentModel(path: path, reason: "it does not read one image")
    }
    guard own.isFed(like: expected) else {
      throw HarnessError.differentModel(
        path: path, reason: "it reads \(own), the original \(expected)")
    }
  }
}

extension ImageInput {
  /// Whether the same numbers can be fed to both.
  fileprivate func isFed(like other: ImageInput) -> Bool {
    func agree(_ a: Int?, _ b: Int?) -> Bool { a == nil || b == nil || a == b }
    return layout == other.layout && readsBytes == other.readsBytes && channels == other.channels
      && agree(height, other.height) && agree(width, other.width)
  }
}

extension ImageInput: CustomStringConvertible {
  /// `float32 N × 3 × 224 × 224`.
  public var description: String {
    let sides = [height, width].map { $0.map(String.init) ?? "?" }
    let image =
      layout == .channelsFirst ? ["\(channels)"] + sides : sides + ["\(channels)"]
    return (readsBytes ? "uint8 " : "float32 ")
      + ((hasBatchAxis ? [fixedBatch.map(String.init) ?? "N"] : []) + image)
      .joined(separator: " × ")
  }
}

extension MadeArm {
  /// A file that is where it is.
  init(_ given: GivenArm, besides original: LoadedModel) {
    let arm = Arm(
      name: given.name, kind: .given, method: given.name, bytes: given.model.bytes,
      sha256: given.model.sha256)
    self.init(
      arm: arm, model: given.model, float: original.model, quantized: nil, quantizeSeconds: 0)
  }
}
