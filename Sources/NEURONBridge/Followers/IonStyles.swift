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
    let style: IonStyle
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
    var defaults: [Set<Int>: [Int: IonStyle]] = [:]
    var found: [Int: [Int: Set<IonStyle>]] = [:]
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

    func style(of ion: Int, in section: SectionReference) throws(BridgeError) -> IonStyle {
      if case .some(.some(let type)) = types[ion], let bits = datum(of: type, in: section) {
        return IonStyle(bits)
      }
      let bits = try asked(of: ion, in: section)
      if types[ion] == nil {
        let type = internals?.functions.mechanism_type(model.mechanisms[ion].name)
        // A section's first segment has what NEURON answers for the section.
        types[ion] = .some(type.flatMap { datum(of: $0, in: section) == bits ? $0 : nil })
      }
      return IonStyle(bits)
    }

    private func asked(of ion: Int, in section: SectionReference) throws(BridgeError) -> Int {
      try neuron.ionStyle(of: HocString(model.mechanisms[ion].name), in: section).bits
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
    func usual(of mechanisms: Set<Int>) throws(BridgeError) -> [Int: IonStyle] {
      guard let scratch = neuron.api.section_new("neuron_reduce_scratch") else { return [:] }
      defer { neuron.delete(scratch) }
      for mechanism in mechanisms.sorted() {
        neuron.api.mechanism_insert(
          scratch, try neuron.symbol(model.mechanisms[mechanism].name))
      }
      var styles: [Int: IonStyle] = [:]
      for ion in mechanisms where model.mechanisms[ion].isIon {
        styles[ion] = try style(of: ion, in: scratch)
      }
      return styles
    }
  }

  func apply(_ cables: [SectionReference], _ undo: inout Undo) throws(BridgeError) {
    for setting in settings {
      try neuron.set(setting.style, of: setting.ion, in: cables[setting.cable])
    }
  }
}
