extension KeptCell {
  /// The cell that a file is of, checked: each value, and what refers to what.
  ///
  /// - Throws: `JSONError`, `CellFileError`.
  package init(text: [UInt8]) throws { try self.init(FileValue(JSONParser.value(of: text))) }

  init(_ file: FileValue) throws(CellFileError) {
    guard file.content["format"] == .text(Self.format) else {
      let format = file.optional("format") ?? FileValue(.null, path: "format")
      throw format.wrong("\"\(Self.format)\", as Reduction.save and neuron-reduce write it")
    }
    let version = file.optional("version") ?? FileValue(.null, path: "version")
    let number = try version.integer(1...Int(Int32.max), "a whole number from 1")
    guard number <= Self.version else {
      throw version.wrong("at most \(Self.version): a newer neuron-reduce has written it")
    }
    let names = [
      "format", "version", "name", "versions", "method", "settings", "notes", "celsius", "v_init",
      "soma_is_list", "mechanisms", "sections", "attachments", "point_processes", "sources",
      "connections", "plays", "survivors", "original", "segment_map",
    ]
    let values = try file.fields(number < 2 ? names : names + ["record"])
    name = try values[2].text()
    guard case .object(let versions) = values[3].content else { throw values[3].wrong("an object") }
    self.versions = try versions.map { member throws(CellFileError) in
      Named(
        member.name,
        try FileValue(member.value, path: "versions.\(member.name)").text())
    }
    method = try values[4].text()
    settings = values[5].content
    notes = try values[6].elements().map { each throws(CellFileError) in try each.text() }
    temperature = try values[7].finite()
    initialPotential = try values[8].finite()
    somaIsList = try values[9].truth()
    mechanisms = try values[10].elements().map { each throws(CellFileError) in try Mechanism(each) }
    var known: Set<String> = []
    for (mechanism, value) in zip(mechanisms, try values[10].elements())
    where !known.insert(mechanism.name).inserted {
      throw value.wrong("each mechanism once")
    }
    sections = try values[11].elements().map { each throws(CellFileError) in
      try Section(each, known)
    }
    guard sections.contains(where: { $0.role == .soma }) else {
      throw values[11].wrong("one section of the role soma at least")
    }
    attachments = try values[12].elements().map {
      [count = sections.count] each throws(CellFileError) in
      try Attachment(each, sections: count)
    }
    try Self.checkTree(attachments, sections: sections.count, values[12])
    let sectionCount = sections.count
    pointProcesses = try values[13].elements().map { each throws(CellFileError) in
      try PointProcess(each, sections: sectionCount, known)
    }
    let processCount = pointProcesses.count
    sources = try values[14].elements().map { each throws(CellFileError) in
      try Source(each, sections: sectionCount, processes: processCount)
    }
    let sourceCount = sources.count
    connections = try values[15].elements().map { each throws(CellFileError) in
      try Connection(each, processes: processCount, sources: sourceCount)
    }
    plays = try values[16].elements().map { each throws(CellFileError) in
      try Play(each, sections: sectionCount, processes: processCount)
    }
    survivors = try values[17].elements().map { each throws(CellFileError) in
      try each.index(of: "point_processes", count: processCount)
    }
    let parts = ["sections", "synapses", "connections"]
    let original = try values[18].fields(number < 2 ? parts : parts + ["segments"])
    originalSections = try original[0].elements().map { each throws(CellFileError) in
      let pair = try each.elements(count: 2)
      return Named(try pair[0].text(), try pair[1].index(of: "sections", count: sectionCount))
    }
    originalSynapses = try original[1].elements().map { each throws(CellFileError) in
      try each.index(of: "point_processes", count: processCount)
    }
    let connectionCount = connections.count
    originalConnections = try original[2].elements(count: originalSynapses.count).map {
      each throws(CellFileError) in
      try each.index(of: "connections", count: connectionCount)
    }
    for (index, connection) in originalConnections.enumerated()
    where connections[connection].process != originalSynapses[index] {
      throw original[2].wrong(
        "at \(index) a connection onto point_processes[\(originalSynapses[index])]")
    }
    segmentMap = try values[19].elements().map { each throws(CellFileError) in
      let parts = try each.elements(count: 4)
      return MappedSegment(
        section: try parts[0].text(), position: try parts[1].position(),
        target: try parts[2].index(of: "sections", count: sectionCount),
        targetPosition: try parts[3].position())
    }
    if number >= 2 {
      switch original[3].content {
      case .null: break
      case .object:
        try KeptOriginalSegments.check(
          original[3], sections: sections, synapses: originalSynapses.count)
      default: throw original[3].wrong("an object, or null")
      }
      switch values[20].content {
      case .null: break
      case .object: try KeptRecord.check(values[20])
      default: throw values[20].wrong("an object, or null")
      }
      originalSegments = original[3].content
      record = values[20].content
    }
  }

