/// Whether a comparison measures how fast its files are.
public enum SpeedChoice: String, Sendable, CaseIterable {
  /// Where it takes less than a tenth of the comparison's time.
  case auto
  case on
  case off
}
