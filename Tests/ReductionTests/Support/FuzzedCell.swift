import CellModel
import ComplexModule
import Reduction
import SynapseResponse
import TestSupport

/// A small cell with its settings, as a reader with a fault, a damaged file or a strange model could
/// hand them over: sound in a third of the cases, with numbers out of all proportion in a third, and in
/// a third with a structure that does not hold together.
struct FuzzedCell {
  let seed: UInt64
  private(set) var cell: CellModel
  private(set) var frequency = 0.0
  private(set) var manualTotal = -1.0
  private(set) var mergePolicy = MergePolicy.published
  private(set) var comparedParameters: [String: [String]] = [:]
  private(set) var drive = SynapticDrive()
  private(set) var membranes: [Int: CableMembrane] = [:]
  private var generator: SplitMix64

  /// In most cells none; with a stream of its own, so that the cells stay what they were.
  var sites: [ReductionSite] {
    var generator = SplitMix64(seed: seed &+ 11_000_000_000)
    guard Int.random(in: 0..<4, using: &generator) == 0 else { return [] }
    return (0...Int.random(in: 0...2, using: &generator)).map { _ in
      let isPlace = Int.random(in: 0..<20, using: &generator) > 0
      return ReductionSite(
        section: isPlace && !cell.sections.isEmpty
          ? Int.random(in: 0..<cell.sections.count, using: &generator) : cell.sections.count,
        position: [0, 0.3, 0.5, 1, .nan][Int.random(in: 0..<(isPlace ? 4 : 5), using: &generator)])
    }
  }

  /// Likewise.
  var scope: ReductionScope {
    var generator = SplitMix64(seed: seed &+ 13_000_000_000)
    guard Int.random(in: 0..<4, using: &generator) == 0 else {
      return ReductionScope(spines: spines)
    }
    func some() -> [Int] {
      (0...Int.random(in: 0...1, using: &generator)).map { _ in
        Int.random(in: -1...30, using: &generator) == -1
          ? cell.sections.count : Int.random(in: 0..<max(cell.sections.count, 1), using: &generator)
      }
    }
    return ReductionScope(
      roots: Bool.random(using: &generator) ? some() : nil,
      kept: Bool.random(using: &generator) ? some() : [], spines: spines)
  }

  /// Likewise.
  private var spines: SpineTreatment {
    var generator = SplitMix64(seed: seed &+ 19_000_000_000)
    let sections =
      Bool.random(using: &generator)
      ? nil
      : (0...Int.random(in: 0...2, using: &generator)).map { _ in
        Int.random(in: 0...cell.sections.count, using: &generator)
      }
    switch Int.random(in: 0..<3, using: &generator) {
    case 0: return .folded(sections)
    case 1: return .kept(sections)
    default: return .collapsed
    }
  }

  init(seed: UInt64) {
    self.seed = seed
    generator = SplitMix64(seed: seed)
    cell = CellModel(name: "cell")
    addKinds()
    addSections()
    addPointProcesses()
    chooseSettings()
    switch number(0...2) {
    case 0: break
    case 1: for _ in 0...number(0...3) { disproportion() }
    default:
      if chance(2) { disproportion() }
      for _ in 0...number(0...1) { damage() }
    }
  }

  // MARK: A sound cell

  private static let passive = [
    MechanismKind(
      name: "pas",
      parameters: [
        .init(name: "g_pas", defaults: [1e-3], unit: "S/cm2"),
        .init(name: "e_pas", defaults: [-70]),
      ])
  ]
  private static let others = [
    MechanismKind(name: "peak"),
    MechanismKind(
      name: "Ih",
      parameters: [
        .init(name: "g_Ih", defaults: [0.5], unit: "S/cm2"),
        .init(name: "shift_Ih", defaults: [1, 2]), .init(name: "none_Ih", defaults: []),
      ]),
    MechanismKind(name: "ca_ion", isIon: true, parameters: [.init(name: "eca", defaults: [132])]),
    MechanismKind(name: "", parameters: [.init(name: "", defaults: [0])]),
  ]
  private static let kinds = [
    MechanismKind(
      name: "ExpSyn",
      parameters: [.init(name: "tau", defaults: [1]), .init(name: "e", defaults: [0])]),
    MechanismKind(name: "Bare"),
    MechanismKind(name: "Many", parameters: [.init(name: "stages", defaults: [0, 0, 0])]),
  ]

  private mutating func addKinds() {
    cell.mechanisms = Self.passive + Self.others.prefix(number(0...4))
    cell.leaks = [Leak(mechanism: 0, conductance: 0, reversal: 1)]
    // Another conductance that is there at rest.
    if cell.mechanisms.count > 2, chance(4) {
      cell.leaks.append(Leak(mechanism: 2, conductance: 0, factor: 1e-3))
    }
    cell.pointProcessKinds = Array(Self.kinds.prefix(number(1...3)))
    cell.temperature = 34
  }

