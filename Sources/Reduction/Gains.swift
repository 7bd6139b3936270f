import CellModel
import SynapseResponse

/// Factors by which a reduced cell's dendrites are made stronger or weaker than the reduction has them: those of a
/// calibration.
///
/// docs/method.md, section 11.
package struct Gains: Sendable, Equatable {
  /// What a gain is one of.
  package enum Part: Sendable, Hashable {
    /// The first weights of connections onto conductances that reverse above −50 mV, or at −50 mV and below.
    case excitation, inhibition
    /// The conductances of the passive membrane.
    case leak
    /// Those of the mechanisms that make the current of an ion that reverses above 0 mV, named without `_ion`; of
    /// mechanisms that make those of several ions, as hh does, the ones that have the ion in their names.
    case ion(String)

    package var name: String {
      switch self {
      case .excitation: "excitation"
      case .inhibition: "inhibition"
      case .leak: "leak"
      case .ion(let name): name
      }
    }

    package init(name: String) {
      switch name {
      case "excitation": self = .excitation
      case "inhibition": self = .inhibition
      case "leak": self = .leak
      default: self = .ion(name)
      }
    }
  }

  package let factors: [Part: Double]

  package init(_ factors: [Part: Double] = [:]) { self.factors = factors }
}

/// What of a reduced cell's dendrites each gain is one of.
package struct GainedParts: Sendable, Equatable {
  /// Those with anything in them.
  package let parts: [Gains.Part]
  /// By connection; nil for those that are of none, as what is not on the dendrites.
  package let connections: [Gains.Part?]
  /// Values of the mechanisms of the dendrites.
  package let values: [Value]

  package struct Value: Sendable, Equatable {
    package let part: Gains.Part
    package let mechanism: Int
    /// Which of an instance's values.
    package let offset: Int
  }

  /// In mV: where excitation begins.
  private static let border = MeasuringProtocol.potentials[MeasuringProtocol.high]

  /// - Parameters:
  ///   - cell: the original.
  ///   - reduction: of that cell.
  package init(of cell: CellModel, _ reduction: Reduction) {
    let drive = reduction.settings.drive
    connections = cell.connections.map { connection -> Gains.Part? in
      guard case .cable = reduction.pointProcessFates[connection.target].site,
        let reversal = drive.response(ofPointProcess: connection.target)?.reversal
      else { return nil }
      return reversal > Self.border ? .excitation : .inhibition
    }
    let leaks = cell.leaks.map {
      Value(part: .leak, mechanism: $0.mechanism, offset: $0.conductance)
    }
    let isLeak = Set(cell.leaks.map(\.mechanism))
    let used = Set(
      cell.sections.indices.filter(reduction.replacement.contains)
        .flatMap { cell.sections[$0].insertions.map(\.mechanism) })
    let inward = Self.inwardIons(of: cell, reduction.replacement)
    let channels = used.subtracting(isLeak).sorted().flatMap { index -> [Value] in
      let kind = cell.mechanisms[index]
      guard let ion = kind.currents.first(where: inward.contains) else { return [] }
      // The mechanism's own name, at the end of each of its values', is none of theirs.
      let ending = "_\(kind.name)".count
      let names = { (offset: Int) in
        let name = kind.name(ofValue: offset)
        return name.hasSuffix("_\(kind.name)") ? name.dropLast(ending) : name[...]
      }
      return kind.conductances.map(\.offset)
        .filter { kind.currents.count == 1 || names($0).contains(ion) }
        .map { Value(part: .ion(ion), mechanism: index, offset: $0) }
    }
    values = leaks.filter { used.contains($0.mechanism) } + channels
    var parts: [Gains.Part] = []
    for part in connections.compactMap(\.self).sorted(by: { $0.name < $1.name })
      + values.map(\.part)
    where !parts.contains(part) {
      parts.append(part)
    }
    self.parts = parts
  }

  /// The ions that reverse above 0 mV anywhere in the dendrites.
  private static func inwardIons(of cell: CellModel, _ replacement: Replacement) -> Set<String> {
    var ions: Set<String> = []
    for (index, section) in cell.sections.enumerated() where replacement.contains(index) {
      for insertion in section.insertions where cell.mechanisms[insertion.mechanism].isIon {
        // An ion's first value is its reversal potential.
        if insertion.values.contains(where: { ($0.first ?? 0) > 0 }) {
          ions.insert(cell.mechanisms[insertion.mechanism].ionName)
        }
      }
    }
    return ions
  }
}

extension Reduction {
  /// The same with what is on the dendrites multiplied by gains.
  ///
  /// - Parameter cell: the original.
  /// - Throws: `ReductionError.gain` for a factor without a meaning, or of what the dendrites do not have.
  func applying(_ gains: Gains, of cell: CellModel) throws(ReductionError) -> Reduction {
    guard !gains.factors.isEmpty else { return self }
    let parts = GainedParts(of: cell, self)
    for (part, factor) in gains.factors.sorted(by: { $0.key.name < $1.key.name }) {
      guard parts.parts.contains(part), factor > 0, factor.isFinite else {
        throw .gain(name: part.name, factor: factor, known: parts.parts.map(\.name))
      }
    }
    return scaling(
      weights: parts.connections.map { $0.flatMap { gains.factors[$0] } ?? 1 },
      values: parts.values.compactMap { value in
        gains.factors[value.part].map { (value.mechanism, value.offset, $0) }
      })
  }
}
