import CKernels
import Foundation

/// What the inner loops are compiled for.
public enum InstructionSet: String, Sendable, CaseIterable {
  // The fastest first.
  case avx512VNNI = "avx512-vnni"
  case avx512, avx2, baseline

  /// The environment variable that names the set to compute with.
  public static let variable = "CALIBRANT_KERNELS"

  /// Those that this CPU runs, the fastest first.
  public static let available = allCases.filter { ck_kernels_named($0.rawValue) != nil }

  /// The one that this process computes with.
  public static let current = (try? selected()) ?? fastest

  private static let fastest = available.first ?? .baseline

  /// What the environment names, or the fastest.
  /// - Throws: where it names none that this CPU runs; `current` then is the fastest.
  @discardableResult public static func selected(
    by environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(UnavailableKernels) -> InstructionSet {
    guard let name = environment[variable], !name.isEmpty else { return fastest }
    guard let set = available.first(where: { $0.rawValue == name }) else {
      throw UnavailableKernels(name: name)
    }
    return set
  }
}

/// `CALIBRANT_KERNELS` names no instruction set, or one that this CPU lacks.
public struct UnavailableKernels: Error, CustomStringConvertible {
  public let name: String

  public var description: String {
    let isKnown = InstructionSet(rawValue: name) != nil
    let available = InstructionSet.available.map(\.rawValue).joined(separator: ", ")
    return "\(InstructionSet.variable) is '\(name)', which "
      + (isKnown ? "this processor does not run" : "is no set of kernels")
      + "; there are: \(available)"
  }
}
