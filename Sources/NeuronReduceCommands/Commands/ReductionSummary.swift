import CellFile
import CellModel
import Foundation
import Reduction

/// A reduction in numbers, for people and for machines.
struct ReductionSummary {
  private let reduction: Reduction
  private let cell: CellModel
  private let listedCount: Int
  private let settings: JSONValue
  private let notes: [String]
  private let kinds: [SynapseKind]
  private let loss: ExpectedLoss?

  /// Kinds of synapse that are shown to people.
  private static let shownKinds = 12

  init(
    _ reduction: Reduction, of cell: CellModel, listedCount: Int, settings: JSONValue,
    notes: [String]
  ) {
    self.reduction = reduction
    self.cell = cell
    self.listedCount = listedCount
    self.settings = settings
    self.notes = notes
    kinds = reduction.synapseKinds(amongFirst: listedCount, of: cell)
      .enumerated().sorted { ($1.element.before, $0.offset) < ($0.element.before, $1.offset) }.map(\.element)
    loss = try? ExpectedLoss(of: cell, reduction)
  }

  private func segments(_ cell: CellModel) -> Int { cell.sections.reduce(0) { $0 + $1.segments.count } }
  private var survivors: Int { reduction.survivors.count { $0 < listedCount } }

  // MARK: For people

  func text(isColoured: Bool) -> String {
    let given: String
    if case .object(let members) = settings {
      given = members.map { "\($0.name) \(JSONWriter.line($0.value))" }.joined(separator: ", ")
    } else {
      given = ""
    }
    var counts = TextTable(("", .left), ("full", .right), ("reduced", .right))
    counts.rows = [
      ["segments", "\(segments(cell))", "\(segments(reduction.reduced))"],
      ["point processes", "\(listedCount)", "\(survivors)"],
    ]
    var parts = [
      "\(cell.name), reduced by method \(reduction.settings.method.name) (\(given))\n",
      counts.text(isColoured: isColoured), cables.text(isColoured: isColoured),
    ]
    if !kinds.isEmpty { parts.append(synapses.text(isColoured: isColoured) + treatments) }
    parts.append("\(expected)\n")
    if !notes.isEmpty { parts.append(notes.map { "\($0)\n" }.joined()) }
    return parts.joined(separator: "\n")
  }

  private var cables: TextTable {
    var table = TextTable(
      ("cable", .left), ("role", .left), ("stands for", .left), ("on", .left), ("L (µm)", .right),
      ("diam (µm)", .right), ("L/λ", .right), ("nseg", .right))
    let names = reduction.cableNames
    table.rows = zip(names, reduction.cables).map { name, cable in
      [
        name, cable.role == .apical ? "apical" : "basal", cell.sections[cable.stem].name, parent(of: cable, names),
        String(format: "%.1f", cable.shape.length), String(format: "%.2f", cable.shape.diameter),
        String(format: "%.2f", cable.shape.electrotonicLength), "\(cable.segmentCount)",
      ]
    }
    return table
  }

  private func parent(of cable: ReducedCable, _ names: [String]) -> String {
    switch cable.base {
    case .original(let section, _): cell.sections[section].name
    case .cable(let index): names[index]
    }
  }

  private var synapses: TextTable {
    var table = TextTable(
      ("synapses", .left), ("parameters", .left), ("before", .right), ("after", .right), ("NetCons", .right),
      ("why not fewer", .left))
    table.rows = kinds.prefix(Self.shownKinds).map { kind in
      [
        kind.mechanism, kind.parameters.map { "\($0.name)=\(Self.shortest($0.value))" }.joined(separator: " "),
        "\(kind.before)", "\(kind.after)", "\(kind.connections)",
        kind.obstacles.map { "\($0.count) \($0.obstacle)" }.joined(separator: "; "),
      ]
    }
    let rest = kinds.dropFirst(Self.shownKinds)
    if !rest.isEmpty {
      table.rows.append([
        "\(rest.count) more kinds", "", "\(rest.reduce(0) { $0 + $1.before })", "\(rest.reduce(0) { $0 + $1.after })",
        "\(rest.reduce(0) { $0 + $1.connections })", "",
      ])
    }
    return table
  }

  private static func shortest(_ value: Double) -> String { String(format: "%.12g", value) }

  /// A line for each treatment, with the mechanisms it is that of.
  private var treatments: String {
    var order: [String] = []
    var mechanisms: [String: [String]] = [:]
    for kind in kinds where !kind.treatment.isEmpty {
      if mechanisms[kind.treatment] == nil { order.append(kind.treatment) }
      if !(mechanisms[kind.treatment] ?? []).contains(kind.mechanism) {
        mechanisms[kind.treatment, default: []].append(kind.mechanism)
      }
    }
    return order.map { "\((mechanisms[$0] ?? []).joined(separator: ", ")): \($0)\n" }.joined()
  }

  private var expected: String {
    guard let loss, let rmsd = loss.rmsd, let deviation = loss.deviation else {
      return "no loss can be expected: nothing is known of the synapses' events"
    }
    var text = "expected at the soma, by linear theory: \(String(format: "%.2g", rmsd)) mV RMSD, of "
      + "\(String(format: "%.2g", deviation)) mV standard deviation"
    if loss.counted < loss.connections { text += " (\(loss.counted) of \(loss.connections) NetCons counted)" }
    let shares = SharedMembrane(of: cell, reduction).shares.sorted { ($1.share, $0.mechanism) < ($0.share, $1.mechanism) }
    guard !shares.isEmpty else { return text + "." }
    return text + ". In compartments that several branches share: "
      + shares.map { "\($0.mechanism) \(Int((100 * $0.share).rounded()))%" }.joined(separator: ", ") + "."
  }
}
