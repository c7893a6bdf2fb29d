/// Whole numbers that arithmetic trips over.
enum HostileNumbers {
  static let all: [Int] = [
    .min, .min + 1, -1 << 62, -1 << 31, -2, -1, 0, 1, 2, 3, 1 << 16, 1 << 24, 1 << 31, 1 << 32,
    1 << 50,
    1 << 62, .max - 1, .max,
  ]

  /// Data, for operators that take positions, counts or sizes from it.
  static let floats: [Float] = [
    0, 1, 1, 0.5, 2, 3.5, -1, -0.5, 65536, 1e10, -1e10, 1e30, -1e38, 1e-38, .nan, .infinity,
    -.infinity,
  ]
}
