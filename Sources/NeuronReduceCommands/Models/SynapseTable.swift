import Foundation
import NEURONBridge
import NEURONSession
import SwiftCSV

/// Synapses as a table of comma-separated values.
struct SynapseTable: Equatable {
  struct Row: Equatable {
    /// In the file, the heading being 1.
    let line: Int
    let section: String
    let position: Double
    let mechanism: String
    let parameters: [Parameter]
    let weight: Double
    /// In ms.
    let delay: Double
    /// Of Poisson events in Hz; nil for none.
    let rate: Double?
    /// When events begin, in ms.
    let start: Double
    /// The share of the intervals that is random.
    let noise: Double
  }

  struct Parameter: Equatable {
    let name: String
    let value: Double
  }

  static let needed = ["section", "x", "mechanism", "weight"]
  static let optional = ["parameters", "delay", "rate", "start", "noise"]

  let rows: [Row]

  /// - Parameter name: of the file, for messages.
  /// - Throws: `CommandFailure`, naming the line and the column at fault.
  init(text: String, name: String) throws {
    // Lines that are empty say nothing, and are left out before others are counted.
    let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }.enumerated()
      .filter { !$0.element.allSatisfy(\.isWhitespace) }
    guard !lines.isEmpty else {
      throw CommandFailure(
        "\(name) is empty; expected a table with the columns \((Self.needed + Self.optional).joined(separator: ","))"
      )
    }
    let table: CSV<Enumerated>
    do {
      table = try CSV<Enumerated>(
        string: lines.map(\.element).joined(separator: "\n"), delimiter: .comma, loadColumns: false)
    } catch {
      throw CommandFailure("\(name) is no table of comma-separated values: \(error)")
    }
    let columns = table.header.map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
    for (separator, what) in [(";", "semicolons"), ("\t", "tabs")]
    where columns.count == 1 && columns[0].contains(separator) {
      throw CommandFailure(
        "\(name) has its columns separated by \(what); expected commas, and points in numbers")
    }
    try Self.check(columns, name)
    rows = try table.rows.enumerated().map { index, cells in
      let line = index + 1 < lines.count ? lines[index + 1].offset + 1 : index + 2
      return try Cells(name: name, line: line, columns: columns, cells: cells).row()
    }
  }

  private static func check(_ columns: [String], _ name: String) throws {
    for column in needed where !columns.contains(column) {
      throw CommandFailure(
        "\(name) has no column \(column); expected \(needed.joined(separator: ", ")), and if wanted "
          + optional.joined(separator: ", "))
    }
    for (index, column) in columns.enumerated() {
      guard (needed + optional).contains(column) else {
        throw CommandFailure(
          "\(name) has the column '\(column)'; expected none but "
            + (needed + optional).joined(separator: ", "))
      }
      guard columns.firstIndex(of: column) == index else {
        throw CommandFailure("\(name) has the column \(column) twice; expected it once")
      }
    }
  }

  /// The cells of one line.
  private struct Cells {
    let name: String
    let line: Int
    let columns: [String]
    let cells: [String]

    func row() throws -> Row {
      guard cells.dropFirst(columns.count).allSatisfy(\.isEmpty) else {
        throw CommandFailure(
          "\(name), line \(line), has \(cells.count) cells; expected \(columns.count), quotes around one with commas"
        )
      }
      let position = try number("x", "a position, 0 to 1") { (0...1).contains($0) }
      let rate = try number(
        "rate", "a rate in Hz, 0 or greater and at most 1e6, or nothing", ifEmpty: .nan
      ) {
        (0...1e6).contains($0)
      }
      return Row(
        line: line, section: try text("section", "the name of a section"),
        position: position, mechanism: try text("mechanism", "the name of a point process"),
        parameters: try parameters(), weight: try number("weight", "a finite number"),
        delay: try number("delay", "a delay in ms, 0 or greater", ifEmpty: 1) { $0 >= 0 },
        rate: rate.isNaN ? nil : rate,
        start: try number("start", "a time in ms, 0 or greater", ifEmpty: 0) { $0 >= 0 },
        noise: try number("noise", "a share, 0 to 1", ifEmpty: 1) { (0...1).contains($0) })
    }

    private func cell(_ column: String) -> String {
      guard let index = columns.firstIndex(of: column), index < cells.count else { return "" }
      return cells[index].trimmingCharacters(in: .whitespaces)
    }

    private func wrong(_ column: String, _ expected: String) -> CommandFailure {
      CommandFailure("\(name), line \(line): \(column) is '\(cell(column))'; expected \(expected)")
    }

    private func text(_ column: String, _ expected: String) throws -> String {
      let text = cell(column)
      guard !text.isEmpty else { throw wrong(column, expected) }
      return text
    }

    private func number(
      _ column: String, _ expected: String, ifEmpty: Double? = nil,
      where holds: (Double) -> Bool = { _ in true }
    ) throws -> Double {
      let text = cell(column)
      if text.isEmpty, let ifEmpty { return ifEmpty }
      guard let value = Double(plain: text), holds(value) else { throw wrong(column, expected) }
      return value
    }

    private func parameters() throws -> [Parameter] {
      let expected = "names and numbers such as 'tau1=0.3 tau2=1.8 e=0'"
      let parts = cell("parameters").split { $0 == " " || $0 == ";" }
      var names: Set<Substring> = []
      return try parts.map { part in
        let pair = part.split(separator: "=", omittingEmptySubsequences: false)
        guard pair.count == 2, !pair[0].isEmpty, let value = Double(plain: String(pair[1])) else {
          throw wrong("parameters", expected)
        }
        guard names.insert(pair[0]).inserted else {
          throw wrong("parameters", "\(pair[0]) once")
        }
        return Parameter(name: String(pair[0]), value: value)
      }
    }
  }
}

