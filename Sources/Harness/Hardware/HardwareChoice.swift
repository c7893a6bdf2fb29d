import CalibrantEngine

/// Which arithmetic a measurement is made in.
public enum HardwareChoice: String, Sendable, CaseIterable {
  case exact
  case noVNNI = "no-vnni"
  case both

  public var all: [Hardware] {
    switch self {
    case .exact: [.exact]
    case .noVNNI: [.noVNNI]
    case .both: [.exact, .noVNNI]
    }
  }
}

extension Hardware {
  /// What a reader who has never heard of it can recognise their machine by.
  public var description: String {
    switch self {
    case .exact: "CPUs with exact 8-bit sums: x86 with VNNI, ARM"
    case .noVNNI:
      "x86 CPUs without VNNI: Intel before Ice Lake and Cascade Lake, AMD before Zen 4"
    }
  }
}
