import CNEURON
import CellFile
import NEURONBridge

/// A kept cell that was built in the session.
package struct BuiltCell {
  package let sections: [SectionReference]
  package let processes: [ObjectReference]
  /// The NetCons onto it, in the order of the file.
  package private(set) var netCons: [ObjectReference] = []
  /// NetStims and Vectors that these need.
  private var others: [ObjectReference] = []
  /// What an initialisation is to send: events of NetCons at times in ms.
  package private(set) var events: [(netCon: ObjectReference, times: [Double])] = []
  /// What is not as in the file, one sentence each.
  package private(set) var notes: [String] = []
}

/// Builds kept cells. The potentials of two cells are the same to the last bit where sums have the same order: NEURON
/// adds up the children of a section with the last one connected first, and the point processes of a segment with the
/// last one placed first. Sections are connected, and point processes placed, in the order of the file.
package struct KeptCellBuilder {
  let session: Session
  var neuron: NEURON { session.neuron }
  let kept: KeptCell

  package init(_ session: Session, _ kept: KeptCell) {
    self.session = session
    self.kept = kept
  }

  /// - Parameter setsGlobals: whether the session gets the file's celsius, v_init and GLOBALs.
  /// - Throws: `BridgeError`, `KeepingError` for a file whose mechanisms are not the session's.
  package func build(setsGlobals: Bool) throws -> BuiltCell {
    try checkMechanisms()
    if setsGlobals { try setGlobals() }
    let constant = try neuron.call(neuron.symbol("pt3dconst"), .number(0)).number
    defer { _ = try? neuron.call(neuron.symbol("pt3dconst"), .number(constant)) }
    let sections = try kept.sections.map { try make($0) }
    for each in kept.attachments {
      neuron.api.section_connect(
        sections[each.section], each.end, sections[each.parent], each.position)
    }
    for (section, each) in zip(sections, kept.sections) {
      try checkArea(of: section, each)
      try insert(each, into: section)
    }
    let processes = try kept.pointProcesses.map { try make($0, on: sections) }
    try setTables(isForced: setsGlobals, processes)
    for (section, each) in zip(sections, kept.sections) { try setIons(each, in: section) }
    try neuron.check(doing: "building \(kept.name)")
    var built = BuiltCell(sections: sections, processes: processes)
    for (section, each) in zip(sections, kept.sections) {
      guard let arcs = each.arcs, try neuron.points(of: section).map(\.arc) != arcs else {
        continue
      }
      built.add(
        note:
          "Where the 3D points of \(each.name) are along it follows from its length here: its area is kept to "
          + "some 7 digits.")
    }
    for each in kept.plays { built.keep(try play(each, sections, processes)) }
    try connect(&built)
    return built
  }

  /// The cell's sections by their roles.
  package func cell(of built: BuiltCell) throws -> SessionCell {
    let having = { (role: KeptCell.Section.Role) in
      zip(built.sections, kept.sections).filter { $0.1.role == role }.map(\.0)
    }
    var made = try session.cell(
      named: kept.name, built.sections, somatic: having(.soma), apical: having(.apical),
      axonal: having(.axon), isGiven: true)
    made.hasSomaList = kept.somaIsList
    return made
  }

  // MARK: The session

  private func checkMechanisms() throws {
    let catalog = try MechanismCatalog(neuron)
    let known = Set(catalog.densityNames).union(catalog.pointProcessNames)
    let missing = kept.mechanisms.filter { !known.contains($0.name) }
    guard missing.isEmpty else {
      let names = missing.map { each in
        each.source.map { "\(each.name) (\($0.file))" } ?? each.name
      }
      throw KeepingError(
        description:
          "this session lacks \(names.joined(separator: ", ")); expected the mechanisms of the file: "
          + "--mods names the folder of their mod files"
          + (missing.contains { $0.source == nil }
            ? ", and --load a hoc file that makes one, such as of the channel builder" : ""))
    }
    let sources = try sources(catalog)
    try checkTables(sources)
    let randoms = sources.mapValues(\.randoms)
    for (index, section) in kept.sections.enumerated() {
      for insertion in section.insertions {
        let kind = try catalog.kind(named: insertion.mechanism)
        try check(
          insertion.parameters.map { ($0.name, 1) }
            + insertion.arrays.map { ($0.name, $0.value.count) },
          kind.parameters.map { ($0.name, $0.defaults.count) }, kind.name,
          path: "sections[\(index)].mechanisms.\(kind.name)")
        try checkStreams(
          insertion.streams.map(\.name), of: kind.name, randoms[kind.name] ?? [],
          path: "sections[\(index)].mechanisms.\(kind.name).streams")
      }
    }
    for (index, process) in kept.pointProcesses.enumerated() {
      guard catalog.pointProcessNames.contains(process.mechanism) else {
        throw KeepingError(
          description:
            "point_processes[\(index)] is a \(process.mechanism), which is no point process here; "
            + "expected one")
      }
      let kind = try catalog.kind(named: process.mechanism)
      try check(
        process.parameters.map { parameter in
          if case .array(let values) = parameter.value {
            (parameter.name, values.count)
          } else {
            (parameter.name, 1)
          }
        }, kind.parameters.map { ($0.name, $0.defaults.count) }, kind.name,
        path: "point_processes[\(index)].parameters")
      try checkStreams(
        process.streams.map(\.name), of: kind.name, randoms[kind.name] ?? [],
        path: "point_processes[\(index)].streams")
    }
  }

  /// That a file says what the session's mechanism has.
  private func check(
    _ given: [(String, Int)], _ expected: [(String, Int)], _ mechanism: String, path: String
  ) throws(KeepingError) {
    let sizes = Dictionary(expected, uniquingKeysWith: { first, _ in first })
    for (name, size) in given where sizes[name] != size {
      throw KeepingError(
        description:
          "\(path).\(name) is no parameter of the session's \(mechanism), or of another size; expected "
          + (expected.isEmpty ? "none" : expected.map(\.0).joined(separator: ", ")))
    }
    let names = Set(given.map(\.0))
    for (name, _) in expected where !names.contains(name) {
      throw KeepingError(
        description:
          "\(path) has no \(name), which the session's \(mechanism) has; expected the mechanism that the "
          + "cell was saved with")
    }
  }

  private func setGlobals() throws(BridgeError) {
    try session.set("celsius", to: kept.temperature)
    try session.set("v_init", to: kept.initialPotential)
    for mechanism in kept.mechanisms {
      for global in mechanism.globals {
        guard let data = neuron.api.symbol(global.name).flatMap({ neuron.api.symbol_data($0) })
        else { continue }
        for (index, value) in global.values.enumerated() { data[index] = value }
      }
    }
  }

  // MARK: Sections

  private func make(_ each: KeptCell.Section) throws -> SectionReference {
    guard let section = neuron.api.section_new(each.name) else {
      throw KeepingError(description: "NEURON makes no section \(each.name)")
    }
    neuron.api.section_ref(section)
    neuron.api.set_segment_count(section, Int32(each.segmentCount))
    let centers = centers(each)
    if each.points.isEmpty {
      neuron.api.section_set_length(section, each.length ?? 100)
      for (center, value) in zip(centers, each.diameter?.values(count: centers.count) ?? []) {
        if let value { neuron.api.segment_set_diameter(section, center, value) }
      }
    } else {
      try neuron.with(section: section) { () throws(BridgeError) in
        let add = try neuron.symbol("pt3dadd")
        for point in each.points {
          try neuron.call(
            add, .number(point[0]), .number(point[1]), .number(point[2]), .number(point[3]))
        }
      }
      // How far along it the points are follows from them, unless a length was set after them.
      if let arcs = each.arcs, let length = arcs.last, try !neuron.setArcs(arcs, of: section) {
        neuron.api.section_set_length(section, length)
      }
    }
    neuron.api.section_set_axial_resistivity(section, each.axialResistivity)
    if each.rallbranch != 1 {
      try neuron.with(section: section) { () throws(BridgeError) in
        try neuron.execute("rallbranch = \(each.rallbranch)", doing: "setting rallbranch")
      }
    }
    try set("cm", each.capacitance, in: section, centers)
    try neuron.check(doing: "making \(each.name)")
    return section
  }

  private func centers(_ each: KeptCell.Section) -> [Double] {
    (0..<each.segmentCount).map { (Double($0) + 0.5) / Double(each.segmentCount) }
  }

  private func set(
    _ name: String, _ values: PerSegment, in section: SectionReference, _ centers: [Double]
  ) throws(BridgeError) {
    let symbol = try neuron.symbol(name)
    for (center, value) in zip(centers, values.values(count: centers.count)) {
      if let value { neuron.api.set_range_variable(symbol, section, center, value) }
    }
  }

  private func checkArea(of section: SectionReference, _ each: KeptCell.Section) throws {
    guard let areas = each.areas else { return }
    let function = try neuron.symbol("area")
    try neuron.with(section: section) { () throws(BridgeError) in
      for (center, area) in zip(centers(each), areas) {
        let made = try neuron.call(function, .number(center)).number
        guard abs(made - area) <= 1e-5 * area else {
          throw .neuron(
            doing: "building \(each.name)",
            message:
              "at \(center) it has an area of \(made) um2 by its points, and \(area) um2 in the file"
          )
        }
      }
    }
  }

  private func insert(_ each: KeptCell.Section, into section: SectionReference) throws(BridgeError)
  {
    for insertion in each.insertions {
      neuron.api.mechanism_insert(section, try neuron.symbol(insertion.mechanism))
    }
    let centers = centers(each)
    for insertion in each.insertions {
      for parameter in insertion.parameters {
        try set(parameter.name, parameter.value, in: section, centers)
      }
      try setArrays(of: insertion, in: section, centers)
      for streams in insertion.streams {
        for (center, stream) in zip(centers, streams.value) {
          try session.setStream(
            streams.name, of: insertion.mechanism, in: section, at: center, to: stream)
        }
      }
    }
    try neuron.check(doing: "inserting mechanisms into \(each.name)")
  }

  /// Arrays are beyond the range-variable calls: MechanismStandard copies the whole instance.
  private func setArrays(
    of insertion: KeptCell.Section.Insertion, in section: SectionReference, _ centers: [Double]
  ) throws(BridgeError) {
    guard !insertion.arrays.isEmpty else { return }
    let standard = try neuron.newObject(
      "MechanismStandard", .string(HocString(insertion.mechanism)), .number(1))
    defer { neuron.api.object_unref(standard) }
    try neuron.with(section: section) { () throws(BridgeError) in
      for (index, center) in centers.enumerated() {
        try neuron.perform("in", of: standard, [.number(center)])
        for array in insertion.arrays {
          for (element, values) in array.value.enumerated() {
            guard let value = values.values(count: centers.count)[index] else { continue }
            try neuron.perform(
              "set", of: standard,
              [.string(HocString(array.name)), .number(value), .number(Double(element))])
          }
        }
        try neuron.perform("out", of: standard, [.number(center)])
      }
    }
  }

  private func setIons(_ each: KeptCell.Section, in section: SectionReference) throws(BridgeError) {
    for ion in each.ions {
      let name = HocString(ion.name)
      if let style = ion.style {
        let isInserted = try neuron.with(section: section) { () throws(BridgeError) in
          try neuron.call(neuron.symbol("ismembrane"), .string(name)).number != 0
        }
        if !isInserted { neuron.api.mechanism_insert(section, try neuron.symbol(ion.name)) }
        if try neuron.ionStyle(of: name, in: section).bits & 127 != style {
          try neuron.set(IonStyle(style), of: name, in: section)
        }
      }
      for value in ion.values { try set(value.name, value.value, in: section, centers(each)) }
    }
  }

  // MARK: Point processes

  private func make(
    _ each: KeptCell.PointProcess, on sections: [SectionReference]
  ) throws(BridgeError) -> ObjectReference {
    let process = try neuron.with(section: sections[each.section]) { () throws(BridgeError) in
      try neuron.newObject(each.mechanism, .number(each.position))
    }
    for parameter in each.parameters {
      let name = HocString(parameter.name)
      switch parameter.value {
      case .scalar(let value): neuron.api.set_property_element(process, name.cString, 0, value)
      case .array(let values):
        for (index, value) in values.enumerated() {
          neuron.api.set_property_element(process, name.cString, Int32(index), value)
        }
      }
    }
    for stream in each.streams {
      try session.setStream(stream.name, of: process, to: stream.value)
    }
    try neuron.check(doing: "making a \(each.mechanism)")
    return process
  }

  private func connect(_ built: inout BuiltCell) throws {
    let stimulators = try kept.sources.map { source throws(BridgeError) -> ObjectReference? in
      guard case .netStim(let interval, let number, let start, let noise, let ids) = source else {
        return nil
      }
      return try session.netStim(
        interval: interval, number: number, start: start, noise: noise, ids: ids)
    }
    for each in kept.connections {
      let target = built.processes[each.process]
      var times: [Double]?
      let netCon: ObjectReference
      let rest: [HocArgument] = [
        .number(each.threshold), .number(each.delay), .number(each.weights.first ?? 0),
      ]
      switch each.source.map({ kept.sources[$0] }) {
      case .netStim:
        let source = each.source.flatMap { stimulators[$0] } ?? target
        netCon = try neuron.newObject("NetCon", [.object(source), .object(target)] + rest)
      case .potential(let index, let position):
        let section = built.sections[index]
        netCon = try neuron.with(section: section) { () throws(BridgeError) in
          let potential = HocArgument.range(
            RangeVariable(symbol: try neuron.symbol("v"), name: "v"), section, position: position)
          return try neuron.newObject("NetCon", [potential, .object(target)] + rest)
        }
      case .process(let index):
        netCon = try neuron.newObject(
          "NetCon", [.object(built.processes[index]), .object(target)] + rest)
      case .events(let given):
        times = given
        netCon = try session.netCon(onto: target, rest)
      case .gid(let gid):
        throw KeepingError(
          description:
            "a connection has its events from the cell with the gid \(gid), of which there is none here; "
            + "expected a cell that is driven by what its file has")
      case .unknown, nil: netCon = try session.netCon(onto: target, rest)
      }
      let name = HocString("weight")
      for (index, weight) in each.weights.enumerated().dropFirst() {
        neuron.api.set_property_element(netCon, name.cString, Int32(index), weight)
      }
      if !each.isActive {
        try neuron.call(neuron.method("active", of: netCon), of: netCon, .number(0))
      }
      built.add(netCon, times.map { $0.map { time in time + each.delay } })
    }
    built.keep(stimulators.compactMap(\.self))
    try neuron.check(doing: "connecting \(kept.name)")
  }
}