extension Double {
  /// A finite number in decimal digits.
  init?(plain text: String) {
    guard text.utf8.allSatisfy({ "+-.eE0123456789".utf8.contains($0) }), let value = Double(text),
      value.isFinite
    else { return nil }
    self = value
  }
}

/// The synapses of a table on a cell of the session.
struct PlacedSynapses {
  let synapses, netCons: [ObjectReference]
  /// In Hz; nil where not known.
  let rates: [Double?]
  /// What drives them, which is to live as long.
  let stimulators: [ObjectReference]
}

extension SynapseTable {
  /// Makes them.
  ///
  /// - Parameter seed: of their events.
  func place(
    on cell: SessionCell, in session: Session, seed: Int, name: String
  ) throws -> PlacedSynapses {
    let neuron = session.neuron
    let known = try MechanismCatalog(neuron).pointProcessNames
    let names = SectionNames(cell.sections.map { neuron.name(of: $0) })
    var parameters: [String: [String: Int]] = [:]
    var (synapses, netCons, stimulators):
      ([ObjectReference], [ObjectReference], [ObjectReference]) = ([], [], [])
    for (index, row) in rows.enumerated() {
      let start = "\(name), line \(row.line)"
      guard let section = names.first(of: row.section).map({ cell.sections[$0] }) else {
        let fault = names.fault(
          of: row.section, on: cell.name, expected: "the name of a section", example: names.example)
        throw CommandFailure("\(start): section is '\(row.section)'\(fault)")
      }
      guard known.contains(row.mechanism) else {
        throw CommandFailure(
          "\(start): mechanism is '\(row.mechanism)'; expected a point process of this session: "
            + known.sorted().joined(separator: ", "))
      }
      if parameters[row.mechanism] == nil {
        let kind = try MechanismCatalog(neuron).kind(named: row.mechanism)
        parameters[row.mechanism] = Dictionary(
          kind.parameters.map { ($0.name, $0.defaults.count) }, uniquingKeysWith: { $1 })
      }
      let synapse = try neuron.with(section: section) { () throws(BridgeError) in
        try neuron.newObject(row.mechanism, .number(row.position))
      }
      for parameter in row.parameters {
        guard parameters[row.mechanism]?[parameter.name] == 1 else {
          let names = (parameters[row.mechanism] ?? [:]).filter { $0.value == 1 }.keys.sorted()
          throw CommandFailure(
            "\(start): '\(parameter.name)' is no parameter of \(row.mechanism); expected "
              + names.joined(separator: ", "))
        }
        let text = HocString(parameter.name)
        neuron.api.set_property_element(synapse, text.cString, 0, parameter.value)
      }
      let rest: [HocArgument] = [.number(10), .number(row.delay), .number(row.weight)]
      do {
        if let rate = row.rate, rate > 0 {
          let stimulator = try session.netStim(
            interval: 1000 / rate, number: 1e9, start: row.start, noise: row.noise,
            ids: [index, seed, 0])
          stimulators.append(stimulator)
          netCons.append(
            try neuron.newObject("NetCon", [.object(stimulator), .object(synapse)] + rest))
        } else {
          netCons.append(try session.netCon(onto: synapse, rest))
        }
      } catch {
        guard case .neuron(_, let message) = error else { throw error }
        throw CommandFailure(
          message.contains("NET_RECEIVE")
            ? "\(start): mechanism is '\(row.mechanism)', which receives no events; expected one that has a NET_RECEIVE"
            : "\(start): \(HeardError.plain(message))")
      }
      synapses.append(synapse)
    }
    try neuron.check(doing: "placing the synapses of \(name)")
    return PlacedSynapses(
      synapses: synapses, netCons: netCons, rates: rows.map(\.rate), stimulators: stimulators)
  }
}
