/// A POINTER of a segment's mechanism or of a point process.
package struct PointerOwner: Sendable, Hashable {
  package enum Place: Sendable, Hashable {
    case segment(section: Int, segment: Int)
    /// By its index in the cell.
    case process(Int)
  }

  /// As hoc has it: `level_gated` of a density mechanism, `level` of a point process.
  package var name: String
  package var place: Place

  package init(name: String, place: Place) {
    self.name = name
    self.place = place
  }
}

/// What a POINTER points to.
package enum PointerTarget: Sendable, Hashable {
  /// A range variable, by hoc's name, an element of an array with its index: at a segment's centre or, of the
  /// potential, at an end of the section.
  case range(String, section: Int, position: Double)
  /// A point process's variable.
  case member(String, process: Int)
  /// None of the cell's.
  case other

  var isPotential: Bool {
    if case .range("v", _, _) = self { return true }
    return false
  }

  /// The variable's name without an index.
  var variable: String {
    let name =
      switch self {
      case .range(let name, _, _), .member(let name, _): name
      case .other: ""
      }
    return String(name.prefix { $0 != "[" })
  }
}