  private mutating func addSections() {
    let resistivity = 100.0
    for index in 0..<number(1...6) {
      let count = number(1...3)
      let length = Double(number(1...30)) * 10
      let diameter = Double(number(1...40)) / 10
      let resistance = resistivity * length / Double(count) / (diameter * diameter) * 1e-2
      var section = Section(
        name: "section[\(index)]", role: index == 0 ? .soma : .basal, length: length,
        axialResistivity: resistivity,
        segments: (0..<count).map { _ in
          Section.Segment(
            diameter: diameter, area: 3 * diameter * length / Double(count),
            axialResistance: resistance, capacitance: 1)
        },
        endResistance: resistance / 2)
      if index > 0 {
        let parent = chance(2) ? 0 : number(0...index - 1)
        section.role =
          switch cell.sections[parent].role {
          case .soma: [.basal, .basal, .apical, .axon][number(0...3)]
          case let role: chance(10) ? .axon : role
          }
        section.attachment = .init(
          parent: parent, position: [0, 0.5, 1, 1][number(0...3)], ownEnd: chance(5) ? 1 : 0)
      }
      for (mechanism, kind) in cell.mechanisms.enumerated() where mechanism == 0 || chance(2) {
        section.insertions.append(
          .init(
            mechanism: mechanism,
            values: (0..<count).map { _ in kind.defaultValues.map { $0 * Double(number(1...3)) } }))
      }
      cell.sections.append(section)
    }
  }

  private mutating func addPointProcesses() {
    for _ in 0..<number(0...4) {
      let kind = number(0...cell.pointProcessKinds.count - 1)
      let section = number(0...cell.sections.count - 1)
      cell.pointProcesses.append(
        PointProcess(
          kind: kind, section: section, position: [0, 0.5, 0.9, 1][number(0...3)],
          values: cell.pointProcessKinds[kind].defaultValues.map { chance(3) ? $0 + 1 : $0 },
          mayMerge: !chance(6)))
    }
    guard !cell.pointProcesses.isEmpty else { return }
    for _ in 0..<number(0...4) {
      cell.connections.append(
        Connection(
          target: number(0...cell.pointProcesses.count - 1),
          weights: (0..<number(0...2)).map { _ in Double(number(1...9)) * 1e-4 },
          sourceIdentity: chance(2) ? nil : number(0...1)))
    }
  }

  private mutating func chooseSettings() {
    frequency = [0, 0, 40, 1e4][number(0...3)]
    manualTotal = [-1, -1, 0.5, 3, 12][number(0...4)]
    mergePolicy = MergePolicy.allCases[number(0...MergePolicy.allCases.count - 1)]
    comparedParameters =
      [
        [:], [:], ["ExpSyn": ["tau"]], ["Many": []], ["ExpSyn": ["nothing"]],
      ][number(0...4)]
    // Every fourth: operating points are most of what a case takes.
    guard chance(4) else { return }
    drive = SynapticDrive(
      responses: Self.responses,
      responseIndices: cell.pointProcesses.map { _ in chance(5) ? nil : number(0...9) },
      rates: cell.connections.map { _ in chance(5) ? nil : Double(number(0...50)) })
  }

  private static let responses: [SynapticResponse] =
    SynapticResponse.Nature.allCases.map { nature in
      SynapticResponse(
        nature: nature, times: [0, 1, 2, 20], conductances: [0, 1, 0.5, 0], superposes: true)
    } + [
      SynapticResponse(nature: .linearConductance),
      SynapticResponse(nature: .linearConductance, times: [0, 1], conductances: [1e308, 1e308]),
      SynapticResponse(nature: .linearConductance, times: [0, 1], conductances: [-1, -2]),
      SynapticResponse(nature: .nonlinearConductance, times: [0], conductances: [1]),
    ]

  // MARK: Numbers out of all proportion

  private mutating func strange() -> Double {
    let numbers: [Double] = [
      0, -0.0, 1, -1, .nan, .infinity, -.infinity, .leastNonzeroMagnitude, .leastNormalMagnitude,
      .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 1e-300, 1e300, 1e-30, 1e30, 1e154, 1e9,
      1e-9, -1e-9, (1.0).nextDown, (1.0).nextUp, 9.3e18,
    ]
    return numbers[number(0...numbers.count - 1)]
  }

