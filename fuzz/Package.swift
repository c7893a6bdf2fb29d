// swift-tools-version: 6.2
import PackageDescription

// A package of its own: libFuzzer brings the main function, and instrumentation needs flags that no dependency may have.
// scripts/fuzz builds and runs it.
let package = Package(
  name: "fuzz",
  dependencies: [.package(name: "calibrant", path: "..")],
  targets: [
    .executableTarget(
      name: "Fuzz",
      dependencies: [.product(name: "Engine", package: "calibrant")],
      swiftSettings: [.unsafeFlags(["-parse-as-library"])])
  ],
  swiftLanguageModes: [.v6]
)
