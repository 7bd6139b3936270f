import CableTheory
import CellModel
import SynapseResponse
import TestSupport
import Testing

@testable import Reduction

@Suite struct DriveReductionTests {
  /// Everything but weights and channels is the classic reduction's.
  @Test(arguments: UInt64(1)...40)
  func cablesAndMappingAreTheClassicOnes(seed: UInt64) throws {
    let random = RandomCell(seed: seed)
    let cell = random.varied(seed: seed)
    let settings = try ReductionSettings(
      method: .drive, frequency: random.frequency, segmentCount: random.segmentCount,
      comparedParameters: random.comparedParameters,
      drive: RandomDrive(of: cell, seed: seed).drive)
    let reduction = try Method.drive.reduce(cell, settings: settings)
    let classic = try ClassicReduction.reduce(cell, settings: settings)
    #expect(reduction.cables == classic.cables)
    #expect(reduction.segmentMap == classic.segmentMap)
    #expect(reduction.origins == classic.origins)
    #expect(reduction.pointProcessFates == classic.pointProcessFates)
    #expect(reduction.survivors == classic.survivors)
    #expect(reduction.reduced.pointProcesses == classic.reduced.pointProcesses)
    for (section, expected) in zip(reduction.reduced.sections, classic.reduced.sections) {
      #expect(section.segments == expected.segments)
      #expect(section.attachment == expected.attachment)
    }
    for (connection, expected) in zip(
      reduction.reduced.connections, classic.reduced.connections)
    {
      #expect(connection.target == expected.target)
      #expect(connection.weights.dropFirst() == expected.weights.dropFirst())
      #expect(connection.weights[0].isFinite && connection.weights[0] >= 0)
    }
  }

  /// The cables have the leak that their impedances were found with.
  @Test(arguments: UInt64(1)...20)
  func cablesKeepTheStemsLeak(seed: UInt64) throws {
    let cell = RandomCell(seed: seed).varied(seed: seed)
    let reduction = try Method.drive.reduce(cell, settings: ReductionSettings(method: .drive))
    for (origin, section) in zip(reduction.origins, reduction.reduced.sections) {
      guard case .cable(let cable) = origin else { continue }
      let stem = cell.sections[reduction.cables[cable].stem]
      let expected = stem.values(ofMechanism: 0, segment: stem.segmentIndex(at: 0.5))?.first
      for segment in section.segments.indices {
        #expect(section.values(ofMechanism: 0, segment: segment)?.first == expected)
      }
    }
  }

  /// Weights by the formula, at rest: rates do not matter.
  @Test(arguments: UInt64(1)...20)
  func weightsKeepTheRestingCellsCharge(seed: UInt64) throws {
    let random = RandomCell(seed: seed)
    let cell = random.cell
    let drive = RandomDrive(of: cell, seed: seed).drive
    let reduction = try Method.drive.reduce(
      cell, settings: ReductionSettings(method: .drive, drive: drive))
    let silent = SynapticDrive(
      responses: drive.responses, responseIndices: drive.responseIndices)
    #expect(
      try Method.drive.reduce(
        cell, settings: ReductionSettings(method: .drive, drive: silent)
      ).reduced == reduction.reduced)

    let (before, after) = (try Impedances(of: cell), try Impedances(of: reduction.reduced))
    for (index, connection) in cell.connections.enumerated() {
      let weight = reduction.reduced.connections[index].weights[0]
      guard let response = drive.response(ofPointProcess: connection.target),
        response.nature != .none,
        case .cable(let site) = reduction.pointProcessFates[connection.target].site
      else {
        #expect(weight == connection.weights[0])
        continue
      }
      let process = cell.pointProcesses[connection.target]
      let old = before.whole.compartment(at: process.position, ofSection: process.section)
      let section = try #require(reduction.origins.firstIndex(of: .cable(site.cable)))
      let new = after.whole.segments[section][site.segment]
      let ratio = before.transfers[old] / after.transfers[new]
      guard response.nature == .linearConductance else {
        #expect(abs(weight / connection.weights[0] / ratio - 1) <= 1e-9)
        continue
      }
      let shunt = before.selfShunt(of: connection.weights[0], response, at: old)
      let newShunt = after.selfShunt(of: weight, response, at: new)
      guard newShunt / (1 + newShunt) < 0.499 else { continue }
      let kept = weight / (1 + newShunt) / (connection.weights[0] / (1 + shunt))
      #expect(abs(kept / ratio - 1) <= 1e-9)
    }
  }

  private struct Impedances {
    let whole: WholeCell
    let transfers: [Double]
    private let resistances: [[Double]]

    init(of cell: CellModel) throws {
      let whole = try WholeCell(of: cell)
      transfers = TreeImpedance(of: whole.compartments, frequency: 0)
        .transfersToRoot().map(\.real)
      resistances = SpectralGrid.frequencies.map {
        TreeImpedance(of: whole.compartments, frequency: $0).inputs().map(\.real)
      }
      self.whole = whole
    }

    func selfShunt(of weight: Double, _ response: SynapticResponse, at index: Int) -> Double {
      weight * SpectralGrid.integral { response.power[$0] * resistances[$0][index] }
    }
  }
}
