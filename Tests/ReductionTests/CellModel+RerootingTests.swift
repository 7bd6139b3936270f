import CableTheory
import CellModel
import ComplexModule
import TestSupport
import Testing

@testable import Reduction

@Suite struct RerootingTests {
  /// What two orders of elimination may differ by: axial conductances are up to 10⁶ times a leak in
  /// these cells, so some 10⁶ ulps.
  private static let tolerance = 1e-9

  /// A random cell of which any section but the root is the soma, and all others are dendrites.
  private static func cell(seed: UInt64) -> CellModel {
    var generator = SplitMix64(seed: seed &+ 7_000_000)
    var cell = RandomCell(seed: seed).varied(seed: seed)
    for index in cell.sections.indices { cell.sections[index].role = .basal }
    let soma = Int.random(in: 1..<cell.sections.count, using: &generator)
    cell.sections[soma].role = .soma
    return cell
  }

  /// Z_ij between all compartments that have membrane, by section and segment as they were numbered.
  private static func impedances(of cell: CellModel, order: [Int]) -> [[Complex<Double>]] {
    let compartments = CellCompartments(of: cell)
    let impedance = TreeImpedance(of: compartments.tree, frequency: 50)
    var byOldIndex = [[Int]](repeating: [], count: order.count)
    for (new, old) in order.enumerated() { byOldIndex[old] = compartments.segments[new] }
    let all = byOldIndex.flatMap { $0 }
    return all.map { source in
      let voltages = impedance.voltages(injectingInto: source)
      return all.map { voltages[$0] }
    }
  }

  @Test func impedancesBetweenAllCompartmentsStay() throws {
    var turned = 0
    for seed in UInt64(1)...120 {
      let cell = Self.cell(seed: seed)
      guard let (other, order) = try? cell.rootedAtSoma() else { continue }
      turned += 1
      try other.validate()
      #expect(other.sections[0].role == .soma && other.sections[0].attachment == nil)
      #expect(order.sorted() == Array(cell.sections.indices))
      for (new, old) in order.enumerated() {
        #expect(other.sections[new].name == cell.sections[old].name)
        #expect(other.sections[new].insertions == cell.sections[old].insertions)
      }
      for (before, after) in zip(cell.pointProcesses, other.pointProcesses) {
        #expect(order[after.section] == before.section && after.position == before.position)
      }
      let expected = Self.impedances(of: cell, order: Array(cell.sections.indices))
      let found = Self.impedances(of: other, order: order)
      for (found, expected) in zip(found, expected) {
        for (found, expected) in zip(found, expected) {
          #expect(
            (found - expected).length <= Self.tolerance * expected.length, "seed \(seed)")
        }
      }
    }
    // Most have no child inside a section on the way.
    #expect(turned > 60)
  }

  /// Places keep their compartments: what sat on an end sits on it still.
  @Test(arguments: UInt64(1)...60)
  func whatIsAnywhereStaysThere(seed: UInt64) throws {
    let cell = Self.cell(seed: seed)
    guard let (other, order) = try? cell.rootedAtSoma() else { return }
    let (before, after) = (CellCompartments(of: cell), CellCompartments(of: other))
    for (new, old) in order.enumerated() {
      for position in [0.0, 1] {
        let was = before.compartment(at: position, ofSection: old)
        let its = after.compartment(at: position, ofSection: new)
        // The same resistance from the section's outermost segment on.
        let segment = position == 0 ? 0 : cell.sections[old].segments.count - 1
        let impedances = [(before, was, old), (after, its, new)].map { cell, end, section in
          let voltages = TreeImpedance(of: cell.tree, frequency: 0).voltages(injectingInto: end)
          return voltages[cell.segments[section][segment]].real
        }
        #expect(abs(impedances[1] / impedances[0] - 1) <= Self.tolerance)
      }
    }
  }

  /// A soma at a dendrite's end, with another dendrite on its other side, is reduced as when it is the root.
  @Test(arguments: Method.allCases)
  func theReductionIsThatOfTheCellAsItIs(method: Method) throws {
    var expected = CellBuilder()
    expected.add(.basal, on: 0, at: 0, length: 300, segments: 5)
    expected.add(.basal, on: 0, at: 1, length: 200, diameter: 1, segments: 3)
    var builder = CellBuilder()
    builder.cell.sections = []
    let dendrite = builder.add(.basal, length: 300, segments: 5)
    let soma = builder.add(.soma, on: dendrite, at: 1, length: 20, diameter: 20)
    builder.add(.basal, on: soma, at: 1, length: 200, diameter: 1, segments: 3)
    builder.addSynapse(on: dendrite, at: 0.1)
    let (cell, order) = try #require(try builder.cell.rootedAtSoma())
    #expect(order == [1, 0, 2])
    #expect(cell.pointProcesses[0].section == 1)
    #expect(cell.sections[1].attachment == .init(parent: 0, position: 0, ownEnd: 1))
    let settings = try ReductionSettings(method: method)
    let found = try Reduction(of: cell, settings: settings)
    let wanted = try Reduction(of: expected.cell, settings: settings)
    for (cable, wanted) in zip(found.cables, wanted.cables) {
      #expect(abs(cable.shape.length / wanted.shape.length - 1) <= 1e-9)
      #expect(abs(cable.shape.diameter / wanted.shape.diameter - 1) <= 1e-9)
    }
    #expect(found.cables.count == wanted.cables.count)
  }

  @Test func aCellThatIsRootedAtItsSomaStays() throws {
    var builder = CellBuilder()
    builder.add(.basal, on: 0)
    #expect(try builder.cell.rootedAtSoma() == nil)
    builder.cell.sections = []
    let axon = builder.add(.axon)
    builder.add(.soma, on: axon, at: 0)
    #expect(try builder.cell.rootedAtSoma() == nil)
    #expect(try CellModel(name: "nothing").rootedAtSoma() == nil)
  }

  @Test func whatHangsInsideASectionCannotBeTurned() throws {
    var builder = CellBuilder()
    builder.cell.sections = []
    let dendrite = builder.add(.basal, segments: 3)
    builder.add(.soma, on: dendrite, at: 0.5)
    let error = #expect(throws: CellModelError.self) { try builder.cell.rootedAtSoma() }
    #expect(
      error == .turning(section: "dend[0]", position: 0.5, child: "soma[0]", soma: "soma[0]"))
    let text = try #require(error).description
    for name in ["dend[0]", "0.5", "soma[0]", "h.disconnect(sec=soma[0])", "dend[0].connect("] {
      #expect(text.contains(name))
    }
  }
}