  private mutating func disproportion() {
    let section = number(0...cell.sections.count - 1)
    let segment = number(0...cell.sections[section].segments.count - 1)
    switch number(0...16) {
    case 16: for leak in cell.leaks.indices { cell.leaks[leak].factor = strange() }
    case 0: cell.sections[section].length = strange()
    case 1: cell.sections[section].axialResistivity = strange()
    case 2: cell.sections[section].endResistance = strange()
    case 3: cell.sections[section].segments[segment].diameter = strange()
    case 4, 5: cell.sections[section].segments[segment].area = strange()
    case 6, 7: cell.sections[section].segments[segment].axialResistance = strange()
    case 8: cell.sections[section].segments[segment].capacitance = strange()
    case 9, 10:
      guard !cell.sections[section].insertions.isEmpty else { return }
      let insertion = number(0...cell.sections[section].insertions.count - 1)
      for value in cell.sections[section].insertions[insertion].values[segment].indices {
        cell.sections[section].insertions[insertion].values[segment][value] = strange()
      }
    case 11:
      guard !cell.connections.isEmpty else { return }
      cell.connections[number(0...cell.connections.count - 1)].weights = [strange()]
    case 12 where chance(3):
      membranes = [section: membrane()]
    case 12:
      drive = SynapticDrive(
        responses: drive.responses,
        responseIndices: chance(2) ? drive.responseIndices : [-1, 99, nil, .max, .min],
        rates: (0..<number(0...5)).map { _ in strange() })
    case 13: frequency = strange()
    case 14: manualTotal = strange()
    default:
      guard !cell.pointProcesses.isEmpty else { return }
      let process = number(0...cell.pointProcesses.count - 1)
      cell.pointProcesses[process].values = cell.pointProcesses[process].values.map { _ in strange()
      }
    }
  }

  private mutating func membrane() -> CableMembrane {
    CableMembrane(
      capacitance: strange(), membraneResistance: strange(), axialResistivity: strange(),
      propagationFactor: Complex(chance(2) ? 1 : strange(), chance(2) ? 0 : strange()))
  }

  // MARK: Structures that do not hold together

  private mutating func strangeIndex() -> Int {
    [-1, 0, 1, 2, 5, 6, 7, 99, .max, .min][number(0...9)]
  }

  private mutating func damage() {
    let section = number(0...cell.sections.count - 1)
    let value = strange()
    switch number(0...20) {
    case 20:
      cell.leaks.append(
        Leak(
          mechanism: strangeIndex(), conductance: strangeIndex(),
          reversal: chance(2) ? nil : strangeIndex()))
    case 0: cell.sections[section].attachment = nil
    case 1: cell.sections[section].attachment = .init(parent: strangeIndex(), position: 1)
    case 2: cell.sections[section].attachment?.position = value
    case 3: cell.sections[section].attachment?.ownEnd = value
    case 4: cell.sections[section].segments = []
    case 5:
      cell.sections[section].insertions.append(
        .init(mechanism: strangeIndex(), values: [[1, 2]]))
    case 6: cell.sections[section].insertions += cell.sections[section].insertions
    case 7:
      if !cell.sections[section].insertions.isEmpty {
        cell.sections[section].insertions[0].values = chance(2) ? [] : [[]]
      }
    case 8:
      guard !cell.mechanisms.isEmpty else { return }
      cell.mechanisms[0].parameters = chance(2) ? [] : [.init(name: "g_pas", defaults: [])]
    case 9: cell.mechanisms = chance(2) ? [] : cell.mechanisms.reversed()
    case 10: cell.sections = chance(2) ? [] : cell.sections.reversed()
    case 11: cell.sections.append(cell.sections[section])
    case 12: cell.pointProcessKinds = chance(2) ? [] : cell.pointProcessKinds.reversed()
    case 13:
      cell.pointProcesses.append(
        PointProcess(kind: strangeIndex(), section: 0, position: 0.5, values: []))
    case 14:
      cell.pointProcesses.append(
        PointProcess(kind: 0, section: strangeIndex(), position: strange(), values: [1, 0]))
    case 15:
      for process in cell.pointProcesses.indices {
        cell.pointProcesses[process].position = strange()
      }
    case 16:
      cell.connections.append(
        Connection(
          target: chance(2) ? 0 : strangeIndex(), weights: [1],
          source: .crossing(section: strangeIndex(), position: value)))
    case 17: cell.pointProcesses = []
    case 18: cell.sections[section].role = [.soma, .axon, .apical, .basal][number(0...3)]
    default: cell.sections[section].name = ""
    }
    // What comes next is done to a section that is there.
    if cell.sections.isEmpty {
      cell.sections = [
        Section(
          name: "", role: .soma, length: 1, axialResistivity: 1,
          segments: [
            .init(diameter: 1, area: 1, axialResistance: 1, capacitance: 1)
          ], endResistance: 1)
      ]
    }
  }

  // MARK: Chance

  private mutating func number(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(generator.next() % UInt64(range.count))
  }

  private mutating func chance(_ oneIn: UInt64) -> Bool { generator.next() % oneIn == 0 }
}
