import CellModel

/// A cell as programs are made of it: all that was read of its session, with nothing that refers to it.
package struct SimulatedCell: Sendable, Equatable {
  /// Holds together (`validate()`); without connections.
  package let model: CellModel
  /// By name without `_ion`.
  package let ions: [String: ProgramSettings.Ion]
  /// By section, then by the ion's name: what `ion_style` gives.
  package let styles: [[String: Int]]

  package init(
    model: CellModel, ions: [String: ProgramSettings.Ion], styles: [[String: Int]]
  ) {
    self.model = model
    self.ions = ions
    self.styles = styles
  }
}
