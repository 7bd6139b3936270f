extension KeptCell {
  /// The text of the file.
  package var text: String {
    guard case .object(let members) = json else { return "" }
    return JSONWriter.lines(
      members,
      lists: [
        "mechanisms", "sections", "attachments", "point_processes", "sources", "connections",
        "plays", "segment_map",
      ])
  }

  package var json: JSONValue {
    .object([
      .init("format", .text(Self.format)),
      .init("version", .integer(Self.version)),
      .init("name", .text(name)),
      .init("versions", .object(versions.map { .init($0.name, .text($0.value)) })),
      .init("method", .text(method)),
      .init("settings", settings),
      .init("notes", .list(notes.map { .text($0) })),
      .init("celsius", JSONValue(temperature)),
      .init("v_init", JSONValue(initialPotential)),
      .init("soma_is_list", .truth(somaIsList)),
      .init("mechanisms", .list(mechanisms.map(\.json))),
      .init("sections", .list(sections.map(\.json))),
      .init("attachments", .list(attachments.map(\.json))),
      .init("point_processes", .list(pointProcesses.map(\.json))),
      .init("sources", .list(sources.map(\.json))),
      .init("connections", .list(connections.map(\.json))),
      .init("plays", .list(plays.map(\.json))),
      .init("survivors", .integers(survivors)),
      .init(
        "original",
        .object([
          .init(
            "sections", .list(originalSections.map { .list([.text($0.name), .integer($0.value)]) })),
          .init("synapses", .integers(originalSynapses)),
          .init("connections", .integers(originalConnections)),
          .init("segments", originalSegments),
        ])),
      .init(
        "segment_map",
        .list(
          segmentMap.map {
            .list([
              .text($0.section), JSONValue($0.position), .integer($0.target),
              JSONValue($0.targetPosition),
            ])
          })),
      .init("record", record),
    ])
  }
}

extension JSONValue {
  fileprivate static func integers(_ values: [Int]) -> JSONValue {
    .list(values.map { .integer($0) })
  }
  fileprivate static func numbers(_ values: [Double]) -> JSONValue {
    .list(values.map { JSONValue($0) })
  }
  fileprivate static func optional(_ value: Int?) -> JSONValue {
    value.map { .integer($0) } ?? .null
  }
  fileprivate static func optional(_ value: Double?) -> JSONValue {
    value.map { JSONValue($0) } ?? .null
  }
}

extension KeptCell.Mechanism {
  var json: JSONValue {
    .object([
      .init("name", .text(name)),
      .init(
        "source",
        source.map {
          .object([.init("file", .text($0.file)), .init("sha256", .text($0.sha256))])
        } ?? .null),
      .init(
        "globals",
        .object(
          globals.map {
            .init(
              $0.name,
              $0.isArray ? .numbers($0.values) : JSONValue($0.values.first ?? .nan))
          })),
      .init(
        "tables",
        .object(
          tables.map {
            .init($0.name, .object([.init("x", .numbers($0.x)), .init("y", .numbers($0.y))]))
          })),
    ])
  }
}

extension PerSegment {
  var json: JSONValue {
    switch self {
    case .all(let value): JSONValue(value)
    case .each(let values): .list(values.map { JSONValue.optional($0) })
    }
  }
}

extension Stream {
  var json: JSONValue {
    .object([.init("ids", .integers(ids)), .init("sequence", JSONValue(sequence))])
  }
}

extension KeptCell.Section {
  fileprivate var json: JSONValue {
    .object([
      .init("name", .text(name)),
      .init("role", .text(role.rawValue)),
      .init("nseg", .integer(segmentCount)),
      .init("L", .optional(length)),
      .init("diam", diameter?.json ?? .null),
      .init("points", .list(points.map { .numbers($0) })),
      .init("arcs", arcs.map { .numbers($0) } ?? .null),
      .init("area", areas.map { .numbers($0) } ?? .null),
      .init("Ra", JSONValue(axialResistivity)),
      .init("rallbranch", JSONValue(rallbranch)),
      .init("cm", capacitance.json),
      .init("mechanisms", .object(insertions.map { .init($0.mechanism, $0.json) })),
      .init("ions", .object(ions.map { .init($0.name, $0.json) })),
    ])
  }
}

extension KeptCell.Section.Insertion {
  fileprivate var json: JSONValue {
    .object([
      .init("parameters", .object(parameters.map { .init($0.name, $0.value.json) })),
      .init("arrays", .object(arrays.map { .init($0.name, .list($0.value.map(\.json))) })),
      .init("streams", .object(streams.map { .init($0.name, .list($0.value.map(\.json))) })),
    ])
  }
}

extension KeptCell.Section.Ion {
  fileprivate var json: JSONValue {
    .object([
      .init("style", .optional(style)),
      .init("values", .object(values.map { .init($0.name, $0.value.json) })),
    ])
  }
}

extension KeptCell.Attachment {
  fileprivate var json: JSONValue {
    .object([
      .init("section", .integer(section)), .init("end", JSONValue(end)),
      .init("parent", .integer(parent)), .init("x", JSONValue(position)),
    ])
  }
}

extension KeptCell.PointProcess {
  fileprivate var json: JSONValue {
    .object([
      .init("mechanism", .text(mechanism)),
      .init("section", .integer(section)),
      .init("x", JSONValue(position)),
      .init(
        "parameters",
        .object(
          parameters.map {
            switch $0.value {
            case .scalar(let value): .init($0.name, JSONValue(value))
            case .array(let values): .init($0.name, .numbers(values))
            }
          })),
      .init("streams", .object(streams.map { .init($0.name, $0.value.json) })),
    ])
  }
}

extension KeptCell.Source {
  fileprivate var json: JSONValue {
    switch self {
    case .netStim(let interval, let number, let start, let noise, let ids):
      .object([
        .init("kind", .text("NetStim")), .init("interval", JSONValue(interval)),
        .init("number", JSONValue(number)), .init("start", JSONValue(start)),
        .init("noise", JSONValue(noise)), .init("ids", .integers(ids)),
      ])
    case .potential(let section, let position):
      .object([
        .init("kind", .text("potential")), .init("section", .integer(section)),
        .init("x", JSONValue(position)),
      ])
    case .process(let index):
      .object([.init("kind", .text("point process")), .init("point_process", .integer(index))])
    case .gid(let gid): .object([.init("kind", .text("gid")), .init("gid", .integer(gid))])
    case .events(let times):
      .object([.init("kind", .text("events")), .init("times", .numbers(times))])
    case .unknown(let text):
      .object([.init("kind", .text("unknown")), .init("text", .text(text))])
    }
  }
}

extension KeptCell.Connection {
  fileprivate var json: JSONValue {
    .object([
      .init("point_process", .integer(process)), .init("source", .optional(source)),
      .init("delay", JSONValue(delay)), .init("threshold", JSONValue(threshold)),
      .init("weight", .numbers(weights)), .init("active", .truth(isActive)),
    ])
  }
}

extension KeptCell.Play {
  fileprivate var json: JSONValue {
    .object([
      .init("point_process", .optional(process)), .init("section", .optional(section)),
      .init("x", .optional(position)), .init("variable", .text(variable)),
      .init("element", .optional(element)), .init("values", .numbers(values)),
      .init("times", times.map { .numbers($0) } ?? .null), .init("interval", .optional(interval)),
      .init("continuous", .truth(isContinuous)),
      .init("jumps", jumps.map { .integers($0) } ?? .null),
    ])
  }
}