  /// Attachments make one tree of the sections.
  private static func checkTree(
    _ attachments: [Attachment], sections: Int, _ value: FileValue
  ) throws(CellFileError) {
    var parents: [Int: Int] = [:]
    for (index, each) in attachments.enumerated() {
      guard parents[each.section] == nil else {
        throw CellFileError(
          path: "\(value.path)[\(index)].section", found: "\(each.section)",
          expected: "each section once")
      }
      parents[each.section] = each.parent
    }
    let roots = (0..<sections).filter { parents[$0] == nil }
    guard roots.count == 1 else {
      throw CellFileError(
        path: value.path, found: "without a parent for \(roots.count) sections",
        expected: "one such section, the root of the cell's tree")
    }
    var reached = Set(roots)
    for each in attachments {
      var way: Set<Int> = []
      var section = each.section
      while !reached.contains(section), way.insert(section).inserted, let parent = parents[section]
      {
        section = parent
      }
      guard reached.contains(section) else {
        throw CellFileError(
          path: value.path, found: "one that attaches sections[\(section)] to itself",
          expected: "a tree")
      }
      reached.formUnion(way)
    }
  }
}

extension FileValue {
  fileprivate func stream() throws(CellFileError) -> Stream {
    let parts = try fields("ids", "sequence")
    return Stream(
      ids: try parts[0].ids(),
      sequence: try parts[1].finite("a position of a stream, 0 or greater") {
        $0 >= 0 && $0 < 0x1p35
      })
  }

  fileprivate func ids() throws(CellFileError) -> [Int] {
    try elements(count: 3).map { each throws(CellFileError) in
      try each.integer(0...Int(UInt32.max), "an identifier of 32 bits")
    }
  }

  fileprivate func numbers() throws(CellFileError) -> [Double] {
    try elements().map { each throws(CellFileError) in try each.number() }
  }

  /// One value for all segments, or a list of one for each.
  ///
  /// - Parameter hasGaps: whether a segment may have none.
  fileprivate func perSegment(
    count: Int, hasGaps: Bool = false,
    _ number: (FileValue) throws(CellFileError) -> Double = { value throws(CellFileError) in
      try value.number()
    }
  ) throws(CellFileError) -> PerSegment {
    guard case .list = content else { return .all(try number(self)) }
    return .each(
      try elements(count: count).map { each throws(CellFileError) in
        hasGaps && each.isNull ? nil : try number(each)
      })
  }
}

