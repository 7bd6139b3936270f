import CellFile

/// A kept cell's synapses as edges of SONATA have them.
struct SONATAEdges {
  struct EdgeType {
    let number: Int
    let mechanism, label: String
    let parameters: JSONMembers
  }

  private(set) var types: [EdgeType] = []
  /// Of the table of the original's synapses.
  private(set) var rows: [[String]] = []

  private let cell: KeptCell
  private let tables: Set<String>
  private let played: Set<Int>
  /// By point process the number of its type.
  private var numbers: [Int: Int] = [:]

  init(of cell: KeptCell) throws(ExportError) {
    self.cell = cell
    tables = Set(cell.mechanisms.filter { !$0.tables.isEmpty }.map(\.name))
    played = Set(cell.plays.compactMap(\.process))
    for index in cell.survivors { _ = try number(of: index) }
    for (index, (process, connection)) in zip(cell.originalSynapses, cell.originalConnections)
      .enumerated()
    {
      rows.append(try row(of: index, process, cell.connections[connection]))
    }
  }

  /// The number of a point process's type, which is made where there is none.
  private mutating func number(of index: Int) throws(ExportError) -> Int {
    if let known = numbers[index] { return known }
    let process = cell.pointProcesses[index]
    let number = try number(of: process, isPlayed: played.contains(index))
    numbers[index] = number
    return number
  }

  private mutating func number(
    of process: KeptCell.PointProcess, isPlayed: Bool
  ) throws(ExportError) -> Int {
    let mechanism = process.mechanism
    for (isFault, has) in [
      (isPlayed, "has a Vector that is played into it"),
      (!process.streams.isEmpty, "has RANDOM variables"),
      (tables.contains(mechanism), "has a FUNCTION_TABLE"),
    ] where isFault {
      throw .synapse(mechanism: mechanism, has: has, expected: "none")
    }
    let parameters = try Self.parameters(of: process)
    let same = types.filter { $0.mechanism == mechanism }
    if let known = same.first(where: { $0.parameters == parameters }) { return known.number }
    let number = SONATAFolder.nodeType + 1 + types.count
    types.append(
      EdgeType(
        number: number, mechanism: mechanism, label: "\(mechanism)_\(same.count)",
        parameters: parameters))
    return number
  }

  private static func parameters(
    of process: KeptCell.PointProcess
  ) throws(ExportError) -> JSONMembers {
    let mechanism = process.mechanism
    var parameters = JSONMembers()
    for each in process.parameters {
      guard case .scalar(let value) = each.value else {
        throw .synapse(
          mechanism: mechanism, has: "has the array \(each.name)", expected: "single numbers")
      }
      parameters[each.name] = .number(
        try value.asNumber("\(each.name) of \(mechanism)", in: .sonata))
    }
    // What SONATA calls it.
    if let reversal = parameters["e"] { parameters["erev"] = reversal }
    return parameters
  }

  private mutating func row(
    of index: Int, _ process: Int, _ netcon: KeptCell.Connection
  ) throws(ExportError) -> [String] {
    let place = cell.pointProcesses[process]
    let number = try number(of: process)
    let weights = try netcon.weights.map { weight throws(ExportError) in
      try weight.asNumber("a weight", in: .sonata)
    }
    guard weights.dropFirst().allSatisfy({ $0 == 0 }) else {
      throw .synapse(
        mechanism: place.mechanism, has: "has connections of \(weights.count) weights",
        expected: "one, others 0")
    }
    return [
      "\(index)", "\(number)", "\(place.section)", JSONWriter.text(of: place.position),
      JSONWriter.text(of: weights.first ?? 0), JSONWriter.text(of: netcon.delay),
    ]
  }
}
