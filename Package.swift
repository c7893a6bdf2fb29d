// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "calibrant",
  products: [
    .executable(name: "calibrant", targets: ["calibrant"]),
    .executable(name: "ActivationCalibration", targets: ["ActivationCalibration"]),
    .library(name: "Calibrant", targets: ["Calibrant"]),
    // What benchmarks and fuzzing look into; programs need the one above.
    .library(name: "Harness", targets: ["Harness"]),
    .library(name: "Engine", targets: ["Engine"]),
    .library(name: "LinearAlgebra", targets: ["LinearAlgebra"]),
    .library(name: "ONNXFormat", targets: ["ONNXFormat"]),
    .library(name: "Tasks", targets: ["Tasks"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
  ],
  targets: [
    // C libraries of the system, each behind one module of ours.
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CMalloc"),
    .target(
      name: "CImageCodecs",
      linkerSettings: ["jpeg", "png16", "tiff", "webp", "webpdemux"].map {
        .linkedLibrary($0)
      }),
    // Its source embeds the models.
    .target(name: "CDemoModel", exclude: ["demo.onnx", "detector.onnx", "segmenter.onnx"]),

    // Inner loops, compiled for several instruction sets.
    .target(name: "CKernels"),
    .target(name: "LinearAlgebra", dependencies: ["COpenBLAS"]),
    .target(
      name: "ONNXFormat",
      dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")]),
    .target(name: "Imaging", dependencies: ["CImageCodecs"]),
    .target(
      name: "Tasks", dependencies: ["LinearAlgebra", .product(name: "Yams", package: "Yams")]),
    .target(name: "Engine", dependencies: ["ONNXFormat", "LinearAlgebra", "CKernels"]),
    .target(
      name: "Quantization", dependencies: ["Engine", "ONNXFormat", "LinearAlgebra", "CKernels"]),
    .target(
      name: "Harness",
      dependencies: [
        "Quantization", "Engine", "LinearAlgebra", "ONNXFormat", "Imaging", "Tasks", "CCrypto",
        "CMalloc", "CDemoModel", .product(name: "TOMLKit", package: "TOMLKit"),
      ]),
    // The library for other programs. Documentation: CALIBRANT_DOCUMENTATION=1 swift package generate-documentation --target Calibrant
    .target(
      name: "Calibrant", dependencies: ["Harness", "Imaging", "LinearAlgebra", "Quantization"]),
    .executableTarget(
      name: "calibrant",
      dependencies: [
        "Harness", "Tasks", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "ActivationCalibration",
      dependencies: [
        "Harness", "LinearAlgebra", "ONNXFormat", "Quantization",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Examples/ActivationCalibration"),
    .executableTarget(
      name: "QuantizationCost", dependencies: ["Calibrant"], path: "Examples/QuantizationCost"),
    .executableTarget(
      name: "EqualizedModel",
      dependencies: [
        "ONNXFormat", "Quantization",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Examples/EqualizedModel"),
    .executableTarget(
      name: "DemoImages", dependencies: ["Harness"], path: "Examples/DemoImages"),

    .target(name: "TestSupport", path: "Tests/TestSupport"),
    .testTarget(name: "LinearAlgebraTests", dependencies: ["LinearAlgebra", "TestSupport"]),
    .testTarget(name: "ONNXFormatTests", dependencies: ["ONNXFormat", "TestSupport"]),
    .testTarget(
      name: "ImagingTests", dependencies: ["Imaging", "CImageCodecs", "TestSupport"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "TasksTests", dependencies: ["Tasks", "TestSupport"], exclude: ["Golden"]),
    .testTarget(
      name: "EngineTests", dependencies: ["Engine", "CKernels", "ONNXFormat", "TestSupport"],
      exclude: [
        "Conformance", "Graphs", "QOperator", "conformance.txt", "conformance-models.txt",
      ]),
    .testTarget(
      name: "QuantizationTests",
      dependencies: ["Quantization", "Engine", "ONNXFormat", "TestSupport"],
      exclude: ["golden.json", "make_golden.py"]),
    .testTarget(
      name: "HarnessTests",
      dependencies: [
        "Harness", "Quantization", "Engine", "LinearAlgebra", "ONNXFormat", "Imaging", "Tasks",
        "TestSupport",
      ],
      exclude: [
        "Fixtures", "Golden", "Snapshots", "make_rank_golden.py", "make_several_golden.py",
        "make_statistics_golden.py",
      ]),
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "calibrant", "QuantizationCost", "Harness", "Quantization", "Engine", "ONNXFormat",
        "Imaging", "Tasks", "TestSupport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)

// Only documentation needs it.
if Context.environment["CALIBRANT_DOCUMENTATION"] != nil {
  package.dependencies.append(
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"))
}