extension KeptCell.Mechanism {
  fileprivate init(_ value: FileValue) throws(CellFileError) {
    let fields = try value.fields("name", "source", "globals", "tables")
    self.init(name: try fields[0].name("the name of a mechanism"))
    if !fields[1].isNull {
      let parts = try fields[1].fields("file", "sha256")
      let checksum = try parts[1].text()
      guard checksum.utf8.count == 64,
        checksum.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
      else { throw parts[1].wrong("a SHA-256 of 64 digits") }
      source = Source(file: try parts[0].text(), sha256: checksum)
    }
    for (name, each) in try fields[2].named() {
      if case .list = each.content {
        globals.append((name, try each.numbers(), true))
      } else {
        globals.append((name, [try each.number()], false))
      }
    }
    for (name, each) in try fields[3].named() {
      let parts = try each.fields("x", "y")
      let arguments = try parts[0].elements()
      guard arguments.count > 1 else { throw parts[0].wrong("two arguments at least") }
      var x: [Double] = []
      for argument in arguments {
        let before = x.last ?? -.infinity
        x.append(
          try argument.finite("an argument, greater than the one before") { $0 > before })
      }
      let y = try parts[1].elements(count: x.count).map { each throws(CellFileError) in
        try each.finite()
      }
      tables.append((name, x, y))
    }
  }
}

extension KeptCell.Section {
  private static let mostPoints = 1_000_000

  fileprivate init(_ value: FileValue, _ mechanisms: Set<String>) throws(CellFileError) {
    let fields = try value.fields(
      "name", "role", "nseg", "L", "diam", "points", "arcs", "area", "Ra", "rallbranch", "cm",
      "mechanisms", "ions")
    let name = try fields[0].text()
    guard !name.isEmpty else { throw fields[0].wrong("the name of a section") }
    guard let role = Role(rawValue: try fields[1].text()) else {
      throw fields[1].wrong("one of soma, axon, apical, basal")
    }
    let count = try fields[2].segmentCount()
    let positive = "finite number greater than 0"
    let points = try Self.points(fields[5])
    var (length, diameter): (Double?, PerSegment?)
    var (arcs, areas): ([Double]?, [Double]?)
    if points.isEmpty {
      length = try fields[3].finite("a length in µm, a \(positive)") { $0 > 0 && $0 < 1e9 }
      diameter = try fields[4].perSegment(count: count) { each throws(CellFileError) in
        try each.finite("a diameter in µm, a \(positive)") { $0 > 0 && $0 < 1e9 }
      }
      for each in [fields[6], fields[7]] where !each.isNull {
        throw each.wrong("null, since L and diam say what it is")
      }
    } else {
      for each in [fields[3], fields[4]] where !each.isNull {
        throw each.wrong("null, since the points say what it is")
      }
      if !fields[6].isNull { arcs = try Self.arcs(fields[6], count: points.count) }
      areas = try fields[7].elements(count: count).map { each throws(CellFileError) in
        try each.finite("an area in µm², 0 or greater") { $0 >= 0 }
      }
    }
    self.init(
      name: name, role: role, segmentCount: count, length: length, diameter: diameter,
      points: points, arcs: arcs, areas: areas,
      axialResistivity: try fields[8].finite("a resistivity in ohm cm, a \(positive)") {
        $0 > 0 && $0 < 1e30
      },
      rallbranch: try fields[9].finite("a \(positive)") { $0 > 0 && $0 < 1e9 },
      capacitance: try fields[10].perSegment(count: count) { each throws(CellFileError) in
        try each.finite("a capacitance in µF/cm², 0 or greater") { $0 >= 0 && $0 < 1e30 }
      },
      insertions: try fields[11].named().map { each throws(CellFileError) in
        try Insertion(each.name, each.value, segments: count, mechanisms)
      },
      ions: try fields[12].named().map { each throws(CellFileError) in
        try Ion(each.name, each.value, segments: count, mechanisms)
      })
  }

  private static func points(_ value: FileValue) throws(CellFileError) -> [[Double]] {
    let points = try value.elements().map { each throws(CellFileError) in
      try each.elements(count: 4).enumerated().map { pair throws(CellFileError) in
        pair.offset < 3
          ? try pair.element.finite("a coordinate in µm") { abs($0) < 1e9 }
          : try pair.element.finite("a diameter in µm, 0 or greater") { $0 >= 0 && $0 < 1e9 }
      }
    }
    guard let first = points.first else { return [] }
    guard 2...Self.mostPoints ~= points.count,
      points.contains(where: { $0.prefix(3) != first.prefix(3) })
    else { throw value.wrong("two points at least that are not all in one place") }
    return points
  }

