import CellFile

extension HocTemplate {
  var processes: [String] {
    cell.pointProcesses.map { each in
      var statements = [
        "\(sectionNames[each.section]) process = new \(each.mechanism)(\(Hoc.number(each.position)))"
      ]
      for parameter in each.parameters {
        switch parameter.value {
        case .scalar(let value):
          statements.append("process.\(parameter.name) = \(Hoc.number(value))")
        case .array(let values):
          statements += values.enumerated().map {
            "process.\(parameter.name)[\($0)] = \(Hoc.number($1))"
          }
        }
      }
      for stream in each.streams {
        statements += Self.setting("process.\(stream.name)", to: stream.value)
      }
      return (statements + ["point_processes.append(process)"]).joined(separator: "\n  ")
    }
  }

  /// Fills the Vectors that the methods read.
  var fillings: [String] {
    let connections = cell.connections
    let times = cell.sources.map { source -> [Double] in
      if case .events(let times) = source { times } else { [] }
    }
    let integers = { (values: [Int]) in values.map { "\($0)" } }
    let numbers = { (values: [Double]) in values.map(Hoc.number) }
    let filled: [(String, [String])] = [
      ("original_processes", integers(cell.originalSynapses)),
      ("original_connections", integers(cell.originalConnections)),
      ("targets", integers(connections.map(\.process))),
      ("source_indices", integers(connections.map { $0.source ?? -1 })),
      ("thresholds", numbers(connections.map(\.threshold))),
      ("delays", numbers(connections.map(\.delay))),
      ("first_weights", integers(Self.starts(ofCounts: connections.map(\.weights.count)))),
      ("weights", numbers(connections.flatMap(\.weights))),
      ("is_active", integers(connections.map { $0.isActive ? 1 : 0 })),
      ("gids", integers(cell.sources.map(\.gid))), ("potentials", integers(potentialIndices)),
      ("first_times", integers(Self.starts(ofCounts: times.map(\.count)))),
      ("event_times", numbers(times.flatMap(\.self))),
    ]
    return filled.flatMap { name, values in Hoc.appending(values, to: name) }
  }

  /// Where parts of some lengths begin, and where the last one ends.
  private static func starts(ofCounts counts: [Int]) -> [Int] {
    counts.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
  }

  /// By source which of the potentials it is; -1 for another one.
  private var potentialIndices: [Int] {
    var next = 0
    return cell.sources.map { source in
      guard case .potential = source else { return -1 }
      defer { next += 1 }
      return next
    }
  }

  var stimuli: [String] {
    cell.sources.enumerated().compactMap { index, source in
      let own = "sources[\(index)]"
      switch source {
      case .netStim(let interval, let number, let start, let noise, let ids):
        let values = [
          ("interval", interval), ("number", number), ("start", start), ("noise", noise),
        ]
        return
          (["\(own) = new NetStim()"] + values.map { "\(own).\($0) = \(Hoc.number($1))" }
          + ["\(own).noiseFromRandom123(\(Hoc.numbers(ids)))"]).joined(separator: "\n  ")
      case .process(let process): return "\(own) = point_processes.o(\(process))"
      case .potential, .gid, .events, .unknown: return nil
      }
    }
  }

  var potentials: String {
    var lines = ["obfunc netcon_of_potential() { localobj made  // index, index of the connection"]
    var index = 0
    for case .potential(let section, let position) in cell.sources {
      lines.append(
        "  if ($1 == \(index)) \(sectionNames[section]) made = new NetCon(&v(\(Hoc.number(position))), "
          + "point_processes.o(targets.x[$2]), thresholds.x[$2], delays.x[$2], 0)")
      index += 1
    }
    return (lines + ["  return made", "}\n"]).joined(separator: "\n")
  }

  var plays: [String] { cell.plays.flatMap(statements) }

  private func statements(of play: KeptCell.Play) -> [String] {
    var result: [String] = []
    var vectors = [play.values.map(Hoc.number)]
    if let times = play.times { vectors.append(times.map(Hoc.number)) }
    if let jumps = play.jumps { vectors.append(jumps.map { "\($0)" }) }
    for numbers in vectors {
      result.append("played.append(new Vector())")
      result += Hoc.appending(numbers, to: "played.o(played.count - 1)")
    }
    let variable = play.variable + (play.element.map { "[\($0)]" } ?? "")
    var own = ""
    var target = "&process.\(variable)"
    if let process = play.process {
      result.append("process = point_processes.o(\(process))")
    } else {
      own = "\(sectionNames[play.section ?? 0]) "
      target = "&\(variable)(\(Hoc.number(play.position ?? 0.5)))"
    }
    var others = (1...vectors.count).reversed().map { "played.o(played.count - \($0))" }
    if play.times == nil {
      others.append(Hoc.number(play.interval ?? 1))
    } else if play.isContinuous, play.jumps == nil {
      others.append("1")
    }
    let arguments = [target] + others.dropFirst()
    return result + ["\(own)\(others[0]).play(\(arguments.joined(separator: ", ")))"]
  }
}

extension KeptCell.Source {
  /// -1 for another kind of source.
  fileprivate var gid: Int {
    if case .gid(let gid) = self { gid } else { -1 }
  }
}
