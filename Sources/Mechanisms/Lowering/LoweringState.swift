/// What the blocks of one mechanism share while they are lowered.
final class LoweringState {
  let source: MechanismSource
  var symbols: SymbolTable
  var tables: [Table] = []
  /// The table of each PROCEDURE or FUNCTION that has one.
  var tableOfRoutine: [String: Int] = [:]
  var functionTables: [String] = []
  /// How many statements may still be made: calls of calls grow without bound otherwise.
  var statementsLeft = 200_000

  init(_ source: MechanismSource) throws(MechanismError) {
    self.source = source
    symbols = try SymbolTable(source)
  }

  func functionTable(named name: String) -> Int {
    if let index = functionTables.firstIndex(of: name) { return index }
    functionTables.append(name)
    return functionTables.count - 1
  }
}