  private static func arcs(_ value: FileValue, count: Int) throws(CellFileError) -> [Double] {
    var arcs: [Double] = []
    for each in try value.elements(count: count) {
      let before = arcs.last
      arcs.append(
        try each.finite("a distance in µm, 0 first and none less than the one before") { arc in
          before.map { arc >= $0 } ?? (arc == 0)
        })
    }
    guard let last = arcs.last, last > 0, last < 1e9 else {
      throw value.wrong("the last one greater than 0")
    }
    return arcs
  }
}

extension KeptCell.Section.Insertion {
  fileprivate init(
    _ name: String, _ value: FileValue, segments: Int, _ mechanisms: Set<String>
  ) throws(CellFileError) {
    guard mechanisms.contains(name) else { throw value.wrong("a mechanism that mechanisms has") }
    let fields = try value.fields("parameters", "arrays", "streams")
    self.init(
      mechanism: name,
      parameters: try fields[0].named().map { each throws(CellFileError) in
        Named(each.name, try each.value.perSegment(count: segments))
      },
      arrays: try fields[1].named().map { each throws(CellFileError) in
        Named(
          each.name,
          try each.value.elements().map { element throws(CellFileError) in
            try element.perSegment(count: segments)
          })
      },
      streams: try fields[2].named().map { each throws(CellFileError) in
        Named(
          each.name,
          try each.value.elements(count: segments).map { one throws(CellFileError) in
            try one.stream()
          })
      })
  }
}

extension KeptCell.Section.Ion {
  fileprivate init(
    _ name: String, _ value: FileValue, segments: Int, _ mechanisms: Set<String>
  ) throws(CellFileError) {
    guard mechanisms.contains(name), name.hasSuffix("_ion") else {
      throw value.wrong("an ion that mechanisms has, such as ca_ion")
    }
    let fields = try value.fields("style", "values")
    let ion = name.dropLast(4)
    let known = ["e\(ion)", "\(ion)i", "\(ion)o"]
    let values = try fields[1].named().map { each throws(CellFileError) in
      guard known.contains(each.name) else {
        throw each.value.wrong("none but \(known.joined(separator: ", "))")
      }
      return Named(each.name, try each.value.perSegment(count: segments, hasGaps: true))
    }
    self.init(
      name: name,
      style: fields[0].isNull
        ? nil : try fields[0].integer(0...127, "what ion_style() returns, 0 to 127, or null"),
      values: values)
  }
}

extension KeptCell.Attachment {
  fileprivate init(_ value: FileValue, sections: Int) throws(CellFileError) {
    let fields = try value.fields("section", "end", "parent", "x")
    self.init(
      section: try fields[0].index(of: "sections", count: sections),
      end: try fields[1].finite("an end of the section, 0 or 1") { $0 == 0 || $0 == 1 },
      parent: try fields[2].index(of: "sections", count: sections),
      position: try fields[3].position())
  }
}

extension KeptCell.PointProcess {
  fileprivate init(
    _ value: FileValue, sections: Int, _ mechanisms: Set<String>
  ) throws(CellFileError) {
    let fields = try value.fields("mechanism", "section", "x", "parameters", "streams")
    let mechanism = try fields[0].name("the name of a point process")
    guard mechanisms.contains(mechanism) else {
      throw fields[0].wrong("a mechanism that mechanisms has")
    }
    self.init(
      mechanism: mechanism, section: try fields[1].index(of: "sections", count: sections),
      position: try fields[2].position(),
      parameters: try fields[3].named().map { each throws(CellFileError) in
        if case .list = each.value.content {
          Named(each.name, .array(try each.value.numbers()))
        } else {
          Named(each.name, .scalar(try each.value.number()))
        }
      },
      streams: try fields[4].named().map { each throws(CellFileError) in
        Named(each.name, try each.value.stream())
      })
  }
}

