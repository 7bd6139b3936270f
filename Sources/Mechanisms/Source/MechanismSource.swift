/// A mod file: its declarations and blocks, by names, before anything of it is looked up.
struct MechanismSource {
  struct Parameter {
    var name: String
    var count: Int?
    var value: Double
  }

  struct Declaration {
    var name: String
    /// Length, FROM, TO, START, each where the source has it; the tree does not say which are there.
    var numbers: [Double] = []
    /// START or a tolerance: not known.
    var isUncertain = false

    /// How many elements, of a name that occurs with an index.
    var length: Double { numbers.first ?? 1 }

    func start(isArray: Bool) -> Double {
      let others = isArray ? numbers.dropFirst() : numbers[...]
      return others.count == 1 || others.count == 3 ? others.last ?? 0 : 0
    }
  }

  struct Ion {
    var name: String
    var reads: [String] = []
    var writes: [String] = []
    var valence: Double?
  }

  struct Routine {
    var name: String
    var arguments: [String]
    var isFunction: Bool
    var body: [SourceStatement]
  }

  enum System { case derivative, kinetic, linear, nonlinear }

  struct Solvable {
    var name: String
    var system: System
    var body: [SourceStatement]
  }

  var name = ""
  var kind = Mechanism.Kind.density
  var ions: [Ion] = []
  var nonspecificCurrents: [String] = []
  var electrodeCurrents: [String] = []
  var ranges: Set<String> = []
  var globals: Set<String> = []
  var isThreadSafe = false
  var hasVerbatim = false
  /// POINTER, in the order of the source.
  var pointers: [String] = []
  /// BBCOREPOINTER: of C data.
  var corePointers: Set<String> = []
  var externals: Set<String> = []
  var randoms: Set<String> = []
  var definitions: [String: Int] = [:]
  var constants: [String: Double] = [:]
  var parameters: [Parameter] = []
  var assigned: [Declaration] = []
  var states: [Declaration] = []
  /// LOCAL outside of blocks.
  var fileLocals: [(name: String, count: Int)] = []
  var routines: [String: Routine] = [:]
  var solvables: [String: Solvable] = [:]
  /// By name: how many arguments it has.
  var functionTables: [String: Int] = [:]
  var initial: [SourceStatement] = []
  var breakpoint: [SourceStatement] = []
  var receiver: Routine?
  var beforeBreakpoint: [SourceStatement] = []
  var afterSolve: [SourceStatement] = []
  var beforeStep: [SourceStatement] = []
  /// Names with an index somewhere: arrays.
  var indexedNames: Set<String> = []
}
