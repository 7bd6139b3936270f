/// Why a cell cannot be written in some form.
package struct ExportError: Error, Equatable, CustomStringConvertible {
  package let description: String
}

/// A kept cell as a hoc template, which needs NEURON alone.
package struct HocExport {
  /// In a procedure: NEURON has room for some thousands of instructions in each.
  private static let statementLimit = 40
  /// In a call.
  private static let numberLimit = 16

  private let cell: KeptCell
  private let file: String
  private let template: String
  /// By section the element of an array that it is.
  private let names: [String]
  private let counts: [(role: KeptCell.Section.Role, count: Int)]

  /// - Parameters:
  ///   - cell: as it is kept.
  ///   - file: the file's name, without its ending.
  package init(_ cell: KeptCell, file: String) {
    self.cell = cell
    self.file = file
    template = Self.templateName(file)
    var counts: [KeptCell.Section.Role: Int] = [:]
    var names: [String] = []
    for section in cell.sections {
      names.append("\(section.role.array)[\(counts[section.role, default: 0])]")
      counts[section.role, default: 0] += 1
    }
    self.names = names
    self.counts = [.soma, .axon, .apical, .basal].compactMap { role in
      counts[role].map { (role, $0) }
    }
  }

  /// With a capital, which names of objects and of the template's own parts begin without.
  private static func templateName(_ file: String) -> String {
    let found = String(
      file.unicodeScalars.map { scalar -> Character in
        FileValue.isName("_\(Character(scalar))") ? Character(scalar) : "_"
      })
    let capital = found.prefix(1).uppercased() + found.dropFirst()
    return capital.first?.isLetter == true ? capital : "Cell_\(capital)"
  }

  // MARK: The whole

  /// - Throws: `ExportError` for what hoc cannot be told.
  package func text() throws(ExportError) -> String {
    var (procedures, calls): ([String], [String]) = ([], [])
    let parts: [(String, [String])] = [
      ("shape", try shape()), ("connect", try attachments()), ("insert", try insertions()),
      ("place", try processes()), ("ions", try ions()), ("list", lists()), ("fill", try fillings()),
      ("play", try plays()),
    ]
    for (part, statements) in parts {
      for (index, chunk) in Self.chunks(statements, Self.statementLimit).enumerated() {
        procedures.append(Self.procedure("\(part)_\(index)", chunk))
        calls.append("\(part)_\(index)()")
      }
    }
    var stimuli: [String] = []
    for (index, chunk) in Self.chunks(try self.stimuli(), Self.statementLimit).enumerated() {
      procedures.append(Self.procedure("stimuli_\(index)", chunk))
      stimuli.append("stimuli_\(index)()")
    }
    let named = zip(names, cell.sections).filter { $0 != $1.name }.map {
      "// \($0) is \(Self.plain($1.name))"
    }
    let roleLists = ["somatic", "axonal", "apical", "basal"]
    var lines = [head]
    if !named.isEmpty { lines += ["//", "// The original's names:"] + named }
    lines += ["", "begintemplate \(template)"]
    lines += Self.wrapped(
      "public ",
      ["init"] + counts.map(\.role.array) + ["all"] + roleLists
        + [
          "point_processes", "netcons", "sources", "synapse", "connect_source", "make_sources",
          "send_events",
        ])
    lines += Self.wrapped(
      "objref ", ["all"] + roleLists + ["point_processes", "netcons", "played"])
    lines += Self.wrapped(
      "objref ", ["process", "handler", "sources[\(max(cell.sources.count, 1))]", "this"])
    lines += Self.wrapped("objref ", Self.vectors)
    lines.append(
      "create " + counts.map { "\($0.role.array)[\($0.count)]" }.joined(separator: ", "))
    lines.append("")
    lines += procedures
    lines += [Self.procedure("make_stimuli", stimuli), potentials(), Self.methods]
    lines.append(
      Self.procedure(
        "init",
        (["all"] + roleLists).map { "\($0) = new SectionList()" }
          + ["point_processes", "netcons", "played"].map { "\($0) = new List()" }
          + Self.vectors.map { "\($0) = new Vector()" } + calls))
    lines += ["endtemplate \(template)", ""]
    lines += try globals()
    var text = lines.joined(separator: "\n")
    while text.hasSuffix("\n") { text.removeLast() }
    return text + "\n"
  }

  private var head: String {
    """
    // \(Self.plain("\(cell.name), reduced by \(cell.method.isEmpty ? "neuron_reduce" : cell.method)"))
    // Needs NEURON alone, with the mechanisms \(cell.mechanisms.map(\.name).joined(separator: ", ")).
    //
    //   { load_file("\(file).hoc") }
    //   objref cell
    //   cell = new \(template)()
    //   \(template)_globals()  // celsius, v_init and the mechanisms' GLOBALs as they were
    //   cell.make_sources()  // the NetStims and NetCons that it had; or, with the original's indices:
    //   cell.connect_source(0, source)  // a NetCon from an object, with the weights of this cell
    //   cell.synapse(0)  // the point process that stands for the original's first synapse
    """
  }

  private func globals() throws(ExportError) -> [String] {
    var statements = [
      "celsius = \(try Self.text(cell.temperature))",
      "v_init = \(try Self.text(cell.initialPotential))",
    ]
    for mechanism in cell.mechanisms {
      for global in mechanism.globals {
        for (index, value) in global.values.enumerated() {
          let element = global.isArray ? "[\(index)]" : ""
          statements.append("\(global.name)\(element) = \(try Self.text(value))")
        }
      }
    }
    let tables = "\(template)_tables"
    let used = Set(cell.pointProcesses.map(\.mechanism))
    for mechanism in cell.mechanisms {
      for table in mechanism.tables {
        guard !used.contains(mechanism.name) else {
          throw ExportError(
            description:
              "\(mechanism.name), a point process, has the FUNCTION_TABLE \(table.name), which this "
              + "export cannot set; expected Python's")
        }
        for numbers in [table.x, table.y] {
          statements.append("\(tables).append(new Vector())")
          for chunk in Self.chunks(numbers, Self.numberLimit) {
            statements.append("\(tables).o(\(tables).count - 1).append(\(try Self.text(chunk)))")
          }
        }
        statements.append(
          "table_\(table.name)_\(mechanism.name)(\(tables).o(\(tables).count - 1), \(tables).o(\(tables).count - 2))"
        )
      }
    }
    var result: [String] = []
    if cell.mechanisms.contains(where: { !$0.tables.isEmpty }) {
      // NEURON looks into these Vectors whenever it asks the tables.
      result.append("objref \(tables)\n\(tables) = new List()\n")
    }
    let chunks = Self.chunks(statements, Self.statementLimit)
    for (index, chunk) in chunks.enumerated() {
      result.append(Self.procedure("\(template)_globals_\(index)", chunk))
    }
    result.append(
      Self.procedure("\(template)_globals", chunks.indices.map { "\(template)_globals_\($0)()" }))
    return result
  }

  // MARK: Sections

  private func shape() throws(ExportError) -> [String] {
    var result: [String] = []
    for (own, each) in zip(names, cell.sections) {
      result.append("\(own) nseg = \(each.segmentCount)")
      for point in each.points { result.append("\(own) pt3dadd(\(try Self.text(point)))") }
      if each.points.isEmpty {
        result += try Self.length(own, each.length ?? 100)
        result += try range(own, "diam", each.diameter ?? .all(1), each.segmentCount)
      } else if let length = each.arcs?.last {
        // Its area is the same to 7 digits: hoc cannot say where points are along it.
        result += try Self.length(own, length)
      }
      result.append("\(own) Ra = \(try Self.text(each.axialResistivity))")
      if each.rallbranch != 1 {
        result.append("\(own) rallbranch = \(try Self.text(each.rallbranch))")
      }
      result += try range(own, "cm", each.capacitance, each.segmentCount)
    }
    return result
  }

  private func attachments() throws(ExportError) -> [String] {
    try cell.attachments.map { each throws(ExportError) in
      "connect \(names[each.section])(\(try Self.text(each.end))), \(names[each.parent])(\(try Self.text(each.position)))"
    }
  }

  private func insertions() throws(ExportError) -> [String] {
    var result: [String] = []
    for (own, each) in zip(names, cell.sections) {
      for insertion in each.insertions { result.append("\(own) insert \(insertion.mechanism)") }
      for insertion in each.insertions {
        guard insertion.streams.isEmpty else {
          throw ExportError(
            description:
              "\(insertion.mechanism) has RANDOM variables, which hoc cannot set in sections; expected "
              + "Python's export of a path that ends with .py")
        }
        for parameter in insertion.parameters {
          result += try range(own, parameter.name, parameter.value, each.segmentCount)
        }
        for array in insertion.arrays {
          for (index, values) in array.value.enumerated() {
            result += try range(own, "\(array.name)[\(index)]", values, each.segmentCount)
          }
        }
      }
    }
    return result
  }

  private func ions() throws(ExportError) -> [String] {
    var result: [String] = []
    for (own, each) in zip(names, cell.sections) {
      for ion in each.ions {
        if let style = ion.style {
          let arguments = [
            style & 3, style >> 3 & 3, style >> 5 & 1, style >> 6 & 1, style >> 2 & 1,
          ]
          result.append("\(own) { if (!ismembrane(\"\(ion.name)\")) insert \(ion.name) }")
          result.append(
            "\(own) { if (ion_style(\"\(ion.name)\") % 128 != \(style)) ion_style(\"\(ion.name)\", "
              + arguments.map { "\($0)" }.joined(separator: ", ") + ") }")
        }
        for value in ion.values {
          result += try range(own, value.name, value.value, each.segmentCount)
        }
      }
    }
    return result
  }

  private func lists() -> [String] {
    zip(names, cell.sections).map { "\($0) { all.append() \($1.role.list).append() }" }
  }

  // MARK: What drives it

  private func processes() throws(ExportError) -> [String] {
    try cell.pointProcesses.map { each throws(ExportError) in
      var statements = [
        "\(names[each.section]) process = new \(each.mechanism)(\(try Self.text(each.position)))"
      ]
      for parameter in each.parameters {
        switch parameter.value {
        case .scalar(let value):
          statements.append("process.\(parameter.name) = \(try Self.text(value))")
        case .array(let values):
          for (index, value) in values.enumerated() {
            statements.append("process.\(parameter.name)[\(index)] = \(try Self.text(value))")
          }
        }
      }
      for stream in each.streams {
        let ids = stream.value.ids.map { "\($0)" }.joined(separator: ", ")
        statements.append("process.\(stream.name).set_ids(\(ids))")
        statements.append("process.\(stream.name).set_seq(\(try Self.text(stream.value.sequence)))")
      }
      return (statements + ["point_processes.append(process)"]).joined(separator: "\n  ")
    }
  }

  private func fillings() throws(ExportError) -> [String] {
    var (starts, times) = ([0], [0])
    for each in cell.connections { starts.append((starts.last ?? 0) + each.weights.count) }
    let eventTimes = cell.sources.map { source -> [Double] in
      if case .events(let times) = source { times } else { [] }
    }
    for each in eventTimes { times.append((times.last ?? 0) + each.count) }
    var potentials: [Int] = []
    var next = 0
    for source in cell.sources {
      if case .potential = source {
        potentials.append(next)
        next += 1
      } else {
        potentials.append(-1)
      }
    }
    let integers = { (values: [Int]) in values.map { "\($0)" } }
    let numbers = { (values: [Double]) throws(ExportError) in
      try values.map { value throws(ExportError) in try Self.text(value) }
    }
    let filled: [(String, [String])] = [
      ("original_processes", integers(cell.originalSynapses)),
      ("original_connections", integers(cell.originalConnections)),
      ("targets", integers(cell.connections.map(\.process))),
      ("source_indices", integers(cell.connections.map { $0.source ?? -1 })),
      ("thresholds", try numbers(cell.connections.map(\.threshold))),
      ("delays", try numbers(cell.connections.map(\.delay))), ("first_weights", integers(starts)),
      ("weights", try numbers(cell.connections.flatMap(\.weights))),
      ("is_active", integers(cell.connections.map { $0.isActive ? 1 : 0 })),
      (
        "gids",
        integers(cell.sources.map { source in if case .gid(let gid) = source { gid } else { -1 } })
      ),
      ("potentials", integers(potentials)), ("first_times", integers(times)),
      ("event_times", try numbers(eventTimes.flatMap(\.self))),
    ]
    return filled.flatMap { name, values in
      Self.chunks(values, Self.numberLimit).map { "\(name).append(\($0.joined(separator: ", ")))" }
    }
  }

  private func stimuli() throws(ExportError) -> [String] {
    var result: [String] = []
    for (index, source) in cell.sources.enumerated() {
      let own = "sources[\(index)]"
      switch source {
      case .netStim(let interval, let number, let start, let noise, let ids):
        var statements = ["\(own) = new NetStim()"]
        for (name, value) in [
          ("interval", interval), ("number", number), ("start", start), ("noise", noise),
        ] {
          statements.append("\(own).\(name) = \(try Self.text(value))")
        }
        statements.append(
          "\(own).noiseFromRandom123(\(ids.map { "\($0)" }.joined(separator: ", ")))")
        result.append(statements.joined(separator: "\n  "))
      case .process(let process): result.append("\(own) = point_processes.o(\(process))")
      case .potential, .gid, .events, .unknown: break
      }
    }
    return result
  }

  private func potentials() -> String {
    var lines = ["obfunc netcon_of_potential() { localobj made  // index, index of the connection"]
    var index = 0
    for case .potential(let section, let position) in cell.sources {
      lines.append(
        "  if ($1 == \(index)) \(names[section]) made = new NetCon(&v(\(JSONWriter.text(of: position))), "
          + "point_processes.o(targets.x[$2]), thresholds.x[$2], delays.x[$2], 0)")
      index += 1
    }
    return (lines + ["  return made", "}\n"]).joined(separator: "\n")
  }

  private func plays() throws(ExportError) -> [String] {
    var result: [String] = []
    for each in cell.plays {
      let element = each.element.map { "[\($0)]" } ?? ""
      var vectors = [try each.values.map { value throws(ExportError) in try Self.text(value) }]
      if let times = each.times {
        vectors.append(try times.map { value throws(ExportError) in try Self.text(value) })
      }
      if let jumps = each.jumps { vectors.append(jumps.map { "\($0)" }) }
      for numbers in vectors {
        result.append("played.append(new Vector())")
        for chunk in Self.chunks(numbers, Self.numberLimit) {
          result.append("played.o(played.count - 1).append(\(chunk.joined(separator: ", ")))")
        }
      }
      var own = ""
      var target = "&process.\(each.variable)\(element)"
      if let process = each.process {
        result.append("process = point_processes.o(\(process))")
      } else {
        own = "\(names[each.section ?? 0]) "
        target = "&\(each.variable)\(element)(\(try Self.text(each.position ?? 0.5)))"
      }
      var others = (1...vectors.count).reversed().map { "played.o(played.count - \($0))" }
      if each.times == nil {
        others.append(try Self.text(each.interval ?? 1))
      } else if each.isContinuous, each.jumps == nil {
        others.append("1")
      }
      result.append(
        "\(own)\(others[0]).play(\(([target] + others.dropFirst()).joined(separator: ", ")))")
    }
    return result
  }

  // MARK: Text

  /// Sets a section's length, which NEURON does not take while pt3dconst is 1.
  private static func length(_ own: String, _ value: Double) throws(ExportError) -> [String] {
    [
      "points_are_constant = pt3dconst(0)", "\(own) L = \(try text(value))",
      "pt3dconst(points_are_constant)",
    ]
  }

  private func range(
    _ own: String, _ variable: String, _ values: PerSegment, _ count: Int
  ) throws(ExportError) -> [String] {
    switch values {
    case .all(let value): return ["\(own) \(variable) = \(try Self.text(value))"]
    case .each(let all):
      var result: [String] = []
      for (index, value) in all.enumerated() {
        guard let value else { continue }
        let place = JSONWriter.text(of: (Double(index) + 0.5) / Double(count))
        result.append("\(own) \(variable)(\(place)) = \(try Self.text(value))")
      }
      return result
    }
  }

  private static func text(_ values: [Double]) throws(ExportError) -> String {
    try values.map { value throws(ExportError) in try text(value) }.joined(separator: ", ")
  }

  private static func text(_ value: Double) throws(ExportError) -> String {
    guard !value.isNaN else {
      throw ExportError(
        description:
          "the cell has a parameter that is no number (nan), which hoc cannot be told; expected Python's "
          + "export of a path that ends with .py")
    }
    return value.isInfinite ? (value > 0 ? "1e999" : "-1e999") : JSONWriter.text(of: value)
  }

  /// On one line.
  private static func plain(_ text: String) -> String {
    String(text.map { $0.isNewline ? " " : $0 })
  }

  private static func procedure(_ name: String, _ statements: [String]) -> String {
    (["proc \(name)() {"] + statements.map { "  \($0)" } + ["}\n"]).joined(separator: "\n")
  }

  private static func chunks<Element>(_ elements: [Element], _ size: Int) -> [[Element]] {
    stride(from: 0, to: elements.count, by: size).map {
      Array(elements[$0..<min($0 + size, elements.count)])
    }
  }

  private static func wrapped(_ head: String, _ names: [String]) -> [String] {
    chunks(names, 8).map { head + $0.joined(separator: ", ") }
  }
}

extension KeptCell.Section.Role {
  /// The array of sections of this role.
  fileprivate var array: String {
    switch self {
    case .soma: "soma"
    case .axon: "axon"
    case .apical: "apic"
    case .basal: "dend"
    }
  }

  /// The SectionList of sections of this role.
  fileprivate var list: String {
    switch self {
    case .soma: "somatic"
    case .axon: "axonal"
    case .apical: "apical"
    case .basal: "basal"
    }
  }
}
