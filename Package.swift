// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "calibrant",
  products: [
    .executable(name: "calibrant", targets: ["calibrant"]),
    .executable(name: "ActivationCalibration", targets: ["ActivationCalibration"]),
    .library(name: "Calibrant", targets: ["Calibrant"]),
    // What benchmarks and fuzzing look into; programs need the one above.
    .library(name: "CalibrantHarness", targets: ["CalibrantHarness"]),
    .library(name: "CalibrantEngine", targets: ["CalibrantEngine"]),
    .library(name: "CalibrantLinearAlgebra", targets: ["CalibrantLinearAlgebra"]),
    .library(name: "CalibrantONNXFormat", targets: ["CalibrantONNXFormat"]),
    .library(name: "CalibrantTasks", targets: ["CalibrantTasks"]),
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
    // Names of modules are everybody's: a program that uses ours may have an Engine of its own.
    .target(
      name: "CalibrantLinearAlgebra", dependencies: ["COpenBLAS", "CKernels"],
      path: "Sources/LinearAlgebra"),
    .target(
      name: "CalibrantONNXFormat",
      dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")],
      path: "Sources/ONNXFormat"),
    .target(
      name: "CalibrantImaging", dependencies: ["CImageCodecs"], path: "Sources/Imaging"),
    .target(
      name: "CalibrantTasks",
      dependencies: ["CalibrantLinearAlgebra", .product(name: "Yams", package: "Yams")],
      path: "Sources/Tasks"),
    .target(
      name: "CalibrantEngine",
      dependencies: ["CalibrantONNXFormat", "CalibrantLinearAlgebra", "CKernels"],
      path: "Sources/Engine"),
    .target(
      name: "CalibrantQuantization",
      dependencies: [
        "CalibrantEngine", "CalibrantONNXFormat", "CalibrantLinearAlgebra", "CKernels",
      ],
      path: "Sources/Quantization"),
    .target(
      name: "CalibrantHarness",
      dependencies: [
        "CalibrantQuantization", "CalibrantEngine", "CalibrantLinearAlgebra", "CalibrantONNXFormat",
        "CalibrantImaging", "CalibrantTasks", "CCrypto",
        "CMalloc", "CDemoModel", .product(name: "TOMLKit", package: "TOMLKit"),
      ],
      path: "Sources/Harness"),
    // The library for other programs. Documentation: CALIBRANT_DOCUMENTATION=1 swift package generate-documentation --target Calibrant
    .target(
      name: "Calibrant",
      dependencies: [
        "CalibrantHarness", "CalibrantImaging", "CalibrantLinearAlgebra", "CalibrantQuantization",
      ]),
    .executableTarget(
      name: "calibrant",
      dependencies: [
        "CalibrantHarness", "CalibrantTasks",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "ActivationCalibration",
      dependencies: [
        "CalibrantHarness", "CalibrantLinearAlgebra", "CalibrantONNXFormat",
        "CalibrantQuantization",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Examples/ActivationCalibration"),
    .executableTarget(
      name: "QuantizationCost", dependencies: ["Calibrant"], path: "Examples/QuantizationCost"),
    .executableTarget(
      name: "EqualizedModel",
      dependencies: [
        "CalibrantEngine", "CalibrantHarness", "CalibrantONNXFormat", "CalibrantQuantization",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Examples/EqualizedModel"),
    .executableTarget(
      name: "DemoImages", dependencies: ["CalibrantHarness"], path: "Examples/DemoImages"),

    .target(name: "TestSupport", path: "Tests/TestSupport"),
    .testTarget(
      name: "LinearAlgebraTests", dependencies: ["CalibrantLinearAlgebra", "TestSupport"]),
    .testTarget(name: "ONNXFormatTests", dependencies: ["CalibrantONNXFormat", "TestSupport"]),
    .testTarget(
      name: "ImagingTests", dependencies: ["CalibrantImaging", "CImageCodecs", "TestSupport"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "TasksTests", dependencies: ["CalibrantTasks", "TestSupport"], exclude: ["Golden"]),
    .testTarget(
      name: "EngineTests",
      dependencies: ["CalibrantEngine", "CKernels", "CalibrantONNXFormat", "TestSupport"],
      exclude: [
        "Conformance", "Graphs", "QOperator", "conformance.txt", "conformance-models.txt",
      ]),
    .testTarget(
      name: "QuantizationTests",
      dependencies: [
        "CalibrantQuantization", "CalibrantEngine", "CalibrantONNXFormat", "TestSupport",
      ],
      exclude: ["golden.json", "make_golden.py"]),
    .testTarget(
      name: "HarnessTests",
      dependencies: [
        "CalibrantHarness", "CalibrantQuantization", "CalibrantEngine", "CalibrantLinearAlgebra",
        "CalibrantONNXFormat", "CalibrantImaging", "CalibrantTasks",
        "TestSupport",
      ],
      exclude: [
        "Fixtures", "Golden", "Snapshots", "make_rank_golden.py", "make_several_golden.py",
        "make_statistics_golden.py",
      ]),
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "calibrant", "QuantizationCost", "CalibrantHarness", "CalibrantQuantization",
        "CalibrantEngine", "CalibrantONNXFormat",
        "CalibrantImaging", "CalibrantTasks", "TestSupport",
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
