import CableTheory
import CellModel
import ComplexModule

/// The passive cell as the soma sees it, at rest and in the steady state.
struct Electrotonics {
  /// In MΩ.
  let inputResistance: Double
  /// The end of a dendrite that is electrically farthest from the soma.
  let farthest: (name: String, attenuation: Double, distance: Double)?

  /// - Returns: nil where sections' properties give no impedances.
  init?(of cell: CellModel) {
    guard (try? cell.validate()) != nil, (try? cell.checkProperties()) != nil else { return nil }
    let compartments = CellCompartments(of: cell)
    let impedance = TreeImpedance(of: compartments.tree, frequency: 0)
    let input = impedance.input.length
    guard input.isFinite, input > 0 else { return nil }
    inputResistance = input
    let transfers = impedance.transfersToRoot()
    var distances = [Double](repeating: 0, count: cell.sections.count)
    var farthest: (name: String, attenuation: Double, distance: Double)?
    for (index, section) in cell.sections.enumerated() {
      // To the section's distal end.
      let before = section.attachment.map { attachment -> Double in
        let parent = cell.sections[attachment.parent]
        let share = parent.proximalEnd == 0 ? attachment.position : 1 - attachment.position
        let start = distances[attachment.parent] - parent.length
        return parent.role == .soma ? 0 : start + share * parent.length
      }
      distances[index] = (before ?? 0) + section.length
      guard section.role.isDendritic else { continue }
      let transfer = transfers[compartments.distalEnds[index]].length
      guard transfer > 0, transfer < input else { continue }
      // Of a potential at the end to the soma the same as from the soma: reciprocity.
      let attenuation = input / transfer
      if attenuation > farthest?.attenuation ?? 0 {
        farthest = (section.name, attenuation, distances[index])
      }
    }
    self.farthest = farthest
  }
}
