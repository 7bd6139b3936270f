import Foundation
import Mechanisms

/// A mod file of ours and the tree of it, in `Fixtures`; a tree is made anew by
/// `nmodl --neuron NAME.mod --scratch DIRECTORY passes --json-ast`.
enum Fixture {
  static let names = [
    "gates", "synapse", "depressing", "chain", "pump", "implicit", "nonlinear", "mixed",
  ]

  static func json(_ name: String) throws -> [UInt8] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/\(name).json")
    return try [UInt8](Data(contentsOf: file))
  }

  static func mechanism(_ name: String) throws -> Mechanism {
    try MechanismReader.read(json(name))
  }
}
