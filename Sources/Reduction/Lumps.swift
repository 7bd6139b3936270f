import CableTheory
import CellModel
import RealModule

/// The membrane of one subtree in groups of like transfer resistance to the soma, joined to a chain
/// such that each group's mean transfer resistance is that of the full cell.
///
/// With g the conductance of a segment's membrane (leak and mean synaptic conductance) and T the
/// transfer resistance between the segment and the soma, a steady current of 1 at the soma sets the
/// segment to the voltage T. Segments are sorted by T and cut into groups k = 1, 2, …; group k has
///
///     G_k = Σ g,   T_k = Σ g·T / G_k
///
/// and the current that flows from group k − 1 to group k is what the membrane from there on takes,
/// F_k = Σ_{j ≥ k} G_j·T_j. The axial resistance that lets it flow is R_k = (T_{k−1} − T_k) / F_k, with
/// T_0 where the subtree is attached. Membrane area, capacitance, leak, channels, mean synaptic
/// conductance, the subtree's input resistance and the steady effect at the soma of every current
/// density that is uniform in a group are those of the full cell, exactly.
///
/// docs/method.md, section 8.
struct Lumps {
  struct Group {
    /// Segments of the original: section, index.
    let segments: [(section: Int, segment: Int)]
    /// In MΩ: T_k, and R_k to the group before.
    let transfer: Double
    let axialResistance: Double
  }

  /// From the soma outwards.
  let groups: [Group]

  private struct Member {
    let section, segment: Int
    let transfer, conductance: Double
  }

  /// - Parameters:
  ///   - subtree: of the cell.
  ///   - whole: the cell's compartments.
  ///   - transfers: of the compartments to the soma in the loaded cell, in MΩ.
  ///   - conductances: of the compartments' membrane in the loaded cell, in µS.
  ///   - base: the compartment that the stem is attached to.
  ///   - count: how many groups to make; fewer come out where the segments are too few.
  init(
    of subtree: Subtree, in whole: WholeCell, transfers: [Double], conductances: [Double],
    base: Int, count: Int
  ) {
    let members = subtree.sections.flatMap { section in
      whole.segments[section].enumerated().map { segment, compartment in
        Member(
          section: section, segment: segment, transfer: transfers[compartment],
          conductance: conductances[compartment])
      }
    }
    .sorted { $0.transfer > $1.transfer }
    let start = transfers[base]
    let cut = Self.cut(members, from: start, count: count)

    var flux = 0.0
    var fluxes: [Double] = []
    for members in cut.reversed() {
      flux += members.reduce(0) { $0 + $1.conductance * $1.transfer }
      fluxes.append(flux)
    }
    fluxes.reverse()
    var before = start
    groups = zip(cut, fluxes).map { members, flux in
      let transfer = Self.meanTransfer(of: members)
      defer { before = transfer }
      return Group(
        segments: members.map { ($0.section, $0.segment) }, transfer: transfer,
        axialResistance: (before - transfer) / flux)
    }
  }

  /// The electrotonic length of the cable with a sealed end along which the voltage falls from `start`
  /// to `tip`: L = arcosh(start / tip).
  static func extent(from start: Double, to tip: Double) -> Double {
    .acosh(max(start / tip, 1))
  }

  private static func meanTransfer(of members: [Member]) -> Double {
    let conductance = members.reduce(0) { $0 + $1.conductance }
    return members.reduce(0) { $0 + $1.conductance * $1.transfer } / conductance
  }

  /// Cuts members, sorted by falling transfer resistance, into at most `count` groups of equal steps
  /// of log T.
  private static func cut(_ members: [Member], from start: Double, count: Int) -> [[Member]] {
    guard let last = members.last else { return [] }
    let whole = Double.log(start / last.transfer)
    var groups = [[Member]](repeating: [], count: count)
    for member in members {
      let share = whole > 0 ? Double.log(start / member.transfer) / whole : 0
      groups[max(0, min(Int(share * Double(count)), count - 1))].append(member)
    }
    return groups.filter { !$0.isEmpty }
  }
}
