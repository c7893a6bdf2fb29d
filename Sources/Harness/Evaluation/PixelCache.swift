import CalibrantImaging
import Synchronization

/// Prepared images by index, as many as a budget of bytes takes; the first to come stay.
final class PixelCache: Sendable {
  private struct State {
    var images: [Int: ImageBuffer] = [:]
    var bytes = 0
  }

  private let budget: Int
  private let state = Mutex(State())

  init(budget: Int) { self.budget = budget }

  subscript(index: Int) -> ImageBuffer? { state.withLock { $0.images[index] } }

  /// Keeps an image where there is room for it.
  func offer(_ image: ImageBuffer, at index: Int) {
    state.withLock { state in
      let bytes = state.bytes + image.pixels.count
      guard bytes <= budget, state.images[index] == nil else { return }
      state.images[index] = image
      state.bytes = bytes
    }
  }
}
