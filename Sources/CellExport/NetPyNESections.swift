import CellFile

/// The sections of a cell rule, and what is on them.
struct NetPyNESections {
  /// By section what NetPyNE calls it, such as `apic_3` of `apic[3]`.
  let names: [String]
  /// Lists of names by role.
  let lists: JSONValue
  /// Mechanisms of synapses with their parameters, by label.
  private(set) var synapseKinds = JSONMembers()
  /// By point process the label of its kind, or where it is no synapse its own.
  private(set) var labels: [String] = []
  private var bySection: [JSONMembers]
  private let order: [Int]

  /// What the rule has of them.
  var described: JSONValue {
    JSONMembers(order.map { (names[$0], bySection[$0].object) }).object
  }

  init(of cell: KeptCell) throws(ExportError) {
    names = Self.names(of: cell)
    lists = Self.lists(of: cell, names)
    var attached = [KeptCell.Attachment?](repeating: nil, count: names.count)
    for each in cell.attachments { attached[each.section] = each }
    // NetPyNE connects sections in this order, which decides in which order NEURON adds them up.
    order = names.indices.filter { attached[$0] == nil } + cell.attachments.map(\.section)
    bySection = Array(repeating: JSONMembers(), count: names.count)
    for index in order {
      bySection[index] = try Self.described(cell.sections[index], attached[index], names)
    }
    if let soma = cell.sections.firstIndex(where: { $0.role == .soma }) {
      bySection[soma]["spikeGenLoc"] = .number(0.5)
    }
    try placeProcesses(of: cell)
  }

  private static func names(of cell: KeptCell) -> [String] {
    var found: [String] = []
    var taken: Set<String> = []
    for section in cell.sections {
      let joined = section.name.joined(ofOnly: \.isPartOfWord)
      let name = joined.isEmpty ? "section" : joined
      var (own, count) = (name, 1)
      while !taken.insert(own).inserted {
        count += 1
        own = "\(name)_\(count)"
      }
      found.append(own)
    }
    return found
  }

  private static func lists(of cell: KeptCell, _ names: [String]) -> JSONValue {
    let roles: [(KeptCell.Section.Role, String)] = [
      (.soma, "somatic"), (.axon, "axonal"), (.apical, "apical"), (.basal, "basal"),
    ]
    let all = JSONValue.list(names.map { .text($0) })
    return .object(
      [.init("all", all)]
        + roles.map { role, list in
          let own = zip(names, cell.sections).filter { $0.1.role == role }
          return .init(list, .list(own.map { .text($0.0) }))
        })
  }

  private static func described(
    _ section: KeptCell.Section, _ attachment: KeptCell.Attachment?, _ names: [String]
  ) throws(ExportError) -> JSONMembers {
    var found = JSONMembers([("geom", try geometry(of: section))])
    guard section.rallbranch == 1 else {
      throw .rallbranch(section: section.name, value: section.rallbranch)
    }
    // NetPyNE finds fault with empty ones, other than of a root's topology.
    found["topol"] =
      attachment.map {
        .object([
          .init("parentSec", .text(names[$0.parent])), .init("parentX", .number($0.position)),
          .init("childX", .number($0.end)),
        ])
      } ?? .object([])
    let mechanisms = try mechanisms(of: section)
    if !mechanisms.isEmpty { found["mechs"] = mechanisms.object }
    let ions = try ions(of: section)
    if !ions.isEmpty { found["ions"] = ions.object }
    return found
  }

  private static func geometry(of section: KeptCell.Section) throws(ExportError) -> JSONValue {
    var geometry = JSONMembers([
      ("nseg", .integer(section.segmentCount)), ("Ra", .number(section.axialResistivity)),
    ])
    if section.points.isEmpty {
      let diameter = section.diameter ?? .all(1)
      geometry["L"] = section.length.map { .number($0) }
      geometry["diam"] = .number(try diameter.single("diam of \(section.name)", in: .netpyne))
    } else {
      geometry["pt3d"] = .list(section.points.map { .list($0.map { .number($0) }) })
    }
    geometry["cm"] = .number(
      try section.capacitance.single("cm of \(section.name)", in: .netpyne))
    return geometry.object
  }

