// swift-tools-version: 6.3
import Foundation
import PackageDescription

let exportedNames = "\(Context.packageDirectory)/Sources/NeuronReduceLibrary/exports.map"
let exportedToHoc = "\(Context.packageDirectory)/Sources/NeuronReduceHoc/exports.map"

// VERSION is the one place that holds the version.
let version =
  (try? String(contentsOfFile: "\(Context.packageDirectory)/VERSION", encoding: .utf8))?
  .trimmingCharacters(in: .whitespacesAndNewlines) ?? "unknown"

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

// Functions of which newer versions than glibc 2.28 has would be linked: OlderGlibc.c has them.
let wrapped = [
  "exp", "exp2", "log", "log2", "pow", "hypot", "hypotf", "dlopen", "dlsym", "dladdr", "dlclose",
  "dlerror", "pthread_attr_getstack", "pthread_attr_getstacksize", "pthread_attr_setstacksize",
  "pthread_create", "pthread_getaffinity_np", "pthread_getattr_np", "pthread_getname_np",
  "pthread_getspecific", "pthread_key_create", "pthread_kill", "pthread_mutex_timedlock",
  "pthread_mutex_trylock", "pthread_mutexattr_destroy", "pthread_mutexattr_init",
  "pthread_mutexattr_settype", "pthread_once", "pthread_setname_np", "pthread_setspecific",
  "pthread_sigmask", "sem_destroy", "sem_init", "sem_open", "sem_post", "sem_timedwait", "sem_wait",
  "_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE", "stat", "lstat", "fstat",
  "posix_spawn_file_actions_addchdir_np", "__libc_start_main",
]

let olderGlibc: [LinkerSetting] = [
  .unsafeFlags(
    ["-use-ld=lld"] + wrapped.flatMap { ["-Xlinker", "--wrap=\($0)"] }
      + ["--push-state", "--no-as-needed", "-l:libpthread.so.0", "-l:libdl.so.2", "--pop-state"]
      .flatMap { ["-Xlinker", $0] },
    .when(platforms: [.linux]))
]

