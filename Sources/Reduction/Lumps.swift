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
/// T_0 where the subtree is attached. What goes with a segment without being its membrane counts with
/// it, at its own T: an axon as the conductance that it is to a steady current, a synapse at a
/// section's end. Membrane area, capacitance, leak and channels of each group, and the input resistance of
/// the subtree under its load, are those of the full cell, exactly.
///
/// docs/method.md, section 8.
struct Lumps {
  struct Group {
    /// Segments of the original, and of the spines that go with them: section, index.
    let segments: [(section: Int, segment: Int)]
    /// In MΩ: T_k, and R_k to the group before.
    let transfer: Double
    let axialResistance: Double
  }

  /// From the soma outwards.
  let groups: [Group]

  /// What goes with a segment of the subtree though it is no part of its membrane: an axon that
  /// leaves from there, or a synapse at a section's end.
  struct Companion {
    let section, segment: Int
    /// Where it is attached.
    let compartment: Int
    /// The steady current into it for a current of 1 at the soma.
    let current: Double
  }

  /// A segment, with what goes with it.
  private struct Member {
    let section, segment: Int
    /// Σ g, Σ g·T and Σ g·(T_0 − T).
    var conductance, current, drop: Double
    /// ln(T_0 / T) of the mean T, what it is sorted by.
    var attenuation = 0.0
  }

  /// - Parameters:
  ///   - piece: of the cell.
  ///   - compartments: the cell's.
  ///   - loaded: the same, under their load.
  ///   - companions: of this and other subtrees.
  ///   - spines: those that go with segments, companions among the others, and their segments by these.
  ///   - base: the compartment that the stem is attached to.
  ///   - count: how many groups to make; fewer come out where the segments are too few.
  /// - Returns: nil where numbers overflow or vanish, so that segments have no order.
  init?(
    of piece: Replacement.Piece, in compartments: CellCompartments, _ loaded: OperatingPoint,
    companions: [Companion],
    spines: (all: HostedSpines, segments: [HostedSpines.Place: [HostedSpines.Place]]) = (
      .none, [:]
    ),
    base: Int, count: Int
  ) {
    let start = loaded.transfers[base]
    let drops = Self.drops(in: loaded, base: base)
    let conductances = loaded.compartments.leakConductances
    var members = piece.sections.filter { !spines.all.contains($0) }.flatMap { section in
      compartments.segments[section].enumerated().map { segment, compartment in
        let conductance = conductances[compartment]
        return Member(
          section: section, segment: segment, conductance: conductance,
          current: conductance * loaded.transfers[compartment],
          drop: conductance * drops[compartment])
      }
    }
    var first: [Int: Int] = [:]
    for (index, member) in members.enumerated() where member.segment == 0 {
      first[member.section] = index
    }
    for companion in companions {
      guard let first = first[companion.section] else { continue }
      let conductance = companion.current / loaded.transfers[companion.compartment]
      members[first + companion.segment].conductance += conductance
      members[first + companion.segment].current += companion.current
      members[first + companion.segment].drop += conductance * drops[companion.compartment]
    }
    for (index, member) in members.enumerated() {
      members[index].attenuation = Self.attenuation(
        from: start, to: member.current / member.conductance,
        drop: member.drop / member.conductance)
    }
    guard members.allSatisfy({ $0.attenuation.isFinite }) else { return nil }
    members.sort { $0.attenuation < $1.attenuation }
    let cut = Self.cut(members, count: count)

    var flux = 0.0
    var fluxes: [Double] = []
    for members in cut.reversed() {
      flux += members.reduce(0) { $0 + $1.current }
      fluxes.append(flux)
    }
    fluxes.reverse()
    var before = (transfer: start, drop: 0.0)
    groups = zip(cut, fluxes).map { members, flux in
      let conductance = members.reduce(0) { $0 + $1.conductance }
      let mean = (
        transfer: members.reduce(0) { $0 + $1.current } / conductance,
        drop: members.reduce(0) { $0 + $1.drop } / conductance
      )
      defer { before = mean }
      // The difference of the smaller numbers is the one that rounding leaves something of.
      let step =
        mean.drop < start / 2 ? mean.drop - before.drop : before.transfer - mean.transfer
      return Group(
        segments: members.flatMap { member in
          [(member.section, member.segment)]
            + (spines.segments[.init(section: member.section, segment: member.segment)] ?? [])
            .map { ($0.section, $0.segment) }
        }, transfer: mean.transfer,
        axialResistance: max(step, start.ulp) / flux)
    }
  }

  /// T_0 − T of the compartments beyond the base, from the currents that flow to them: without the
  /// cancellation of two numbers that may be all but equal.
  private static func drops(in loaded: OperatingPoint, base: Int) -> [Double] {
    let tree = loaded.compartments
    var drops = [Double](repeating: 0, count: tree.count)
    for index in drops.indices.dropFirst() where index != base {
      drops[index] =
        drops[tree.parents[index]] + loaded.currents[index] / tree.axialConductances[index]
    }
    return drops
  }

  private static func attenuation(from start: Double, to transfer: Double, drop: Double) -> Double {
    drop < start / 2 ? -.log(onePlus: -drop / start) : .log(start / transfer)
  }

  /// The electrotonic length of the cable with a sealed end along which the voltage falls from `start`
  /// to `tip`: L = arcosh(start / tip).
  static func extent(from start: Double, to tip: Double) -> Double {
    .acosh(max(start / tip, 1))
  }

  /// Cuts members, sorted by attenuation, into at most `count` groups of equal steps of it.
  private static func cut(_ members: [Member], count: Int) -> [[Member]] {
    guard let last = members.last else { return [] }
    var groups = [[Member]](repeating: [], count: count)
    for member in members {
      let share = last.attenuation > 0 ? member.attenuation / last.attenuation : 0
      groups[max(0, min(Int(share * Double(count)), count - 1))].append(member)
    }
    return groups.filter { !$0.isEmpty }
  }
}
