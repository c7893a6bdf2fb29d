import CalibrantEngine

extension Provenance {
  var json: JSONValue {
    .object(
      [
        .init("version", ProgramVersion.current),
        .init("modelSHA256", modelSHA256),
        .init("output", output),
        .init(
          "preprocessing",
          .object(preprocessing.sorted { $0.key < $1.key }.map { .init($0.key, $0.value) })),
        .init("labelsDigest", labelsDigest),
        .init("dataDigest", dataDigest),
        .init("calibrationDigest", calibrationDigest),
      ] + JSONValue.present("arithmetic", arithmetic?.json) + [.init("kernels", kernels)]
        + JSONValue.present("options", options.map(JSONValue.string)))
  }
}

extension Arithmetic: JSONConvertible {
  var json: JSONValue { .string(rawValue) }
}

extension ModelFile.Part {
  var json: JSONValue {
    .object([.init("name", name), .init("sha256", sha256), .init("bytes", bytes)])
  }
}
