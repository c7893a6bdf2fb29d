import Foundation

/// What a command was given as samples: a folder of images, a `.npy` array, a `.npz` archive of arrays, or an array per input.
public struct SampleFiles: Sendable, Hashable {
  struct Part: Sendable, Hashable {
    /// The input that the array is for, where it was said.
    let input: String?
    let path: String
  }

  let parts: [Part]

  /// - Parameter arguments: a path, or `input=path` per input.
  /// - Throws: `HarnessError.badOption` for several of which not each is named, or two of one name.
  public init(_ arguments: [String]) throws(HarnessError) {
    parts = arguments.map(Self.part)
    guard parts.count > 1 else { return }
    for (index, part) in parts.enumerated() {
      guard let input = part.input else {
        throw .badOption(
          "\(part.path) is one of several: say which input each is for, as in NAME=\(part.path)")
      }
      if parts[..<index].contains(where: { $0.input == input }) {
        throw .badOption("two arrays are given for input '\(input)'")
      }
    }
  }

  /// A path may hold an equals sign itself.
  private static func part(_ argument: String) -> Part {
    let halves = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard halves.count == 2, !halves[0].isEmpty, !halves[1].isEmpty,
      !FileManager.default.fileExists(atPath: argument)
    else { return Part(input: nil, path: argument) }
    return Part(input: String(halves[0]), path: String(halves[1]))
  }

  public var paths: [String] { parts.map(\.path) }

  /// Whether it is arrays, not a folder or a list of images.
  public var areArrays: Bool {
    parts.contains { $0.input != nil || Self.isArray($0.path) }
  }

  /// The one thing that was given, where no input was named.
  public var only: String? { parts.count == 1 && parts[0].input == nil ? parts[0].path : nil }

  private static func isArray(_ path: String) -> Bool {
    [".npy", ".npz"].contains { path.lowercased().hasSuffix($0) }
  }

  /// The array of each input, in the model's order.
  func arrays(for inputs: ModelInputs) throws -> [NPYArray] {
    var arrays: [(name: String?, array: NPYArray)] = []
    for part in parts {
      if part.path.lowercased().hasSuffix(".npz") {
        let archive = try NPZFile(contentsOf: part.path)
        guard part.input == nil else {
          throw HarnessError.badOption(
            "\(part.path) names its arrays itself: give it without an input's name")
        }
        arrays += archive.arrays.map { ($0.name, $0.array) }
      } else {
        arrays.append((part.input, try NPYArray(contentsOf: part.path)))
      }
    }
    // A single array needs no name where there is a single input.
    if arrays.count == 1, inputs.all.count == 1, parts[0].input == nil { return [arrays[0].array] }
    return try matched(arrays, to: inputs)
  }

  private func matched(
    _ arrays: [(name: String?, array: NPYArray)], to inputs: ModelInputs
  ) throws(HarnessError) -> [NPYArray] {
    for (name, array) in arrays {
      guard let name, inputs.names.contains(name) else {
        throw .noSuchInput(name: name, source: array.path, inputs: "\(inputs)")
      }
    }
    return try inputs.all.map { input throws(HarnessError) in
      guard let found = arrays.first(where: { $0.name == input.name }) else {
        throw .missingInput("\(input)", given: parts.map(\.path))
      }
      return found.array
    }
  }
}
