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
    let bits: Int

    init(_ bits: Int) { self.bits = bits }

    var concentration: Double { Double(bits & 3) }
    var initializesConcentrations: Double { Double(bits >> 2 & 1) }
    var reversal: Double { Double(bits >> 3 & 3) }
    var initializesReversal: Double { Double(bits >> 5 & 1) }
    var advancesReversal: Double { Double(bits >> 6 & 1) }
  }

  private let neuron: NEURON
  private var settings: [Setting] = []
  private(set) var notes: [String] = []

  init(
    _ neuron: NEURON, _ internals: Internals?, _ destinations: Destinations
  ) throws(BridgeError) {
    self.neuron = neuron
    let model = destinations.original.model
    let styles = Reader(neuron: neuron, internals: internals, model: model)
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
          try styles.usual(of: mechanisms)
        }
      defaults[mechanisms] = usual
      for ion in ions {
        let style = try styles.style(of: ion, in: destinations.original.sections[index])
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

  /// Reads styles.
  private final class Reader {
    private let neuron: NEURON
    private let internals: Internals?
    private let model: CellModel
    /// By ion, NEURON's number for its type, where its styles were found among its datums.
    private var types: [Int: Int32?] = [:]

    init(neuron: NEURON, internals: Internals?, model: CellModel) {
      self.neuron = neuron
      self.internals = internals
      self.model = model
    }

    func style(of ion: Int, in section: SectionReference) throws(BridgeError) -> Style {
      if case .some(.some(let type)) = types[ion], let bits = datum(of: type, in: section) {
        return Style(bits)
      }
      let bits = try asked(of: ion, in: section)
      if types[ion] == nil {
        let type = internals?.functions.mechanism_type(model.mechanisms[ion].name)
        // A section's first segment has what NEURON answers for the section.
        types[ion] = .some(type.flatMap { datum(of: $0, in: section) == bits ? $0 : nil })
      }
      return Style(bits)
    }

    private func asked(of ion: Int, in section: SectionReference) throws(BridgeError) -> Int {
      let function = try neuron.symbol("ion_style")
      let name = HocString(model.mechanisms[ion].name)
      return try neuron.with(section: section) { () throws(BridgeError) in
        try neuron.call(function, .string(name)).count
      }
    }

    /// An ion's first datum in a section's first segment.
    private func datum(of type: Int32, in section: SectionReference) -> Int? {
      guard let internals, LayoutTest.result(internals).pointers,
        let node = internals.functions.own_node(section, 0),
        let property = internals.functions.property_of_node(type, node),
        let datum = internals.functions.datums(property).pointee
      else { return nil }
      return Int(UInt(bitPattern: datum.pointee.storage) & 0xffff_ffff)
    }

    /// The styles that a section has into which some mechanisms are inserted, by ion.
    func usual(of mechanisms: Set<Int>) throws(BridgeError) -> [Int: Style] {
      guard let scratch = neuron.api.section_new("neuron_reduce_scratch") else { return [:] }
      defer { neuron.delete(scratch) }
      for mechanism in mechanisms.sorted() {
        neuron.api.mechanism_insert(
          scratch, try neuron.symbol(model.mechanisms[mechanism].name))
      }
      var styles: [Int: Style] = [:]
      for ion in mechanisms where model.mechanisms[ion].isIon {
        styles[ion] = try style(of: ion, in: scratch)
      }
      return styles
    }
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