extension KeptCell.Source {
  fileprivate init(
    _ value: FileValue, sections: Int, processes: Int
  ) throws(CellFileError) {
    switch value.content["kind"] {
    case .text("NetStim"):
      let fields = try value.fields("kind", "interval", "number", "start", "noise", "ids")
      self = .netStim(
        interval: try fields[1].number(), number: try fields[2].number(),
        start: try fields[3].number(), noise: try fields[4].number(), ids: try fields[5].ids())
    case .text("potential"):
      let fields = try value.fields("kind", "section", "x")
      self = .potential(
        section: try fields[1].index(of: "sections", count: sections),
        position: try fields[2].position())
    case .text("point process"):
      let fields = try value.fields("kind", "point_process")
      self = .process(try fields[1].index(of: "point_processes", count: processes))
    case .text("events"):
      let fields = try value.fields("kind", "times")
      self = .events(
        try fields[1].elements().map { each throws(CellFileError) in
          try each.finite("a time in ms, 0 or greater") { $0 >= 0 }
        })
    case .text("gid"):
      let fields = try value.fields("kind", "gid")
      self = .gid(try fields[1].integer(0...Int(Int32.max), "a gid, 0 or greater"))
    case .text("unknown"): self = .unknown(try value.fields("kind", "text")[1].text())
    default:
      throw (value.optional("kind") ?? value).wrong(
        "one of NetStim, potential, point process, events, gid and unknown")
    }
  }
}

extension KeptCell.Connection {
  fileprivate init(
    _ value: FileValue, processes: Int, sources: Int
  ) throws(CellFileError) {
    let fields = try value.fields(
      "point_process", "source", "delay", "threshold", "weight", "active")
    self.init(
      process: try fields[0].index(of: "point_processes", count: processes),
      source: fields[1].isNull ? nil : try fields[1].index(of: "sources", count: sources),
      delay: try fields[2].finite("a delay in ms, 0 or greater") { $0 >= 0 },
      threshold: try fields[3].number(), weights: try fields[4].numbers(),
      isActive: try fields[5].truth())
  }
}

extension KeptCell.Play {
  fileprivate init(
    _ value: FileValue, sections: Int, processes: Int
  ) throws(CellFileError) {
    let fields = try value.fields(
      "point_process", "section", "x", "variable", "element", "values", "times", "interval",
      "continuous", "jumps")
    if fields[0].isNull {
      section = try fields[1].index(of: "sections", count: sections)
      position = try fields[2].position()
    } else {
      process = try fields[0].index(of: "point_processes", count: processes)
      for each in fields[1...2] where !each.isNull {
        throw each.wrong("null, since a point process is named")
      }
    }
    variable = try fields[3].name("the name of a variable")
    if !fields[4].isNull {
      element = try fields[4].integer(0...Int(Int32.max), "the index of an element, or null")
    }
    values = try fields[5].numbers()
    guard !values.isEmpty else { throw fields[5].wrong("one value at least") }
    isContinuous = try fields[8].truth()
    guard !fields[6].isNull else {
      interval = try fields[7].finite("an interval in ms, greater than 0") { $0 > 0 }
      guard !isContinuous, fields[9].isNull else {
        throw fields[8].wrong("false, and jumps null, where there are no times")
      }
      return
    }
    guard fields[7].isNull else { throw fields[7].wrong("null, since there are times") }
    var times: [Double] = []
    for each in try fields[6].elements() {
      let before = times.last ?? 0
      times.append(
        try each.finite("a time in ms, none less than the one before") { $0 >= before })
    }
    guard !times.isEmpty, times.count <= values.count else {
      throw fields[6].wrong("one time at least, and a value for each")
    }
    self.times = times
    if !fields[9].isNull {
      jumps = try fields[9].elements().map { each throws(CellFileError) in
        try each.index(of: "times", count: times.count)
      }
    }
  }
}
