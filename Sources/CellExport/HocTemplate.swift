import CellFile

/// A kept cell as a hoc template, which needs NEURON alone.
package struct HocTemplate {
  /// In a procedure: NEURON has room for some thousands of instructions in each.
  private static let statementLimit = 40

  let cell: KeptCell
  /// Which mechanisms are point processes.
  let pointProcesses: Set<String>
  let name: String
  /// By section the element of an array that it is.
  let sectionNames: [String]
  private let file: String
  private let counts: [(role: KeptCell.Section.Role, count: Int)]

  /// - Parameters:
  ///   - cell: as it is kept.
  ///   - file: the file's name, without its ending.
  ///   - pointProcesses: which mechanisms are such; nil for those of the cell.
  package init(_ cell: KeptCell, file: String, pointProcesses: Set<String>? = nil) {
    self.cell = cell
    self.file = file
    self.pointProcesses = pointProcesses ?? Set(cell.pointProcesses.map(\.mechanism))
    name = Self.name(ofFile: file)
    var counts: [KeptCell.Section.Role: Int] = [:]
    var names: [String] = []
    for section in cell.sections {
      names.append("\(section.role.array)[\(counts[section.role, default: 0])]")
      counts[section.role, default: 0] += 1
    }
    sectionNames = names
    self.counts = [.soma, .axon, .apical, .basal].compactMap { role in
      counts[role].map { (role, $0) }
    }
  }

  /// The template's, of a file of this name: with a capital, which names of objects and of the template's own parts
  /// begin without.
  package static func name(ofFile file: String) -> String {
    let found = file.replacing(allBut: \.isPartOfASCIIWord)
    let capital = found.prefix(1).uppercased() + found.dropFirst()
    return capital.first?.isLetter == true ? capital : "Cell_\(capital)"
  }

  /// The file's.
  package var text: String {
    var (procedures, calls): ([String], [String]) = ([], [])
    let parts: [(String, [String])] = [
      ("shape", shape), ("connect", attachments), ("insert", insertions), ("place", processes),
      ("ions", ions), ("list", lists), ("fill", fillings), ("play", plays),
    ]
    for (part, statements) in parts {
      for (index, chunk) in statements.chunks(of: Self.statementLimit).enumerated() {
        procedures.append(Hoc.procedure("\(part)_\(index)", chunk))
        calls.append("\(part)_\(index)()")
      }
    }
    var stimuliCalls: [String] = []
    for (index, chunk) in stimuli.chunks(of: Self.statementLimit).enumerated() {
      procedures.append(Hoc.procedure("stimuli_\(index)", chunk))
      stimuliCalls.append("stimuli_\(index)()")
    }
    var lines = head
    lines += ["", "begintemplate \(name)"] + declarations + [""]
    lines += procedures
    lines += [Hoc.procedure("make_stimuli", stimuliCalls), potentials, Self.methods]
    lines.append(
      Hoc.procedure(
        "init",
        (["all"] + Self.lists).map { "\($0) = new SectionList()" }
          + Self.objectLists.map { "\($0) = new List()" }
          + Self.vectors.map { "\($0) = new Vector()" } + calls))
    lines += ["endtemplate \(name)", ""]
    lines += globals
    var text = lines.joined(separator: "\n")
    while text.hasSuffix("\n") { text.removeLast() }
    return text + "\n"
  }

  private static let lists = ["somatic", "axonal", "apical", "basal"]
  private static let objectLists = ["point_processes", "netcons", "played"]

  private var head: [String] {
    let mechanisms = cell.mechanisms.map(\.name).joined(separator: ", ")
    let text = """
      // \(cell.title.comment)
      // Needs NEURON alone, with the mechanisms \(mechanisms).
      //
      //   { load_file("\(file.comment).hoc") }
      //   objref cell
      //   cell = new \(name)()
      //   \(name)_globals()  // celsius, v_init and the mechanisms' GLOBALs as they were
      //   cell.make_sources()  // the NetStims and NetCons that it had; or, with the original's indices:
      //   cell.connect_source(0, source)  // a NetCon from an object, with the weights of this cell
      //   cell.synapse(0)  // the point process that stands for the original's first synapse
      """
    let named = zip(sectionNames, cell.sections).filter { $0 != $1.name }.map {
      "// \($0) is \($1.name.comment)"
    }
    return [text] + (named.isEmpty ? [] : ["//", "// The original's names:"] + named)
  }

  private var declarations: [String] {
    let arrays = counts.map(\.role.array)
    return Hoc.wrapped(
      "public ",
      ["init"] + arrays + ["all"] + Self.lists
        + [
          "point_processes", "netcons", "sources", "synapse", "connect_source", "make_sources",
          "send_events",
        ])
      + Hoc.wrapped("objref ", ["all"] + Self.lists + Self.objectLists)
      + Hoc.wrapped(
        "objref ", ["process", "handler", "sources[\(max(cell.sources.count, 1))]", "this"])
      + Hoc.wrapped("objref ", Self.vectors)
      + ["create " + counts.map { "\($0.role.array)[\($0.count)]" }.joined(separator: ", ")]
  }

  /// What sets what the session has of the cell, beside the template.
  private var globals: [String] {
    let tables = HocTables(of: self)
    let statements =
      [
        "celsius = \(Hoc.number(cell.temperature))",
        "v_init = \(Hoc.number(cell.initialPotential))",
      ]
      + cell.mechanisms.flatMap { mechanism in
        mechanism.globals.flatMap { global in
          global.values.enumerated().map { index, value in
            "\(global.name)\(global.isArray ? "[\(index)]" : "") = \(Hoc.number(value))"
          }
        }
      }
      + tables.statements
    let chunks = statements.chunks(of: Self.statementLimit)
    return tables.declarations
      + chunks.enumerated().map { Hoc.procedure("\(name)_globals_\($0)", $1) }
      + [Hoc.procedure("\(name)_globals", chunks.indices.map { "\(name)_globals_\($0)()" })]
  }
}

extension KeptCell.Section.Role {
  /// The array of sections of this role.
  var array: String {
    switch self {
    case .soma: "soma"
    case .axon: "axon"
    case .apical: "apic"
    case .basal: "dend"
    }
  }
}
