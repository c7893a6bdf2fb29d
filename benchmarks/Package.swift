// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nobody who builds or tests Calibrant builds this.
let package = Package(
  name: "benchmarks",
  dependencies: [
    .package(name: "calibrant", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ],
  targets: [
    .executableTarget(
      name: "BootstrapCoverage",
      dependencies: [
        .product(name: "CalibrantTasks", package: "calibrant"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "ConvolutionSpeed",
      dependencies: [
        .product(name: "CalibrantEngine", package: "calibrant"),
        .product(name: "CalibrantLinearAlgebra", package: "calibrant"),
        .product(name: "CalibrantONNXFormat", package: "calibrant"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "ReportSpeed",
      dependencies: [
        .product(name: "CalibrantHarness", package: "calibrant"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