let package = Package(
  name: "neuron-reduce",
  products: [
    .library(name: "NeuronReduceABI", type: .dynamic, targets: ["NeuronReduceLibrary"]),
    .library(name: "NeuronReduceHoc", type: .dynamic, targets: ["NeuronReduceHoc"]),
    .executable(name: "neuron-reduce", targets: ["neuron-reduce"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/swiftcsv/SwiftCSV", from: "0.10.0"),
  ],
  targets: [
    .target(
      name: "CableTheory",
      dependencies: [.product(name: "ComplexModule", package: "swift-numerics")],
      swiftSettings: strict
    ),
    .target(name: "CellModel", dependencies: ["CableTheory"], swiftSettings: strict),
    .target(
      name: "SynapseResponse",
      dependencies: [
        .product(name: "ComplexModule", package: "swift-numerics"),
        .product(name: "RealModule", package: "swift-numerics"),
      ],
      swiftSettings: strict
    ),
    .target(
      name: "Reduction", dependencies: ["CableTheory", "CellModel", "SynapseResponse"],
      swiftSettings: strict),
    .target(name: "Fidelity", swiftSettings: strict),
    .target(name: "Mechanisms", swiftSettings: strict),
    .target(name: "CSimulation"),
    .target(
      name: "Simulation", dependencies: ["CableTheory", "CellModel", "Mechanisms"],
      swiftSettings: strict),
    .target(name: "CNEURON"),
    .target(
      name: "NEURONBridge",
      dependencies: ["CellModel", "Reduction", "CNEURON"],
      swiftSettings: strict
    ),
    // Without Foundation as all above: what a host of NEURON needs that is no command.
    .target(
      name: "CNEURONHost",
      cxxSettings: [.define("NEURON_REDUCE_VERSION", to: "\"\(version)\"")]),
    .target(
      name: "ResponseMeasuring",
      dependencies: ["NEURONBridge", "CellModel", "Reduction", "SynapseResponse", "CNEURONHost"],
      swiftSettings: strict),
    .target(name: "CellFile", swiftSettings: strict),
    .target(
      name: "CellExport", dependencies: ["CellFile"],
      // The package's own, which an exported module has in it.
      resources: [.embedInCode("Resources/building.py")],
      swiftSettings: strict),
    .target(
      name: "NEURONSession",
      dependencies: [
        "NEURONBridge", "CellFile", "CellModel", "Reduction", "CNEURON", "CNEURONHost",
      ],
      swiftSettings: strict),
    .target(
      name: "NeuronReduceCommands",
      dependencies: [
        "NEURONSession", "ResponseMeasuring", "CellFile", "CellExport", "NEURONBridge", "CellModel",
        "Reduction", "CableTheory", "Fidelity", "CNEURONHost",
        .product(name: "ComplexModule", package: "swift-numerics"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "SwiftCSV", package: "SwiftCSV"),
      ],
      // The page that Python's view() writes.
      resources: [.embedInCode("Resources/page.html")],
      swiftSettings: strict),
    .executableTarget(
      name: "neuron-reduce",
      dependencies: ["NeuronReduceCommands", "OlderGlibc"],
      swiftSettings: strict,
      // NEURON's library looks for this name in the program that loads it.
      linkerSettings: [.unsafeFlags(["-Xlinker", "--export-dynamic-symbol=modl_reg"])] + olderGlibc
    ),
    // What neuron_reduce.hoc loads into NEURON: shows modl_reg alone.
    .target(name: "CNeuronReduceHoc"),
    .target(
      name: "NeuronReduceHoc",
      dependencies: [
        "NEURONSession", "ResponseMeasuring", "CellFile", "CellExport", "NEURONBridge", "CellModel",
        "Reduction", "CNEURON", "CNeuronReduceHoc", "OlderGlibc",
      ],
      exclude: ["exports.map"],
      swiftSettings: strict,
      linkerSettings: [
        .unsafeFlags([
          "-static-stdlib",
          "-Xlinker", "--version-script=\(exportedToHoc)",
        ])
      ] + olderGlibc
    ),
    .target(name: "CNeuronReduce"),
    .target(
      name: "NeuronReduceABI",
      dependencies: [
        "NEURONBridge", "CableTheory", "CellExport", "CellFile", "CellModel", "Fidelity",
        "Mechanisms", "Simulation", "SynapseResponse", "CNeuronReduce",
        .product(name: "ComplexModule", package: "swift-numerics"),
      ],
      swiftSettings: strict
    ),
    .target(name: "OlderGlibc"),
    // Apart from the code, which tests link as any other: what the shared library is linked with.
    .target(
      name: "NeuronReduceLibrary",
      dependencies: ["NeuronReduceABI", "OlderGlibc"],
      exclude: ["exports.map"],
      swiftSettings: strict,
      // SwiftPM ignores --static-swift-stdlib for dynamic libraries: with these flags the library
      // loads where no Swift is installed, and of its functions shows those of the C header only.
      linkerSettings: [
        .unsafeFlags([
          "-static-stdlib",
          "-Xlinker", "--version-script=\(exportedNames)",
        ])
      ] + olderGlibc
    ),
    .target(
      name: "TestSupport",
      dependencies: ["SynapseResponse", .product(name: "RealModule", package: "swift-numerics")],
      path: "Tests/TestSupport", swiftSettings: strict),
    .testTarget(
      name: "CableTheoryTests",
      dependencies: [
        "CableTheory", "TestSupport", .product(name: "ComplexModule", package: "swift-numerics"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "CellModelTests", dependencies: ["CellModel", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "SynapseResponseTests",
      dependencies: [
        "SynapseResponse", "TestSupport",
        .product(name: "ComplexModule", package: "swift-numerics"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "ReductionTests",
      dependencies: ["Reduction", "CableTheory", "CellModel", "SynapseResponse", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "FidelityTests",
      dependencies: [
        "Fidelity", "TestSupport", .product(name: "RealModule", package: "swift-numerics"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "MechanismsTests", dependencies: ["Mechanisms", "TestSupport"],
      exclude: ["Fixtures"], swiftSettings: strict),
    .target(
      name: "SimulationSupport", dependencies: ["CSimulation"], path: "Tests/SimulationSupport"),
    .testTarget(
      name: "SimulationTests",
      dependencies: [
        "Simulation", "Mechanisms", "CellModel", "SimulationSupport", "TestSupport",
        .product(name: "RealModule", package: "swift-numerics"),
      ],
      swiftSettings: strict),
    .target(name: "FakeNEURON", dependencies: ["CNEURON"], path: "Tests/FakeNEURON"),
    .testTarget(
      name: "NEURONBridgeTests",
      dependencies: ["NEURONBridge", "CellModel", "Reduction", "CNEURON", "FakeNEURON"],
      swiftSettings: strict),
    .testTarget(
      name: "CellFileTests", dependencies: ["CellFile", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "CellExportTests", dependencies: ["CellExport", "CellFile", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "ResponseMeasuringTests", dependencies: ["ResponseMeasuring"], swiftSettings: strict),
    .testTarget(
      name: "NeuronReduceCommandsTests",
      dependencies: [
        "NeuronReduceCommands", "neuron-reduce", "CellFile", "TestSupport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      exclude: ["Models", "Snapshots"], swiftSettings: strict),
    .testTarget(
      name: "NeuronReduceABITests",
      dependencies: [
        "NeuronReduceABI", "NEURONBridge", "CNeuronReduce", "CNEURON", "CellFile", "CellModel",
        "Reduction", "SynapseResponse",
      ],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
