// swift-tools-version: 6.3
import PackageDescription

let exportedNames = "\(Context.packageDirectory)/Sources/NeuronReduceABI/exports.map"

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

let package = Package(
  name: "neuron-reduce",
  products: [
    .library(name: "NeuronReduceABI", type: .dynamic, targets: ["NeuronReduceABI"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.0")
  ],
  targets: [
    .target(
      name: "CableTheory",
      dependencies: [.product(name: "ComplexModule", package: "swift-numerics")],
      swiftSettings: strict
    ),
    .target(name: "CellModel", swiftSettings: strict),
    .target(name: "Reduction", dependencies: ["CableTheory", "CellModel"], swiftSettings: strict),
    .target(name: "CNEURON"),
    .target(
      name: "NEURONBridge",
      dependencies: ["CellModel", "Reduction", "CNEURON"],
      swiftSettings: strict
    ),
    .target(name: "CNeuronReduce"),
    .target(
      name: "NeuronReduceABI",
      dependencies: ["NEURONBridge", "CNeuronReduce"],
      exclude: ["exports.map"],
      swiftSettings: strict,
      // SwiftPM ignores --static-swift-stdlib for dynamic libraries: with these flags the library
      // loads where no Swift is installed and shows nothing but the functions of the C header.
      linkerSettings: [
        .unsafeFlags([
          "-static-stdlib",
          "-Xlinker", "--version-script=\(exportedNames)",
        ])
      ]
    ),
    .testTarget(
      name: "CableTheoryTests",
      dependencies: ["CableTheory", .product(name: "ComplexModule", package: "swift-numerics")],
      swiftSettings: strict),
    .testTarget(name: "CellModelTests", dependencies: ["CellModel"], swiftSettings: strict),
    .testTarget(
      name: "ReductionTests", dependencies: ["Reduction", "CableTheory", "CellModel"],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
