import CNeuronReduce
import ComplexModule
import NEURONBridge
import Reduction
import SynapseResponse

extension ReductionSettings {
  /// - Parameter stems: those of the cell, which the membranes are in the order of.
  /// - Throws: `BridgeError.reduction` for numbers and names without a meaning.
  init(_ settings: nr_settings, stems: [Int]) throws(BridgeError) {
    do {
      try self.init(
        method: Method(name: String(cString: settings.method)), frequency: settings.frequency,
        segmentCount: settings.tolerance == 0
          ? SegmentCount(manualTotal: settings.total_segments)
          : .expectedLoss(atMost: settings.tolerance),
        mergePolicy: MergePolicy(settings.merging),
        comparedParameters: Self.comparedParameters(settings), drive: Self.drive(settings),
        membranes: Self.membranes(settings, stems),
        sites: elements(settings.sites, settings.site_count).map {
          ReductionSite(section: Int($0.section), position: $0.position)
        }, gains: Self.gains(settings),
        observed: Self.observed(settings), scope: ReductionScope(settings))
    } catch {
      throw .reduction(error)
    }
  }

  private static func comparedParameters(_ settings: nr_settings) -> [String: [String]] {
    guard let pairs = settings.compared_parameters else { return [:] }
    var result: [String: [String]] = [:]
    for pair in 0..<max(settings.compared_parameter_pairs, 0) {
      guard let kind = pairs[2 * pair] else { continue }
      let name = pairs[2 * pair + 1].map { [String(cString: $0)] } ?? []
      result[String(cString: kind), default: []] += name
    }
    return result
  }

  private static func membranes(_ settings: nr_settings, _ stems: [Int]) -> [Int: CableMembrane] {
    let membranes = elements(settings.membranes, settings.membrane_count)
    return Dictionary(uniqueKeysWithValues: zip(stems, membranes.map(CableMembrane.init)))
  }

  private static func observed(_ settings: nr_settings) -> ObservedPotentials? {
    let potentials = elements(settings.observed, settings.observed_count)
    return potentials.isEmpty
      ? nil
      : ObservedPotentials(
        potentials: Array(potentials), interval: settings.observed_interval)
  }

  private static func gains(_ settings: nr_settings) -> Gains {
    Gains(
      Dictionary(
        elements(settings.gains, settings.gain_count).map {
          (Gains.Part(name: String(cString: $0.name)), $0.factor)
        }, uniquingKeysWith: { $1 }))
  }

  private static func drive(_ settings: nr_settings) -> SynapticDrive {
    let responses = elements(settings.responses, settings.response_count)
    let indices = elements(settings.response_indices, settings.response_index_count)
    let rates = elements(settings.rates, settings.rate_count)
    return SynapticDrive(
      responses: responses.map(SynapticResponse.init),
      responseIndices: indices.map { responses.indices.contains(Int($0)) ? Int($0) : nil },
      rates: rates.map { $0.isFinite && $0 >= 0 ? $0 : nil },
      steadyEvents: elements(settings.steady_events, settings.steady_event_count).map {
        SteadyEvent(charge: $0.charge, exponent: $0.exponent)
      })
  }
}

extension ReductionScope {
  init(_ settings: nr_settings) {
    let roots = elements(settings.roots, settings.root_count)
    self.init(
      roots: roots.isEmpty ? nil : roots.map { Int($0) },
      kept: elements(settings.kept, settings.kept_count).map { Int($0) },
      spines: SpineTreatment(settings))
  }
}

extension SpineTreatment {
  fileprivate init(_ settings: nr_settings) {
    let sections = elements(settings.spine_sections, settings.spine_section_count).map { Int($0) }
    switch settings.spines {
    case NR_SPINES_FOLDED: self = .folded(sections.isEmpty ? nil : sections)
    case NR_SPINES_KEPT: self = .kept(sections.isEmpty ? nil : sections)
    default: self = .collapsed
    }
  }
}

extension SynapticResponse {
  fileprivate init(_ response: nr_response) {
    let count = response.times == nil || response.conductances == nil ? 0 : response.count
    self.init(
      nature: Nature(rawValue: Int32(bitPattern: response.nature.rawValue)) ?? .none,
      times: elements(response.times, count).map { $0 },
      conductances: elements(response.conductances, count).map { $0 },
      reversal: response.reversal.isFinite ? response.reversal : nil,
      superposes: response.superposes < 0 ? nil : response.superposes != 0,
      isOhmic: response.is_ohmic != 0,
      charges: elements(response.charges, response.charges == nil ? 0 : nr_potential_count())
        .map { $0 })
  }
}

extension CableMembrane {
  fileprivate init(_ membrane: nr_cable_membrane) {
    self.init(
      capacitance: membrane.capacitance, membraneResistance: membrane.membrane_resistance,
      axialResistivity: membrane.axial_resistivity,
      propagationFactor: Complex(membrane.factor_real, membrane.factor_imaginary))
  }
}

extension MergePolicy {
  fileprivate init(_ merging: nr_merging) {
    switch merging {
    case NR_MERGING_PUBLISHED: self = .published
    case NR_MERGING_NONE: self = .none
    default: self = .exact
    }
  }
}
