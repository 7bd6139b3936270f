import CableTheory
import CellModel

/// Where a cell's compartments are in the memory of its program: those that are computed together side by side.
struct CellLayout {
  /// Compartments that are computed together: with the same mechanisms and ions, or few ones (see `packed`).
  struct NodeSet {
    /// Indices into the cell's `mechanisms`, in the order in which sections list them: what any of them has.
    var mechanisms: [Int]
    /// By compartment: what it has itself.
    var ownMechanisms: [Set<Int>]
    /// By mechanism that is an ion: its style, as `ion_style` gives it.
    var styles: [Int: Int]
    /// Section and segment; nil for places without membrane.
    var segments: [(section: Int, segment: Int)?]
    /// The slot of the first, a multiple of `MemoryPlan.padding`.
    var first: Int
    var count: Int { segments.count }
    var paddedCount: Int { MemoryPlan.padded(count) }

    func has(_ mechanism: Int, at place: Int) -> Bool { ownMechanisms[place].contains(mechanism) }
  }

  /// A step of the elimination: a slot and its parent's.
  struct Link {
    let child, parent: Int
    /// In MΩ.
    let resistance: Double
  }

  private(set) var sets: [NodeSet] = []
  /// By compartment: its slot; nil where it was left out.
  private(set) var slots: [Int?]
  /// Slots in all, the unused ones at the end of sets included.
  private(set) var slotCount = 0
  /// Parents before children, breadth first.
  private(set) var links: [Link] = []
  private(set) var root = 0
  /// By point process of the cell.
  private(set) var slotsOfProcesses: [Int] = []
  let compartments: CellCompartments

  private struct Key: Hashable {
    let mechanisms: [Int]
    let styles: [Int]
  }

  /// - Parameters:
  ///   - styles: by section and segment, then by mechanism that is an ion.
  ///   - work: of a mechanism.
  init(of cell: CellModel, styles: [[[Int: Int]]], work: (Int) -> Work) {
    compartments = CellCompartments(of: cell)
    let processes = compartments.compartments(ofPointProcessesOf: cell)
    let tree = compartments.tree
    slots = [Int?](repeating: nil, count: tree.count)
    var segments = [(section: Int, segment: Int)?](repeating: nil, count: tree.count)
    for (section, own) in compartments.segments.enumerated() {
      for (segment, compartment) in own.enumerated() { segments[compartment] = (section, segment) }
    }
    let isKept = Self.keptCompartments(of: tree, segments.map { $0 != nil }, Set(processes))

    var members: [Key: Int] = [:]
    var groups: [Group] = []
    for compartment in tree.parents.indices where isKept[compartment] {
      let insertions =
        segments[compartment].map { cell.sections[$0.section].insertions.map(\.mechanism) } ?? []
      let ions = segments[compartment].map { styles[$0.section][$0.segment] } ?? [:]
      // Places without membrane are a set of their own.
      let key =
        segments[compartment] == nil
        ? Key(mechanisms: [-1], styles: [])
        : Key(mechanisms: insertions, styles: insertions.map { ions[$0] ?? 0 })
      let index = members[key] ?? groups.count
      if index == groups.count {
        members[key] = index
        groups.append(
          Group(
            mechanisms: segments[compartment] == nil ? nil : insertions, styles: ions,
            compartments: [], ownMechanisms: []))
      }
      groups[index].compartments.append(compartment)
      groups[index].ownMechanisms.append(insertions)
    }
    for group in Self.packed(groups, work: work) {
      for (place, compartment) in group.compartments.enumerated() {
        slots[compartment] = slotCount + place
      }
      sets.append(
        NodeSet(
          mechanisms: group.mechanisms ?? [], ownMechanisms: group.ownMechanisms.map(Set.init),
          styles: group.styles, segments: group.compartments.map { segments[$0] },
          first: slotCount))
      slotCount += sets[sets.count - 1].paddedCount
    }
    root = slots[0] ?? 0
    links = Self.links(of: tree, slots)
    slotsOfProcesses = processes.map { slots[$0] ?? root }
  }

  /// Leaves without membrane are at the potential of what they hang on: where no point process is on them they
  /// are left out.
  private static func keptCompartments(
    of tree: CompartmentTree, _ hasMembrane: [Bool], _ isUsed: Set<Int>
  ) -> [Bool] {
    var isKept = [Bool](repeating: false, count: tree.count)
    for compartment in tree.parents.indices.reversed() {
      if compartment == 0 || hasMembrane[compartment] || isUsed.contains(compartment) {
        isKept[compartment] = true
      }
      if isKept[compartment], compartment > 0 { isKept[tree.parents[compartment]] = true }
    }
    return isKept
  }

  private static func links(of tree: CompartmentTree, _ slots: [Int?]) -> [Link] {
    var depths = [Int](repeating: 0, count: tree.count)
    for compartment in tree.parents.indices.dropFirst() {
      depths[compartment] = depths[tree.parents[compartment]] + 1
    }
    let order = tree.parents.indices.dropFirst().sorted {
      (depths[$0], $0) < (depths[$1], $1)
    }
    return order.compactMap { compartment in
      guard let child = slots[compartment], let parent = slots[tree.parents[compartment]] else {
        return nil
      }
      return Link(
        child: child, parent: parent, resistance: 1 / tree.axialConductances[compartment])
    }
  }

  /// The slot of a compartment or, where it was left out, of what it hangs on.
  func slot(ofCompartment compartment: Int) -> Int {
    var compartment = compartment
    while compartment > 0 {
      if let slot = slots[compartment] { return slot }
      compartment = compartments.tree.parents[compartment]
    }
    return root
  }

  /// The set that a slot is in.
  func set(ofSlot slot: Int) -> Int {
    sets.lastIndex { $0.first <= slot } ?? 0
  }
}
