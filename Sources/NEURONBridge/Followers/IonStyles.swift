import CNEURON
import CellModel

/// Ion styles that somebody has set on dendrites (`ion_style`).
///
/// NEURON gives each section the styles that its mechanisms ask for. Where dendrites have others, and all
/// that a cable stands for have the same, the cable gets it.
struct IonStyles: Follower {
  private struct Setting {
    let ion: HocString
    let cable: Int
    let style: Style
  }

  /// As NEURON's `ion_style` returns and takes it.
  private struct Style: Hashable {
    let concentration, reversal, initializesReversal, advancesReversal,
      initializesConcentrations: Double

    init(_ bits: Int) {
      concentration = Double(bits & 3)
      initializesConcentrations = Double(bits >> 2 & 1)
      reversal = Double(bits >> 3 & 3)
      initializesReversal = Double(bits >> 5 & 1)
      advancesReversal = Double(bits >> 6 & 1)
    }
  }

  private let neuron: NEURON
  private var settings: [Setting] = []
  private(set) var notes: [String] = []

  init(_ neuron: NEURON, _ destinations: Destinations) throws(BridgeError) {
    self.neuron = neuron
    let model = destinations.original.model
    let cables = destinations.cablesOfSections
    var defaults: [Set<Int>: [Int: Style]] = [:]
    var found: [Int: [Int: Set<Style>]] = [:]
    var byHand: [Int: Set<Int>] = [:]
    for (index, section) in model.sections.enumerated() where !cables[index].isEmpty {
      let mechanisms = Set(section.insertions.map(\.mechanism))
      let ions = mechanisms.filter { model.mechanisms[$0].isIon }
      guard !ions.isEmpty else { continue }
      let usual =
        if let known = defaults[mechanisms] { known } else {
          try Self.usualStyles(of: mechanisms, in: model, neuron)
        }
      defaults[mechanisms] = usual
      for ion in ions {
        let style = try Self.style(
          of: HocString(model.mechanisms[ion].name), in: destinations.original.sections[index],
          neuron)
        for cable in cables[index] {
          found[ion, default: [:]][cable, default: []].insert(style)
          if style != usual[ion] { byHand[ion, default: []].insert(cable) }
        }
      }
    }
    for ion in byHand.keys.sorted() {
      let name = model.mechanisms[ion].name
      var isMixed = false
      for cable in (byHand[ion] ?? []).sorted() {
        guard let styles = found[ion]?[cable], styles.count == 1, let style = styles.first else {
          isMixed = true
          continue
        }
        settings.append(Setting(ion: HocString(name), cable: cable, style: style))
      }
      if isMixed {
        notes.append(
          "The dendrites that became one cable have different styles of \(name) (ion_style): the cable "
            + "has the one that its mechanisms ask for.")
      }
    }
  }

  private static func style(
    of ion: HocString, in section: SectionReference, _ neuron: NEURON
  ) throws(BridgeError) -> Style {
    let function = try neuron.symbol("ion_style")
    let bits = try neuron.with(section: section) { () throws(BridgeError) in
      try neuron.call(function, .string(ion)).count
    }
    return Style(bits)
  }

  /// The styles that a section has into which some mechanisms are inserted, by ion.
  private static func usualStyles(
    of mechanisms: Set<Int>, in model: CellModel, _ neuron: NEURON
  ) throws(BridgeError) -> [Int: Style] {
    guard let scratch = neuron.api.section_new("neuron_reduce_scratch") else { return [:] }
    defer { neuron.delete(scratch) }
    for mechanism in mechanisms.sorted() {
      neuron.api.mechanism_insert(
        scratch, try neuron.symbol(model.mechanisms[mechanism].name))
    }
    var styles: [Int: Style] = [:]
    for ion in mechanisms where model.mechanisms[ion].isIon {
      styles[ion] = try style(of: HocString(model.mechanisms[ion].name), in: scratch, neuron)
    }
    return styles
  }

  func apply(_ cables: [SectionReference], _ undo: inout Undo) throws(BridgeError) {
    let function = try neuron.symbol("ion_style")
    for setting in settings {
      try neuron.with(section: cables[setting.cable]) { () throws(BridgeError) in
        let style = setting.style
        try neuron.call(
          function, .string(setting.ion), .number(style.concentration), .number(style.reversal),
          .number(style.initializesReversal), .number(style.advancesReversal),
          .number(style.initializesConcentrations))
      }
    }
  }
}
