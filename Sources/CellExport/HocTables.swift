import CellFile

/// What sets the FUNCTION_TABLEs of a template's mechanisms.
struct HocTables {
  private let template: HocTemplate
  private let mechanisms: [KeptCell.Mechanism]
  /// Point processes have tables in common: one that is made for it, and goes, sets them.
  private let owners: [String]

  private var list: String { "\(template.name)_tables" }
  private var owner: String { "\(template.name)_owner" }

  init(of template: HocTemplate) {
    self.template = template
    mechanisms = template.cell.mechanisms.filter { !$0.tables.isEmpty }
    owners = mechanisms.map(\.name).filter(template.pointProcesses.contains)
  }

  var statements: [String] {
    var result: [String] = []
    for mechanism in mechanisms {
      var place: (before: String, after: String) = ("table_", "_\(mechanism.name)")
      if let index = owners.firstIndex(of: mechanism.name) {
        result.append("\(owner) = new \(owner)_of(\(index))")
        place = ("\(owner).process.table_", "")
      }
      for table in mechanism.tables {
        for numbers in [table.x, table.y] {
          result.append("\(list).append(new Vector())")
          result += Hoc.appending(numbers.map(Hoc.number), to: "\(list).o(\(list).count - 1)")
        }
        result.append(
          "\(place.before)\(table.name)\(place.after)(\(list).o(\(list).count - 1), "
            + "\(list).o(\(list).count - 2))")
      }
    }
    return owners.isEmpty ? result : result + ["objref \(owner)"]
  }

  /// What has to be there before.
  var declarations: [String] {
    // NEURON looks into these Vectors whenever it asks the tables.
    let vectors = mechanisms.isEmpty ? [] : ["objref \(list)\n\(list) = new List()\n"]
    return owners.isEmpty ? vectors : vectors + [templateOfOwners]
  }

  /// A template of point processes by themselves.
  private var templateOfOwners: String {
    let made = owners.enumerated().map { "if ($1 == \($0)) place process = new \($1)(0.5)" }
    return """
      begintemplate \(owner)_of
      public process, init
      create place
      objref process
      \(Hoc.procedure("init", made).dropLast())
      endtemplate \(owner)_of
      objref \(owner)

      """
  }
}
