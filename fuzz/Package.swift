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
        .product(name: "Engine", package: "calibrant"),
        .product(name: "Harness", package: "calibrant"),
        .product(name: "Tasks", package: "calibrant"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
