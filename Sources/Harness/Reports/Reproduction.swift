extension ReportBlock {
  /// What it takes to get a result again: circumstances, and the options as a file.
  ///
  /// - Parameter circumstances: what else decided the numbers, a line each.
  static func reproduction(
    of provenance: Provenance?, _ circumstances: [String]
  ) -> ReportBlock {
    let known = provenance.map { provenance in
      [
        "calibrant \(ProgramVersion.current)",
        "SHA-256 of the model: \(provenance.modelSHA256)",
        "digest of images and labels: \(provenance.dataDigest)",
        "kernels: \(provenance.kernels)",
      ]
    }
    let options = provenance?.options.map { options in
      [
        ReportBlock.facts(["The options as a file for --config:"]),
        .code(String(options.dropLast())),
      ]
    }
    return .folded(
      "To reproduce: preprocessing, machine and options",
      [.list((known ?? []) + circumstances)] + (options ?? []))
  }

  /// The same where nothing is known besides.
  static func reproduction(of provenance: Provenance?) -> ReportBlock {
    let preprocessing = (provenance?.preprocessing ?? [:]).sorted { $0.key < $1.key }
    return reproduction(of: provenance, preprocessing.map { "\($0.key): \($0.value)" })
  }
}