  private static func mechanisms(of section: KeptCell.Section) throws(ExportError) -> JSONMembers {
    var found = JSONMembers()
    for insertion in section.insertions {
      guard insertion.arrays.isEmpty else { throw .array(mechanism: insertion.mechanism) }
      var parameters = JSONMembers()
      for parameter in insertion.parameters {
        let name = parameter.name.without(suffix: "_\(insertion.mechanism)")
        parameters[name] = try filled(parameter.value, "\(parameter.name) of \(section.name)")
      }
      found[insertion.mechanism] = parameters.object
    }
    return found
  }

  private static func ions(of section: KeptCell.Section) throws(ExportError) -> JSONMembers {
    var found = JSONMembers()
    // Others come with the mechanisms that use them.
    for ion in section.ions where ion.style != nil && !ion.values.isEmpty {
      let name = ion.name.without(suffix: "_ion")
      var values = JSONMembers()
      for value in ion.values {
        // What NetPyNE calls it: e of ena, i of nai, o of nao.
        let part = value.name == "e\(name)" ? "e" : String(value.name.dropFirst(name.count))
        values[part] = try filled(value.value, "\(value.name) of \(section.name)")
      }
      found[name] = values.object
    }
    return found
  }

  /// One value, or one for each segment, those that lack it having what another has; nil where all lack it.
  private static func filled(
    _ values: PerSegment, _ what: String
  ) throws(ExportError) -> JSONValue? {
    switch values {
    case .all(let value): return .number(try value.asNumber(what, in: .netpyne))
    case .each(let values):
      let numbers = try values.map { value throws(ExportError) in
        try value?.asNumber(what, in: .netpyne)
      }
      guard let known = numbers.lazy.compactMap(\.self).first else { return nil }
      return .list(numbers.map { .number($0 ?? known) })
    }
  }

  /// Places the point processes that are no synapses, and labels all.
  private mutating func placeProcesses(of cell: KeptCell) throws(ExportError) {
    let survivors = Set(cell.survivors)
    var placed = [JSONMembers](repeating: JSONMembers(), count: names.count)
    for (index, process) in cell.pointProcesses.enumerated() {
      let described = try Self.described(process)
      guard !survivors.contains(index) else {
        labels.append(label(of: described, process.mechanism))
        continue
      }
      var own = described
      own["loc"] = .number(process.position)
      labels.append("\(process.mechanism)_\(index)")
      placed[process.section][labels[index]] = own.object
    }
    for (section, processes) in placed.enumerated() where !processes.isEmpty {
      bySection[section]["pointps"] = processes.object
    }
  }

  private static func described(
    _ process: KeptCell.PointProcess
  ) throws(ExportError) -> JSONMembers {
    let mechanism = process.mechanism
    var described = JSONMembers([("mod", .text(mechanism))])
    let values = try process.parameters.map { parameter throws(ExportError) in
      guard case .scalar(let value) = parameter.value else { throw .array(mechanism: mechanism) }
      return Named(parameter.name, value)
    }
    for value in values {
      described[value.name] = .number(
        try value.value.asNumber("\(value.name) of \(mechanism)", in: .netpyne))
    }
    return described
  }

  private mutating func label(of described: JSONMembers, _ mechanism: String) -> String {
    var same = 0
    for (name, kind) in kinds where kind["mod"] == .text(mechanism) {
      if kind == described { return name }
      same += 1
    }
    let label = "\(mechanism)_\(same)"
    kinds.append((label, described))
    synapseKinds[label] = described.object
    return label
  }

  private var kinds: [(label: String, described: JSONMembers)] = []
}

extension String {
  func without(suffix: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
  }
}
