import Mechanisms

extension ProgramEmitter {
  /// The functions of FUNCTION_TABLEs, once for each mechanism.
  func functionTables() throws(SimulationError) -> [String] {
    let plans = sets.flatMap { set in set.order.compactMap { set.instances[$0] } }
    let used = (plans + processes.map(\.instances)).filter { $0.count > 0 }.map(\.mechanism)
    var known: Set<String> = []
    var lines: [String] = []
    for mechanism in used
    where !mechanism.functionTables.isEmpty && known.insert(mechanism.name).inserted {
      for (index, name) in mechanism.functionTables.enumerated() {
        guard let table = settings.functionTables[mechanism.name]?[name],
          table.arguments.count == table.values.count, !table.values.isEmpty
        else {
          throw .unsupported(
            mechanism: mechanism.name, block: "FUNCTION_TABLE",
            construct: "\(name), whose values are in no Vectors of the session,")
        }
        lines += Self.definitions(CName.functionTable(index, of: mechanism), table)
      }
    }
    return lines
  }

  private static func definitions(
    _ name: String, _ table: ProgramSettings.FunctionTable
  ) -> [String] {
    let count = table.values.count
    let rows = [table.arguments, table.values].map { row in
      "{\(row.map(CName.literal).joined(separator: ", "))}"
    }
    return [
      "static const double nr_of_\(name)[2][\(count)] = {\(rows.joined(separator: ", "))};",
      "NR_INLINE double nr_\(name)1(double x) {",
      "  return nr_function_table1(nr_of_\(name)[0], nr_of_\(name)[1], \(count), x);", "}",
      "NR_INLINE nr_vector nr_\(name)(nr_vector x) {",
      "  return nr_function_table(nr_of_\(name)[0], nr_of_\(name)[1], \(count), x);", "}",
    ]
  }
}

extension CName {
  /// The function of a FUNCTION_TABLE, after `nr_`.
  static func functionTable(_ index: Int, of mechanism: Mechanism) -> String {
    "ft\(index)_\(CName.of(mechanism.name))_"
  }
}
