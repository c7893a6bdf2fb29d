@testable import CalibrantTasks

/// A square of 10 pixels at the upper edge.
func detection(_ x: Double, _ score: Double, category: Int = 0) -> Detection {
  Detection(box: Box(x: x, y: 0, width: 10, height: 10), category: category, score: score)
}
