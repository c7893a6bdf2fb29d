/// The images that a task is measured on, and what is known of each.
public struct TaskData: Sendable {
  public let task: TaskKind
  /// May be sampled, put in another order or thinned: labels are found by an image's path.
  public let dataset: ImageDataset
  public let truths: Truths
  /// What a user should know, one sentence each.
  public let notes: [String]

  public enum Truths: Sendable {
    /// Only another network's outputs can be held against.
    case none
    /// The labels of the data set's samples: classes, or identities.
    case classes
    case boxes(BoxTruths)
    case masks(MaskTruths)
    case texts(TextTruths)
    case pairs(PairTruths)
  }
}

extension TaskData {
  /// Refuses labels of images that have other sizes. To be asked once the first look at the images has found these.
  public func check(_ images: any MeasuredSamples) throws(DatasetError) {
    guard case .boxes(let boxes) = truths else { return }
    for (index, sample) in images.samples.enumerated() {
      try boxes.check(sample, images.geometry(of: index))
    }
  }

  /// Some of the images (`ImageDataset.limited`).
  ///
  /// - Throws: `HarnessError.badOption` for pairs, of which few would stay whole.
  public func limited(to limit: Int, seed: UInt64) throws(HarnessError) -> TaskData {
    if case .pairs = truths {
      throw .badOption("--limit has no effect beside --pairs: take a shorter list of pairs")
    }
    return TaskData(
      task: task, dataset: dataset.limited(to: limit, seed: seed), truths: truths, notes: notes)
  }

  /// Images without labels.
  init(_ task: TaskKind, _ images: ImageDataset) {
    self.init(task: task, dataset: images, truths: .none, notes: [])
  }
}
