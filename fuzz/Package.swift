// swift-tools-version: 6.2
import PackageDescription

// A package of its own: it links only with libFuzzer, which scripts/fuzz asks the compiler for.
let package = Package(
  name: "fuzz",
  dependencies: [.package(name: "calibrant", path: "..")],
  targets: [
    .executableTarget(
      name: "Fuzz",
      dependencies: [
        .product(name: "CalibrantEngine", package: "calibrant"),
        .product(name: "CalibrantHarness", package: "calibrant"),
        .product(name: "CalibrantTasks", package: "calibrant"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
