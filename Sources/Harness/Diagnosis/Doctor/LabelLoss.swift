import Foundation

/// How badly scores predict labels: the cross-entropy of each label, after the one temperature that
/// makes their mean smallest.
///
/// On the same images it tells recipes apart that top-1 cannot, as it also counts how sure the model is;
/// the temperature keeps a recipe that merely scales the scores from looking better or worse. (Guo,
/// Pleiss, Sun, Weinberger, "On calibration of modern neural networks", 2017.)
enum LabelLoss {
  /// In nats, one per row; a label that the model has no score for, or scores that are not finite, count
  /// as a guess among all classes.
  /// - Parameter scores: rows of logits, or of probabilities, whose logarithms are taken.
  static func perImage(_ scores: Scores, labels: [Int]) -> [Double] {
    let rows = logits(scores)
    let usable = labels.indices.filter {
      (0..<scores.classes).contains(labels[$0]) && rows[$0].allSatisfy(\.isFinite)
    }
    let sharpness = sharpness(rows, labels, usable)
    var losses = [Double](repeating: log(Double(max(scores.classes, 1))), count: labels.count)
    for index in usable { losses[index] = moments(rows[index], labels[index], sharpness).loss }
    return losses
  }

  /// Each row less its highest value.
  private static func logits(_ scores: Scores) -> [[Float]] {
    let areProbabilities = (0..<scores.count).allSatisfy { index in
      let row = scores.row(index)
      return row.allSatisfy { $0 >= 0 && $0 <= 1 } && abs(row.reduce(0, +) - 1) < 1e-2
    }
    return (0..<scores.count).map { index in
      let row = scores.row(index)
      let values = areProbabilities ? row.map { log(max($0, 1e-12)) } : Array(row)
      let highest = values.max() ?? 0
      return values.map { $0 - highest }
    }
  }

  /// The inverse temperature. The mean loss is convex in it, so its slope changes sign once.
  private static func sharpness(_ rows: [[Float]], _ labels: [Int], _ usable: [Int]) -> Double {
    var (low, high) = (log(1e-4), log(1e3))
    for _ in 0..<24 {
      let middle = (low + high) / 2
      let slope = usable.reduce(0.0) {
        $0 + moments(rows[$1], labels[$1], exp(middle)).slope
      }
      if slope > 0 { high = middle } else { low = middle }
    }
    return exp((low + high) / 2)
  }

  /// −log p(label) for softmax(sharpness · row), and its derivative by the sharpness.
  private static func moments(
    _ row: [Float], _ label: Int, _ sharpness: Double
  ) -> (loss: Double, slope: Double) {
    let scale = Float(sharpness)
    var (sum, weighted) = (Float(0), Float(0))
    for value in row {
      let term = exp(scale * value)
      sum += term
      weighted += term * value
    }
    let target = Double(row[label])
    return (
      loss: log(Double(sum)) - sharpness * target, slope: Double(weighted / sum) - target
    )
  }
}
