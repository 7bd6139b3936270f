import CellFile

extension HocTemplate {
  var shape: [String] {
    var result: [String] = []
    for (own, each) in zip(sectionNames, cell.sections) {
      result.append("\(own) nseg = \(each.segmentCount)")
      result += each.points.map { "\(own) pt3dadd(\(Hoc.numbers($0)))" }
      if each.points.isEmpty {
        result += Self.length(own, each.length ?? 100)
        result += Self.range(own, "diam", each.diameter ?? .all(1), each.segmentCount)
      } else if let length = each.arcs?.last {
        // Its area is the same to 7 digits: hoc cannot say where points are along it.
        result += Self.length(own, length)
      }
      result.append("\(own) Ra = \(Hoc.number(each.axialResistivity))")
      if each.rallbranch != 1 {
        result.append("\(own) rallbranch = \(Hoc.number(each.rallbranch))")
      }
      result += Self.range(own, "cm", each.capacitance, each.segmentCount)
    }
    return result
  }

  var attachments: [String] {
    cell.attachments.map {
      "connect \(sectionNames[$0.section])(\(Hoc.number($0.end))), "
        + "\(sectionNames[$0.parent])(\(Hoc.number($0.position)))"
    }
  }

  var insertions: [String] {
    zip(sectionNames, cell.sections).flatMap { own, each in
      each.insertions.map { "\(own) insert \($0.mechanism)" }
        + each.insertions.flatMap { Self.parameters(of: $0, own, each.segmentCount) }
    }
  }

  private static func parameters(
    of insertion: KeptCell.Section.Insertion, _ own: String, _ count: Int
  ) -> [String] {
    var result = insertion.parameters.flatMap { range(own, $0.name, $0.value, count) }
    for array in insertion.arrays {
      for (index, values) in array.value.enumerated() {
        result += range(own, "\(array.name)[\(index)]", values, count)
      }
    }
    for variable in insertion.streams {
      for (index, stream) in variable.value.enumerated() {
        let place =
          "\(variable.name)_\(insertion.mechanism)(\(center(ofSegment: index, of: count)))"
        result.append(
          (["\(own) process = \(place)"] + setting("process", to: stream)).joined(
            separator: "\n  "))
      }
    }
    return result
  }

  var ions: [String] {
    zip(sectionNames, cell.sections).flatMap { own, each in
      each.ions.flatMap { ion in
        Self.style(of: ion, own)
          + ion.values.flatMap { Self.range(own, $0.name, $0.value, each.segmentCount) }
      }
    }
  }

  private static func style(of ion: KeptCell.Section.Ion, _ own: String) -> [String] {
    guard let style = ion.style else { return [] }
    let arguments = [style & 3, style >> 3 & 3, style >> 5 & 1, style >> 6 & 1, style >> 2 & 1]
    return [
      "\(own) { if (!ismembrane(\"\(ion.name)\")) insert \(ion.name) }",
      "\(own) { if (ion_style(\"\(ion.name)\") % 128 != \(style)) "
        + "ion_style(\"\(ion.name)\", \(Hoc.numbers(arguments))) }",
    ]
  }

  var lists: [String] {
    zip(sectionNames, cell.sections).map { "\($0) { all.append() \($1.role.list).append() }" }
  }

  /// Sets a section's length, which NEURON does not take while pt3dconst is 1.
  private static func length(_ own: String, _ value: Double) -> [String] {
    [
      "points_are_constant = pt3dconst(0)", "\(own) L = \(Hoc.number(value))",
      "pt3dconst(points_are_constant)",
    ]
  }

  /// Sets a range variable of a section.
  private static func range(
    _ own: String, _ variable: String, _ values: PerSegment, _ count: Int
  ) -> [String] {
    switch values {
    case .all(let value): ["\(own) \(variable) = \(Hoc.number(value))"]
    case .each(let all):
      all.enumerated().compactMap { index, value in
        value.map {
          "\(own) \(variable)(\(center(ofSegment: index, of: count))) = \(Hoc.number($0))"
        }
      }
    }
  }

  private static func center(ofSegment index: Int, of count: Int) -> String {
    JSONWriter.text(of: (Double(index) + 0.5) / Double(count))
  }

  /// Sets a RANDOM variable.
  static func setting(_ random: String, to stream: Stream) -> [String] {
    [
      "\(random).set_ids(\(Hoc.numbers(stream.ids)))",
      "\(random).set_seq(\(Hoc.number(stream.sequence)))",
    ]
  }
}

extension KeptCell.Section.Role {
  /// The SectionList of sections of this role.
  var list: String {
    switch self {
    case .soma: "somatic"
    case .axon: "axonal"
    case .apical: "apical"
    case .basal: "basal"
    }
  }
}
