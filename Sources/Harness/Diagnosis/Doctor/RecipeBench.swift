import CalibrantEngine
import Foundation
import CalibrantImaging

/// Measures recipes on images of a data set.
struct RecipeBench {
  let program: Program
  let input: ImageInput
  let scores: ScoreOutput
  /// In an order whose first part is a fair sample of it.
  let dataset: ImageDataset
  let options: ImageStore.Options
  /// What judges where that is not class scores.
  var task: TaskTrials?

  /// What the recipe that was given ends at, for inputs that leave their sides open.
  var givenSize: ImageSize?

  var width: Int { input.width ?? givenSize?.width ?? input.height ?? 224 }
  var height: Int { input.height ?? givenSize?.height ?? input.width ?? 224 }

  /// Scores of the first images, with their labels.
  /// - Throws: `HarnessError.unreadableImage` where the recipe does not end at the model's size.
  func scores(
    of recipe: Recipe, images: Int
  ) throws -> (scores: Scores, labels: [Int]) {
    let part = dataset.slice(from: 0, count: images)
    let store = try ImageStore(part, recipe.preprocessing, for: input, options)
    let evaluator = Evaluator(jobs: options.jobs, isQuiet: options.isQuiet, output: self.scores)
    let scores =
      recipe.isTransposed
      ? try evaluator.scores(of: program, on: TransposedSource(source: store), title: recipe.name)
      : try evaluator.scores(of: program, on: store, title: recipe.name)
    return (scores, store.samples.map(\.label))
  }

  /// Whether most of the first images have a shorter side longer than the input's.
  func imagesAreLarger() -> Bool {
    let looked = dataset.samples.prefix(Self.looked)
    let larger = looked.count { sample in
      guard let bytes = try? Data(contentsOf: sample.url),
        let size = try? bytes.withUnsafeBytes({ try Preprocessing().preparedSize(ofHeader: $0) })
      else { return false }
      return min(size.width, size.height) > min(width, height)
    }
    return 2 * larger > looked.count
  }

  private static let looked = 25
}

extension Preprocessing {
  /// The size of every prepared image; nil where it follows the image's.
  var fixedSize: ImageSize? {
    if let crop { return ImageSize(width: crop, height: crop) }
    return switch resize {
    case .exact(let width, let height), .letterbox(let width, let height, _):
      ImageSize(width: width, height: height)
    case .shorterSide, .height, .none: nil
    }
  }
}
