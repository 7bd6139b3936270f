extension CellModel {
  /// Checks that a section's shape and passive properties are such that compartments have them.
  ///
  /// - Throws: `CellModelError.property`.
  package func checkProperties(ofSection index: Int) throws(CellModelError) {
    let section = sections[index]
    try section.require(section.axialResistivity, "Ra", unit: "Ω·cm")
    try section.require(section.endResistance, "the axial resistance", unit: "MΩ")
    for segment in section.segments {
      try section.require(segment.diameter, "diam", unit: "µm")
      try section.require(segment.area, "the membrane area", unit: "µm²")
      try section.require(segment.axialResistance, "the axial resistance", unit: "MΩ")
      try section.require(segment.capacitance, "cm", unit: "µF/cm²", orZero: true)
    }
    try checkLeaks(ofSection: index, orZero: true)
  }

  /// Checks all sections so.
  ///
  /// - Throws: `CellModelError.property`.
  package func checkProperties() throws(CellModelError) {
    for index in sections.indices { try checkProperties(ofSection: index) }
  }

  /// Checks that every segment of a section has a capacitance and a leak.
  ///
  /// - Throws: `CellModelError.property`.
  package func checkMembrane(ofSection index: Int) throws(CellModelError) {
    let section = sections[index]
    for segment in section.segments {
      try section.require(segment.capacitance, "cm", unit: "µF/cm²")
    }
    try checkLeaks(ofSection: index, orZero: false)
  }

  private func checkLeaks(ofSection index: Int, orZero: Bool) throws(CellModelError) {
    guard let densities = leakDensities(ofSection: index) else { return }
    // Of several leaks the one that is at fault, or else all of them together.
    for leak in leaks {
      guard
        let insertion = sections[index].insertions.first(where: { $0.mechanism == leak.mechanism })
      else { continue }
      let name = mechanisms[leak.mechanism].name(ofValue: leak.conductance)
      for (values, density) in zip(insertion.values, densities) {
        let isEnough = orZero || density > 0
        try sections[index].require(
          values[leak.conductance] * leak.factor, name, unit: "S/cm²", orZero: isEnough)
      }
    }
  }
}

extension Section {
  fileprivate func require(
    _ value: Double, _ property: String, unit: String, orZero: Bool = false
  ) throws(CellModelError) {
    guard value.isFinite, value > 0 || (orZero && value == 0) else {
      throw .property(
        section: name, name: property, value: value,
        expected: "a finite value\(orZero ? ", 0 or" : "") greater than 0 \(unit)")
    }
  }
}
