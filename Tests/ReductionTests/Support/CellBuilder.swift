import CellModel
import Foundation
import Reduction

/// Cells written down section by section, discretised as NEURON does it.
struct CellBuilder {
  static let pas = MechanismKind(
    name: "pas",
    parameters: [.init(name: "g_pas", defaults: [0.001]), .init(name: "e_pas", defaults: [-70])])
  static let synapse = MechanismKind(
    name: "Exp2Syn",
    parameters: [
      .init(name: "tau1", defaults: [0.1]), .init(name: "tau2", defaults: [10]),
      .init(name: "e", defaults: [0]),
    ])

  /// Passive properties, in NEURON's units.
  struct Passive {
    /// g_pas, in S/cm²; nil for a section without pas.
    var leak: Double? = 1 / 20_000.0
    /// e_pas, in mV.
    var reversal = -70.0
    /// cm, in µF/cm².
    var capacitance = 1.0
    /// Ra, in Ω·cm.
    var axialResistivity = 150.0
  }

  var cell: CellModel

  /// A cell with a soma, section 0, and `pas`, mechanism 0.
  init(mechanisms: [MechanismKind] = [], pointProcessKinds: [MechanismKind] = [synapse]) {
    cell = CellModel(
      name: "cell", temperature: 34, initialPotential: -80, mechanisms: [Self.pas] + mechanisms,
      pointProcessKinds: pointProcessKinds)
    add(.soma, length: 20, diameter: 20)
  }

  /// Adds a uniform section with `pas` and returns its index. Its name is that of its role and its
  /// number among those of its role: dend[0], dend[1], …
  @discardableResult
  mutating func add(
    _ role: Section.Role, on parent: Int? = nil, at position: Double = 1, ownEnd: Double = 0,
    length: Double = 100, diameter: Double = 2, segments count: Int = 1,
    _ passive: Passive = Passive(), inserting others: [Section.Insertion] = []
  ) -> Int {
    let stem =
      switch role {
      case .soma: "soma"
      case .axon: "axon"
      case .apical: "apic"
      case .basal: "dend"
      }
    let segmentLength = length / Double(count)
    // Ω·cm · µm / µm² = 1e-2 MΩ
    let resistance =
      passive.axialResistivity * segmentLength / (.pi * diameter * diameter / 4) * 1e-2
    let first = ownEnd == 0 ? 0 : count - 1
    let segments = (0..<count).map { index in
      Section.Segment(
        diameter: diameter, area: .pi * diameter * segmentLength,
        axialResistance: index == first ? resistance / 2 : resistance,
        capacitance: passive.capacitance)
    }
    let leak = passive.leak.map { leak in
      Section.Insertion(
        mechanism: 0,
        values: [[Double]](repeating: [leak, passive.reversal], count: count))
    }
    cell.sections.append(
      Section(
        name: "\(stem)[\(cell.sections.count { $0.role == role })]", role: role,
        attachment: parent.map { .init(parent: $0, position: position, ownEnd: ownEnd) },
        length: length, axialResistivity: passive.axialResistivity, segments: segments,
        endResistance: resistance / 2, insertions: (leak.map { [$0] } ?? []) + others))
    return cell.sections.count - 1
  }

  /// Adds a point process with one connection to it and returns its index.
  @discardableResult
  mutating func addSynapse(
    on section: Int, at position: Double, kind: Int = 0, values: [Double] = [0.1, 10, 0],
    weight: Double = 0.001, mayMerge: Bool = true
  ) -> Int {
    cell.pointProcesses.append(
      PointProcess(
        kind: kind, section: section, position: position, values: values, mayMerge: mayMerge))
    let index = cell.pointProcesses.count - 1
    cell.connections.append(
      Connection(target: index, weights: [weight]))
    return index
  }

  /// Soma and one uniform dendrite, the sections 0 and 1.
  static func ballAndStick(
    length: Double = 600, diameter: Double = 2, segments: Int, _ passive: Passive = Passive()
  ) -> CellBuilder {
    var builder = CellBuilder()
    builder.add(
      .basal, on: 0, length: length, diameter: diameter, segments: segments, passive)
    return builder
  }
}

extension CellModel {
  /// The classic reduction of this cell.
  func reduced(
    frequency: Double = 0, _ segmentCount: SegmentCount = .automatic,
    comparing comparedParameters: [String: [String]] = [:]
  ) throws -> Reduction {
    try Reduction(
      of: self,
      settings: ReductionSettings(
        frequency: frequency, segmentCount: segmentCount, comparedParameters: comparedParameters)
    )
  }
}
