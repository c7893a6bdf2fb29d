import Foundation

/// How a resized image's pixels follow from the original's: Pillow's resampling filters.
public enum Interpolation: String, Codable, Sendable, CaseIterable {
  case nearest
  case bilinear
  case bicubic
  case lanczos
}

extension Interpolation {
  /// Half the width of the filter, in pixels of the smaller image.
  var support: Double {
    switch self {
    case .nearest: 0
    case .bilinear: 1
    case .bicubic: 2
    case .lanczos: 3
    }
  }

  /// The filter's value at a distance from its centre. Each expression rounds as Pillow's does.
  func weight(at distance: Double) -> Double {
    let x = abs(distance)
    guard x < support else { return 0 }
    switch self {
    case .nearest: return 1
    case .bilinear: return 1 - x
    case .bicubic: return Self.keys(x)
    case .lanczos: return Self.sinc(x) * Self.sinc(x / support)
    }
  }

  /// Cubic convolution with a = −0.5 (Keys, 1981).
  private static func keys(_ x: Double) -> Double {
    let a = -0.5
    if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    return (((x - 5) * x + 8) * x - 4) * a
  }

  private static func sinc(_ x: Double) -> Double {
    x == 0 ? 1 : sin(x * .pi) / (x * .pi)
  }
}
