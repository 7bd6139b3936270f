import CableTheory
import CellModel
import ComplexModule
import RealModule
import SynapseResponse

/// What a reduction is expected to lose, by linear theory: no cell is run.
///
/// Events of mean rate λ come to a synapse at independent times (Poisson). Each brings the charge that its
/// conductance passes per driving force E − V, so that the soma's potential has a variance of
///
///     Σ λ·(E − V)² · 2∫ |w/(1 + κ) · G(f) · Z(f)|² df
///
/// (Campbell's theorem), with Z the transfer impedance from the synapse to the soma at the operating point, G the
/// Fourier transform of the conductance and κ the self-shunt, which events of one source share. The two cells get
/// the same events: what their potentials differ in has the variance with the difference of both transfers in place of
/// the one, and the mean Σ λ·(E − V)·G(0)·(difference at 0 Hz). V is −65 mV throughout, between rest and threshold.
/// Synapses that one source drives get its events together: what they make adds up, each after its delay, before it is
/// squared, as if conductances of all kinds rose and fell alike.
///
/// Gains make up for what is lost, and do not count.
///
/// What channels do with potentials that differ is not in it: `SharedMembrane.shares` says how much
/// of them there is to do it.
///
/// Source: Rice, "Mathematical analysis of random noise", Bell Syst. Tech. J. 23:282 (1944), for Campbell's theorem.
/// docs/method.md, section 10.
package struct ExpectedLoss: Sendable, Equatable {
  /// The root mean square of the difference of the soma's potentials, in mV; nil where nothing is known of any
  /// event.
  package let rmsd: Double?
  /// The standard deviation of the full cell's potential at the soma, by the same theory, in mV; nil as above.
  package let deviation: Double?
  /// How many connections are counted, and how many there are. Not counted are those whose rates are not known, and
  /// those whose synapses have no conductance that is.
  package let counted: Int
  package let connections: Int
  /// Of each section of the full cell what `rmsd` would be were only the events of its own synapses there, in mV; nil
  /// where none of them is counted.
  package let ofSections: [Double?]

  /// In mV, where the driving forces of synapses are taken from.
  private static let potential = MeasuringProtocol.potentials[MeasuringProtocol.middle]

  /// - Throws: `ReductionError` where a section's properties give no compartments.
  package init(of cell: CellModel, _ reduction: Reduction) throws(ReductionError) {
    let reduction =
      reduction.settings.gains == Gains()
      ? reduction : try Reduction(of: cell, settings: reduction.settings.withoutGains)
    try ReductionError.wrapping { () throws(CellModelError) in
      try cell.checkProperties()
      try reduction.reduced.checkProperties()
    }
    let drive = reduction.settings.drive
    let before = CellCompartments(of: cell)
    let after = CellCompartments(of: reduction.reduced)
    let full = OperatingPoint.inputs(
      of: cell, drive: drive, compartments: before.compartments(ofPointProcessesOf: cell))
    let places = reduction.compartmentsOfPointProcesses(in: after)
    let reduced = full.map { input in
      OperatingPoint.Input(
        connection: input.connection,
        compartment: places[cell.connections[input.connection].target],
        weight: reduction.reduced.connections[input.connection].weights.first ?? 0,
        response: input.response, exponent: input.exponent,
        eventsPerMillisecond: input.eventsPerMillisecond)
    }
    let transfers = (Transfers(before, cell, full), Transfers(after, reduction.reduced, reduced))

    var (loss, whole) = (Noise(), Noise())
    var losses = [Noise](repeating: Noise(), count: cell.sections.count)
    var counted = 0
    for group in Self.bySource(full, cell.connections) {
      var (difference, before) = (Signal(), Signal())
      var differences: [Int: Signal] = [:]
      for index in group {
        let input = full[index]
        guard let reversal = input.response.reversal, input.response.power[0] > 0,
          input.eventsPerMillisecond > 0
        else { continue }
        counted += 1
        let connection = cell.connections[input.connection]
        let (one, other) = (transfers.0[index], transfers.1[index])
        let signal = { (transfer: [Complex<Double>]) in
          Signal(
            of: input, force: reversal - Self.potential, transfer,
            after: connection.delay.isFinite ? connection.delay : 0)
        }
        let lost = signal(SpectralGrid.frequencies.indices.map { other[$0] - one[$0] })
        difference.add(lost)
        differences[cell.pointProcesses[connection.target].section, default: Signal()].add(lost)
        before.add(signal(one))
      }
      loss.add(difference)
      whole.add(before)
      for (section, signal) in differences { losses[section].add(signal) }
    }
    self.counted = counted
    connections = cell.connections.count
    rmsd = loss.rootMeanSquare
    deviation = whole.deviation
    ofSections = losses.map(\.rootMeanSquare)
  }

  /// Indices of the inputs of each source, in the order of the inputs; one of which the source is not known is by
  /// itself.
  private static func bySource(
    _ inputs: [OperatingPoint.Input], _ connections: [Connection]
  ) -> [[Int]] {
    var groups: [[Int]] = []
    var places: [Int: Int] = [:]
    for (index, input) in inputs.enumerated() {
      let source = connections[input.connection].sourceIdentity
      if let place = source.flatMap({ places[$0] }) {
        groups[place].append(index)
      } else {
        if let source { places[source] = groups.count }
        groups.append([index])
      }
    }
    return groups
  }

  /// What an event of an input does to the soma, per charge of a weight of 1 and driving force.
  private struct Transfers {
    private let inputs: [OperatingPoint.Input]
    private let losses: [Double]
    /// By frequency, then by compartment, in MΩ.
    private let impedances: [[Complex<Double>]]

    init(_ compartments: CellCompartments, _ cell: CellModel, _ inputs: [OperatingPoint.Input]) {
      let loaded = OperatingPoint(
        of: compartments.tree.adding(
          leakConductances: DrivenCell.leastLeaks(of: cell, in: compartments)),
        inputs: inputs)
      self.inputs = inputs
      let members = inputs.map {
        Volleys.Member(
          connection: $0.connection, compartment: $0.compartment, weight: $0.weight,
          response: $0.response)
      }
      losses = Volleys(of: members, cell.connections)
        .losses(of: members, alone: loaded.selfShunts.map(\.loss), in: loaded.compartments)
      impedances = SpectralGrid.frequencies.map {
        TreeImpedance(of: loaded.compartments, frequency: $0).transfersToRoot()
      }
    }

    /// At each of the frequencies.
    subscript(index: Int) -> [Complex<Double>] {
      let scale = inputs[index].weight / losses[index]
      return impedances.map { $0[inputs[index].compartment].multiplied(by: scale) }
    }
  }
}
