/// What a mechanism computes, as its NMODL source says, in a form that can be evaluated and turned into code:
/// procedures and functions are written out where they were called, differential equations are replaced by
/// the statements that advance them by a time step.
package struct Mechanism: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    /// In every segment of a section; its currents are per area, in mA/cm².
    case density
    /// At a place; its currents are in nA.
    case pointProcess
    /// Without a place: a source of events.
    case artificialCell
  }

  /// One number (or array of numbers) that every instance has of its own.
  package struct InstanceVariable: Sendable, Equatable {
    package enum Role: Sendable, Equatable {
      case parameter, assigned, state
      /// A quantity of the ion with this index in `ions`: a copy of the segment's, set before each block
      /// that reads it, given back after each block that writes it.
      case ion(Int, IonQuantity)
      /// A current without an ion, which a NONSPECIFIC_CURRENT or ELECTRODE_CURRENT names.
      case current
      /// A RANDOM variable, or a POINTER to random numbers: an array as `RandomStream` has it.
      case stream
      /// The last number of NEURON's own generator, which `scop_random` moves on: the same one for all instances.
      case generator
      /// A POINTER: a copy of what it points to, which the mechanism does not set.
      case pointer
      /// Whether the POINTER with this index in `variables` is set: 1 or 0.
      case pointing(Int)
    }

    package var name: String
    package var role: Role
    /// 1 for a scalar.
    package var count: Int
    /// Whether hoc can see it.
    package var isRange: Bool
    /// A PARAMETER's default, a STATE's START value; 0 otherwise.
    package var initialValue: Double

    package init(
      name: String, role: Role, count: Int = 1, isRange: Bool = false, initialValue: Double = 0
    ) {
      self.name = name
      self.role = role
      self.count = count
      self.isRange = isRange
      self.initialValue = initialValue
    }
  }

  /// What of an ion a mechanism uses; `x` in the examples stands for the ion.
  package enum IonQuantity: Sendable, Equatable, Hashable {
    /// `ex`, in mV.
    case reversal
    /// `ix`, in mA/cm² (nA of a point process, as the mechanism writes it).
    case current
    /// `xi`, in mM.
    case inside
    /// `xo`, in mM.
    case outside
  }

  /// A USEION statement.
  package struct Ion: Sendable, Equatable {
    package var name: String
    package var reads: [IonQuantity]
    package var writes: [IonQuantity]
    /// VALENCE, where the mechanism gives one.
    package var valence: Double?

    package init(
      name: String, reads: [IonQuantity] = [], writes: [IonQuantity] = [], valence: Double? = nil
    ) {
      self.name = name
      self.reads = reads
      self.writes = writes
      self.valence = valence
    }
  }

  /// One number (or array) that all instances share: a PARAMETER or ASSIGNED variable that is not RANGE but
  /// GLOBAL, and constants of CONSTANT blocks and UNITS factors are numbers in the expressions.
  package struct GlobalVariable: Sendable, Equatable {
    package var name: String
    package var count: Int
    package var initialValue: Double
    /// Whether a block of the mechanism assigns it.
    package var isAssigned: Bool
    /// A LOCAL outside of blocks that is kept from one block to the next: hoc does not know it, INITIAL sets it.
    package var isHidden: Bool
    /// EXTERNAL: another mechanism's, by the name that hoc has for it.
    package var isExternal: Bool

    package init(
      name: String, count: Int = 1, initialValue: Double = 0, isAssigned: Bool = false,
      isHidden: Bool = false, isExternal: Bool = false
    ) {
      self.name = name
      self.count = count
      self.initialValue = initialValue
      self.isAssigned = isAssigned
      self.isHidden = isHidden
      self.isExternal = isExternal
    }
  }

  /// NET_RECEIVE.
  package struct Receiver: Sendable, Equatable {
    /// How many numbers a NetCon to this mechanism has in its weight vector.
    package var weightCount: Int
    /// Whether the block has an INITIAL of its own.
    package var initial: Block?
    /// Reads `.weight(i)` and `.flag`; `.time` is the event's.
    package var block: Block

    package init(weightCount: Int, initial: Block? = nil, block: Block) {
      self.weightCount = weightCount
      self.initial = initial
      self.block = block
    }
  }

  package var name: String
  package var kind: Kind
  /// Whether it says THREADSAFE.
  package var isThreadSafe = false
  /// Whether NEURON certainly takes it for one that may run in threads, and checks tables for the first instance
  /// alone: nothing in it is C code, or a variable that all instances set.
  package var mayRunInThreads = false
  package var variables: [InstanceVariable]
  package var globals: [GlobalVariable]
  package var ions: [Ion]
  /// TABLEs, which `Statement.lookUp` uses.
  package var tables: [Table]
  /// The names of FUNCTION_TABLEs that are used: what they give hoc sets.
  package var functionTables: [String]
  /// INITIAL, steady states of kinetic schemes included.
  package var initial: Block
  /// What BREAKPOINT does apart from SOLVE: leaves the currents in their variables.
  package var currents: Block
  /// The instance variables that are currents through the membrane: their sum is what flows. Ion currents
  /// and NONSPECIFIC_CURRENTs flow outwards; an ELECTRODE_CURRENT flows inwards (`isElectrode`).
  package var currentVariables: [Int]
  package var isElectrode: Bool
  /// One time step of all that SOLVE names, in the order of BREAKPOINT.
  package var advance: Block
  package var receiver: Receiver?
  /// BEFORE BREAKPOINT, AFTER SOLVE, BEFORE STEP; empty where the source has none.
  package var beforeBreakpoint: Block
  package var afterSolve: Block
  package var beforeStep: Block

  package init(name: String, kind: Kind) {
    self.name = name
    self.kind = kind
    variables = []
    globals = []
    ions = []
    tables = []
    functionTables = []
    initial = Block()
    currents = Block()
    currentVariables = []
    isElectrode = false
    advance = Block()
    receiver = nil
    beforeBreakpoint = Block()
    afterSolve = Block()
    beforeStep = Block()
  }
}

