import CellModel

/// A cell as programs are made of it: all that was read of its session, with nothing that refers to it.
package struct SimulatedCell: Sendable, Equatable {
  /// Holds together (`validate()`); without connections.
  package let model: CellModel
  /// By name without `_ion`.
  package let ions: [String: ProgramSettings.Ion]
  /// By section, then by the ion's name: what `ion_style` gives, of each segment, or of the first alone.
  package let styles: [[String: [Int]]]
  /// What POINTERs that are set point to.
  package var pointers: [PointerOwner: PointerTarget] = [:]
  /// Values of EXTERNALs, by the names that hoc has for them.
  package var externals: [String: Double] = [:]
  /// Names of density mechanisms that sections of other cells have; nil where that is not known.
  package var elsewhere: Set<String>? = []
  /// By name of a mechanism: its number in the session.
  package var types: [String: Int] = [:]

  package init(
    model: CellModel, ions: [String: ProgramSettings.Ion], styles: [[String: [Int]]]
  ) {
    self.model = model
    self.ions = ions
    self.styles = styles
  }
}
