import CellModel
import TestSupport

@testable import Reduction

extension ReductionScope {
  /// Some of a cell's dendrites, by roots, by what is kept, or by both.
  static func random(of cell: CellModel, seed: UInt64) throws -> ReductionScope {
    var generator = SplitMix64(seed: seed &+ 5_000_000)
    let dendrites = cell.sections.indices.filter { cell.sections[$0].role.isDendritic }
    while true {
      func some() -> [Int] {
        dendrites.shuffled(using: &generator).prefix(Int.random(in: 1...4, using: &generator))
          .sorted()
      }
      let scope =
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: ReductionScope(roots: some())
        case 1: ReductionScope(kept: some())
        default: ReductionScope(roots: some(), kept: some())
        }
      do {
        _ = try scope.sections(of: cell)
        return scope
      } catch {
        switch error {
        case .rootInside, .rootKept, .allKept: break
        default: throw error
        }
        // A cell of one dendrite has only one part.
        if Int.random(in: 0..<50, using: &generator) == 0 {
          return ReductionScope(roots: [cell.stems[0]])
        }
      }
    }
  }
}
