import CNEURON
import CellModel
import Reduction

/// Builds the sections of a reduced cell beside the original, which stays as it is: cables, and copies of what
/// was not reduced, soma and axon among them.
///
/// All or nothing. Point processes and NetCons of the new cell are the caller's to make.
struct BesideBuilder {
  private let neuron: NEURON
  private let original: LiveCell
  private let reduction: Reduction
  private let styles: IonStyles
  private let sectionBuilder: SectionBuilder

  init(_ live: LiveReduction, _ building: Building) throws(BridgeError) {
    neuron = live.cell.neuron
    original = live.cell
    reduction = live.reduction
    styles = try IonStyles(
      neuron, Internals(neuron),
      Destinations(original: live.cell, reduction: live.reduction))
    sectionBuilder = SectionBuilder(live, building)
  }

  /// What a user of the cell should know, one sentence each.
  var notes: [String] { styles.notes }

  /// - Throws: `BridgeError`; the session is then as it was.
  func build() throws(BridgeError) {
    try Undo.allOrNothing(build)
  }

  private func build(_ undo: inout Undo) throws(BridgeError) {
    let pointers = try CopiedPointers(original, reduction)
    try checkPointers()
    undo.record { sectionBuilder.deleteSectionsOfInstance() }
    // What an init of the user's creates is not part of the reduced cell.
    sectionBuilder.deleteSectionsOfInstance()

    let sections = try sectionBuilder.create(names)
    for index in orderOfAttachment {
      let (section, model) = (sections[index], reduction.reduced.sections[index])
      switch reduction.origins[index] {
      case .cable: try sectionBuilder.furnish(section, as: model, in: sections)
      case .kept(let index):
        let source = original.sections[index]
        try sectionBuilder.furnish(
          section, as: model, in: sections, points: points(of: source))
        try copyStyles(of: model, from: source, to: section)
      }
    }
    let cables = zip(reduction.origins, sections).filter(\.0.isCable).map(\.1)
    try styles.apply(cables, &undo)
    pointers?.apply(to: sections)
    try checkShapes(sections)
    try sectionBuilder.fillSectionLists(
      sections, isOfInstance: sections.map { _ in true })
    try neuron.check(doing: "building the reduced cell")
  }

  /// NEURON has of the sections at one place the last one that was attached first, and solves its equations in
  /// that order, to the last bit. What is attached as in the original comes in the reverse of the order that it
  /// has there, and then what a cell reduced in place is given, as it is.
  private var orderOfAttachment: [Int] {
    let isAsItWas = reduction.origins.map { origin in
      guard case .kept(let index) = origin else { return false }
      let parent = original.model.sections[index].attachment?.parent
      return parent.map { !reduction.replacement.contains($0) } ?? true
    }
    let indices = reduction.origins.indices
    return indices.reversed().filter { isAsItWas[$0] } + indices.filter { !isAsItWas[$0] }
  }

  /// By section: those of the cables are the reduction's, those of copies follow after them.
  private var names: [String] {
    var counts: [String: Int] = [:]
    for name in reduction.cableNames {
      counts[String(name.prefix { $0 != "[" }), default: 0] += 1
    }
    return zip(reduction.origins, reduction.reduced.sections).map { origin, section in
      if origin.isCable { return section.name }
      let array = section.role.arrayOfInstance
      defer { counts[array, default: 0] += 1 }
      return "\(array)[\(counts[array, default: 0])]"
    }
  }

  /// A section's 3D points: x, y, z and diameter in µm.
  private func points(of section: SectionReference) throws(BridgeError) -> [[Double]] {
    let count = try neuron.symbol("n3d")
    let coordinates = try ["x3d", "y3d", "z3d", "diam3d"].map { name throws(BridgeError) in
      try neuron.symbol(name)
    }
    return try neuron.with(section: section) { () throws(BridgeError) in
      var points: [[Double]] = []
      for index in 0..<(try neuron.call(count).count) {
        points.append(
          try coordinates.map { coordinate throws(BridgeError) in
            try neuron.call(coordinate, .number(Double(index))).number
          })
      }
      return points
    }
  }

  private func copyStyles(
    of model: Section, from source: SectionReference, to section: SectionReference
  ) throws(BridgeError) {
    for insertion in model.insertions {
      let kind = reduction.reduced.mechanisms[insertion.mechanism]
      guard kind.isIon else { continue }
      let ion = HocString(kind.name)
      let style = try neuron.ionStyle(of: ion, in: source)
      if try neuron.ionStyle(of: ion, in: section) != style {
        try neuron.set(style, of: ion, in: section)
      }
    }
  }

  /// Copies have the area and the resistances of what they are copies of.
  private func checkShapes(_ sections: [SectionReference]) throws(BridgeError) {
    let area = try neuron.symbol("area")
    let resistance = try neuron.symbol("ri")
    for (section, (origin, model)) in zip(
      sections, zip(reduction.origins, reduction.reduced.sections))
    where !origin.isCable {
      try neuron.with(section: section) { () throws(BridgeError) in
        for (index, segment) in model.segments.enumerated() {
          let center = model.center(ofSegment: index)
          let found = (
            area: try neuron.call(area, .number(center)).number,
            resistance: try neuron.call(resistance, .number(center)).number
          )
          guard found.area.isClose(to: segment.area),
            index == 0 && model.attachment == nil
              || found.resistance.isClose(to: segment.axialResistance)
          else { throw .shapeOfCopy(section: model.name, position: center) }
        }
      }
    }
  }

  /// - Throws: `BridgeError.pointerOfCopy` where a point process of the cell has a POINTER that is set.
  private func checkPointers() throws(BridgeError) {
    guard let internals = Internals(neuron), LayoutTest.result(internals).pointers else { return }
    let kinds = try PointerKinds(internals)
    for survivor in reduction.survivors {
      let process = original.model.pointProcesses[survivor]
      let name = original.model.pointProcessKinds[process.kind].name
      guard let kinds = kinds.processes[name] else { continue }
      for pointer in internals.pointers(of: original.synapses[survivor], kinds)
      where pointer.address != nil {
        let section = original.model.sections[process.section].name
        throw .pointerOfCopy(owner: "\(pointer.kind.name) of \(name) on \(section)")
      }
    }
  }
}

extension Double {
  /// But for the single precision that NEURON has 3D points in.
  fileprivate func isClose(to other: Double) -> Bool {
    self == other || abs(self - other) <= 1e-5 * max(abs(self), abs(other))
  }
}

extension Section.Role {
  /// The array of sections of a template's instance that has sections of this role.
  fileprivate var arrayOfInstance: String {
    switch self {
    case .soma: "soma"
    case .axon: "axon"
    case .apical: "apic"
    case .basal: "dend"
    }
  }
}