extension BuiltCell {
  init(sections: [SectionReference], processes: [ObjectReference]) {
    self.sections = sections
    self.processes = processes
  }

  fileprivate mutating func add(_ netCon: ObjectReference, _ times: [Double]?) {
    netCons.append(netCon)
    if let times { events.append((netCon, times)) }
  }

  fileprivate mutating func add(note: String) { notes.append(note) }

  fileprivate mutating func keep(_ objects: [ObjectReference]) { others += objects }
}

extension Session {
  /// A NetStim, of Poisson events for a noise of 1.
  ///
  /// - Parameters:
  ///   - interval: in ms, as start.
  ///   - number: of events.
  ///   - start: of the first event, in the mean where there is noise.
  ///   - noise: from 0, regular events, to 1.
  ///   - ids: of its stream of random numbers.
  package func netStim(
    interval: Double, number: Double, start: Double, noise: Double, ids: [Int]
  ) throws(BridgeError) -> ObjectReference {
    let made = try neuron.newObject("NetStim")
    for (name, value) in [
      ("interval", interval), ("number", number), ("start", start), ("noise", noise),
    ] {
      let text = HocString(name)
      neuron.api.set_property_element(made, text.cString, 0, value)
    }
    try neuron.perform("noiseFromRandom123", of: made, ids.map { .number(Double($0)) })
    try neuron.check(doing: "making a NetStim")
    return made
  }

  /// A NetCon without a source.
  package func netCon(
    onto target: ObjectReference, _ rest: [HocArgument]
  ) throws(BridgeError) -> ObjectReference {
    if neuron.api.symbol("neuron_reduce_connect") == nil {
      try neuron.execute(
        """
        objref neuron_reduce_nothing
        obfunc neuron_reduce_connect() { localobj made
          made = new NetCon(neuron_reduce_nothing, $o1, $2, $3, $4)
          return made
        }
        """, doing: "defining a function")
    }
    let function = try neuron.symbol("neuron_reduce_connect")
    guard case .object(let made?) = try neuron.call(function, [.object(target)] + rest) else {
      throw .neuron(doing: "making a NetCon", message: "there is none")
    }
    return made
  }
}
