import CableTheory
import CellModel

@testable import Reduction

extension CellCompartments {
  /// The transfer resistance between each segment and the middle of the soma, in MΩ: by section, then
  /// by segment.
  var transferResistances: [[Double]] {
    let transfers = TreeImpedance(of: tree, frequency: 0).transfersToRoot().map(\.real)
    return segments.map { $0.map { transfers[$0] } }
  }
}
