/// What `--version` says.
public enum ProgramVersion {
  public static let current = "0.1.0"
}