/// What a stream of Random123 is, as an array of whole numbers.
package enum RandomStream {
  package enum Place: Int {
    /// Its three identifiers.
    case first, second, third
    /// How many words come before the next.
    case position
    /// Of Random123: one for all streams of a session.
    case globalIndex
    /// The four words from a multiple of 4 on that were made before an identifier or the global index changed:
    /// which multiple, -1 for none.
    case block
    case words
    /// What `nrn_random_pick` gives: 0 for uniform numbers from `low` to `high`, 1 for exponential ones of mean
    /// `low`, 2 for normal ones of mean `low` and standard deviation `high`, of which two are made at once:
    /// whether there is another one, and that one of mean 0 and standard deviation 1.
    case distribution = 10
    case low, high, hasOther, other
  }

  package static let count = 15
}

/// Statements and the local variables that they use.
package struct Block: Sendable, Equatable {
  /// Names of the local variables, for messages and code; `Variable.local(i)` is the i-th. Each is one number,
  /// or an array where `localCounts` says more than 1.
  package var locals: [String]
  package var localCounts: [Int]
  package var statements: [Statement]

  package init(locals: [String] = [], localCounts: [Int]? = nil, statements: [Statement] = []) {
    self.locals = locals
    self.localCounts = localCounts ?? locals.map { _ in 1 }
    self.statements = statements
  }

  package var isEmpty: Bool { statements.isEmpty }
}

/// A TABLE statement: values of some variables over one argument, between which NEURON interpolates linearly
/// while `usetable` is not 0.
package struct Table: Sendable, Equatable {
  /// Instance or global variables that the table gives (all of one PROCEDURE; of an array all its elements),
  /// or `.local(result)` of `body` for a FUNCTION.
  package var results: [Variable]
  /// What makes the table be built anew when it changes.
  package var dependencies: [Variable]
  package var lowest: Expression
  package var highest: Expression
  /// How many intervals.
  package var intervals: Int
  /// `usetable_NAME`: the index of this global.
  package var switchGlobal: Int
  /// What the procedure computes; its argument is local 0.
  package var body: Block

  package init(
    results: [Variable], dependencies: [Variable], lowest: Expression, highest: Expression,
    intervals: Int, switchGlobal: Int, body: Block
  ) {
    self.results = results
    self.dependencies = dependencies
    self.lowest = lowest
    self.highest = highest
    self.intervals = intervals
    self.switchGlobal = switchGlobal
    self.body = body
  }
}
