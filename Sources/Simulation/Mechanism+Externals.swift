import Mechanisms

extension Mechanism {
  /// The names of EXTERNALs that blocks use, as hoc has them.
  package var namesOfExternals: [String] { usedExternals.map { globals[$0].name } }

  private var usedExternals: [Int] {
    let externals = globals.indices.filter { globals[$0].isExternal }
    if externals.isEmpty { return [] }
    let effects = Effects(of: blocksThatRun, tables)
    return externals.filter {
      effects.liveIn.contains(.global($0)) || effects.mayAssign.contains(.global($0))
    }
  }

  /// The same with the values of EXTERNALs: of numbers that the mechanism that has them does not set, so that
  /// they are constants.
  func resolving(
    _ settings: ProgramSettings, _ sources: [String: Mechanism]
  ) throws(SimulationError) -> Mechanism {
    var copy = self
    for index in usedExternals {
      let name = globals[index].name
      func refused(_ why: String) -> SimulationError {
        .unsupported(mechanism: self.name, block: "NEURON", construct: "EXTERNAL \(name), \(why)")
      }
      if globals[index].isAssigned { throw refused("which is assigned to,") }
      let owner = sources.values.lazy.compactMap { mechanism in
        mechanism.globals.first { !$0.isExternal && "\($0.name)_\(mechanism.name)" == name }.map {
          (mechanism.name, $0)
        }
      }.first
      guard let (mechanism, global) = owner, let value = settings.externals[name] else {
        throw refused("of a mechanism without a source,")
      }
      if global.isAssigned { throw refused("which \(mechanism) sets,") }
      if global.count > 1 { throw refused("an array,") }
      copy.globals[index].initialValue = value
    }
    return copy
  }
}
