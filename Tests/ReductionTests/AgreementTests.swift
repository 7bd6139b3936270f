import CellModel
import TestSupport
import Testing

@testable import Reduction

/// Where all that a reduced segment stands for agrees on a parameter, it has that value to the last bit:
/// tables that a mechanism makes by a parameter's value are then made once.
@Suite struct AgreementTests {
  /// Few of these are sums of powers of two: sums of them round.
  private static let leak = [3.1e-5, -77.7]
  private static let channel = [0.7, 0.1, -1 / 3.0]
  private static let capacitance = 1.3

  private static func cell(seed: UInt64) -> CellModel {
    var cell = RandomCell(seed: seed).cell
    for index in cell.sections.indices where cell.sections[index].role.isDendritic {
      for segment in cell.sections[index].segments.indices {
        cell.sections[index].segments[segment].capacitance = capacitance
        for (insertion, values) in [leak, channel].enumerated()
        where cell.sections[index].insertions.indices.contains(insertion)
          && cell.sections[index].insertions[insertion].mechanism == insertion
        {
          cell.sections[index].insertions[insertion].values[segment] = values
        }
      }
    }
    cell.mechanisms[0].parameters[0].unit = "S/cm2"
    cell.mechanisms[1].parameters[0].unit = "S/cm2"
    cell.mechanisms[1].parameters[0].defaults = [channel[0]]
    cell.mechanisms[1].parameters[1].defaults = [channel[1], channel[2]]
    return cell
  }

  @Test(arguments: UInt64(1)...60, Method.allCases)
  func whatAgreesIsKeptToTheLastBit(seed: UInt64, method: Method) throws {
    let cell = Self.cell(seed: seed)
    let reduction = try Reduction(
      of: cell,
      settings: ReductionSettings(
        method: method, segmentCount: RandomCell(seed: seed).segmentCount))
    for (origin, section) in zip(reduction.origins, reduction.reduced.sections) {
      guard case .cable = origin else { continue }
      #expect(section.segments.allSatisfy { $0.capacitance == Self.capacitance })
      // Junctions between a folded cell's groups have no membrane.
      guard section.segments[0].area > 1e-6 else { continue }
      for insertion in section.insertions {
        for values in insertion.values {
          switch insertion.mechanism {
          // Densities keep their totals, in lumps as they were where all membrane has them.
          case 0: #expect(values == Self.leak)
          case 1 where method == .classic: #expect(values == Self.channel)
          case 1: #expect(values.dropFirst() == Self.channel.dropFirst())
          default: break
          }
        }
      }
    }
  }
}
