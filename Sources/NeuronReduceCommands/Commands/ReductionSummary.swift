import CellFile
import Foundation

/// A reduction's record for people.
struct ReductionSummary {
  /// As files have it.
  let record: JSONValue
  /// What else is to be known, one sentence each.
  var others: [String] = []

  /// Kinds of synapse that are shown.
  private static let shownKinds = 12

  /// What was reduced, and how.
  var title: String {
    let settings =
      record["settings"]?.members.map { "\($0.name) \(JSONWriter.line($0.value))" } ?? []
    return
      "\(plain(record["cell"])), reduced by method \(plain(record["method"])) (\(settings.joined(separator: ", ")))"
  }

  /// What else is to be known.
  var notes: [String] { (record["notes"]?.elements ?? []).map { plain($0) } + others }

  func text(isColoured: Bool) -> String {
    var counts = TextTable(("", .left), ("full", .right), ("reduced", .right))
    counts.rows = [("segments", "segments"), ("point processes", "point_processes")].map {
      label, name in
      [label, plain(record["\(name)_full"]), plain(record["\(name)_reduced"])]
    }
    var parts = [
      "\(title)\n",
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
    table.rows = (record["cables"]?.elements ?? []).map { cable in
      [
        plain(cable["name"]), plain(cable["role"]), plain(cable["stem"]), plain(cable["parent"]),
        Self.fixed(cable["length"], 1), Self.fixed(cable["diameter"], 2),
        Self.fixed(cable["electrotonic_length"], 2),
        plain(cable["segments"]),
      ]
    }
    return table
  }

  /// Those with most synapses first.
  private var kinds: [JSONValue] {
    (record["synapses"]?.elements ?? []).enumerated().sorted {
      ($1.element["before"]?.count ?? 0, $0.offset) < ($0.element["before"]?.count ?? 0, $1.offset)
    }.map(\.element)
  }

  private var synapses: TextTable {
    var table = TextTable(
      ("synapses", .left), ("parameters", .left), ("before", .right), ("after", .right),
      ("NetCons", .right),
      ("why not fewer", .left))
    table.rows = kinds.prefix(Self.shownKinds).map { kind in
      [
        plain(kind["mechanism"]),
        (kind["parameters"]?.members ?? []).map {
          "\($0.name)=\(($0.value.double ?? .nan).general(digits: 12))"
        }
        .joined(separator: " "),
        plain(kind["before"]), plain(kind["after"]), plain(kind["netcons"]),
        (kind["unmerged"]?.members ?? []).map { "\(plain($0.value)) \($0.name)" }.joined(
          separator: "; "),
      ]
    }
    let rest = kinds.dropFirst(Self.shownKinds)
    if !rest.isEmpty {
      // Whatever a file has, it is shown.
      let sum = { (name: String) in
        rest.reduce(0.0) { $0 + ($1[name]?.double ?? 0) }.general(digits: 15)
      }
      table.rows.append([
        "\(rest.count) more kinds", "", sum("before"), sum("after"), sum("netcons"), "",
      ])
    }
    return table
  }

  /// A line for each treatment, with the mechanisms it is that of.
  private var treatments: String {
    var order: [String] = []
    var mechanisms: [String: [String]] = [:]
    for kind in kinds {
      let (treatment, mechanism) = (plain(kind["treatment"]), plain(kind["mechanism"]))
      guard !treatment.isEmpty else { continue }
      if mechanisms[treatment] == nil { order.append(treatment) }
      if !(mechanisms[treatment] ?? []).contains(mechanism) {
        mechanisms[treatment, default: []].append(mechanism)
      }
    }
    return order.map { "\((mechanisms[$0] ?? []).joined(separator: ", ")): \($0)\n" }.joined()
  }

  /// What is expected to be lost.
  var expected: String {
    let loss = record["expected"]
    let shares = (loss?["shared"]?.members ?? []).map { ($0.name, $0.value.double ?? 0) }
      .sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    var text =
      loss?["netcons"]?.count == 0
      ? "no loss can be expected: no synapses were listed"
      : "no loss can be expected: nothing is known of the synapses' events"
    if let rmsd = loss?["rmsd"]?.double, let deviation = loss?["deviation"]?.double {
      text =
        "expected at the soma, by linear theory: \(rmsd.general(digits: 2)) mV RMSD, of "
        + "\(deviation.general(digits: 2)) mV standard deviation"
      let (counted, all) = (loss?["counted"]?.count ?? 0, loss?["netcons"]?.count ?? 0)
      if counted < all { text += " (\(counted) of \(all) NetCons counted)" }
    }
    guard !shares.isEmpty else { return text + "." }
    return text + ". In compartments that several branches share: "
      + shares.map { "\($0) \((100 * $1).rounded().general(digits: 6)) %" }.joined(separator: ", ")
      + "."
  }

  private func plain(_ value: JSONValue?) -> String {
    switch value {
    case .text(let text): text
    case .integer(let number): "\(number)"
    case .number(let number): number.general(digits: 6)
    case nil, .null: ""
    case let other?: JSONWriter.line(other)
    }
  }

  private static func fixed(_ value: JSONValue?, _ digits: Int) -> String {
    value?.double.map { String(format: "%.\(digits)f", $0) } ?? ""
  }
}

extension JSONValue {
  /// Those of an object; none of anything else.
  var members: [Member] { if case .object(let members) = self { members } else { [] } }

  /// Those of a list; none of anything else.
  var elements: [JSONValue] { if case .list(let values) = self { values } else { [] } }

  var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  var count: Int? { if case .integer(let value) = self { value } else { nil } }
  var string: String? { if case .text(let text) = self { text } else { nil } }
}
