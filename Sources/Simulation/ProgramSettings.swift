/// How a cell is compiled.
package struct ProgramSettings: Sendable {
  /// An ion of the session: what no mechanism of a cell says.
  package struct Ion: Sendable, Equatable {
    /// Its charge.
    package var valence: Double
    /// The concentrations it begins with where mechanisms write them, in mM: `nai0_na_ion`, `nao0_na_ion`.
    package var inside, outside: Double

    package init(valence: Double, inside: Double, outside: Double) {
      self.valence = valence
      self.inside = inside
      self.outside = outside
    }
  }

  /// What hoc has set a FUNCTION_TABLE to: values at ascending arguments, between which NEURON interpolates.
  package struct FunctionTable: Sendable {
    package var arguments: [Double]
    package var values: [Double]

    package init(arguments: [Double], values: [Double]) {
      self.arguments = arguments
      self.values = values
    }
  }

  /// dt, in ms.
  package var timeStep: Double
  /// v_init, in mV.
  package var initialPotential: Double
  /// By name without `_ion`.
  package var ions: [String: Ion]
  /// By section, then by the ion's name: what `ion_style` gives, of each segment or, where there is one number,
  /// of the first.
  package var styles: [[String: [Int]]]
  /// Whether states are advanced and the next step's currents computed in one pass. Currents and what else
  /// BREAKPOINT sets can then not be recorded: they are a step ahead.
  package var isFused: Bool
  /// Whether steps of states that depend on the potential alone come from tables.
  package var usesTables: Bool
  /// Names of range variables that are kept in the memory, so that they can be recorded.
  package var recorded: Set<String>
  /// Names of parameters that may be changed between runs.
  package var adjustable: Set<String>
  /// Parameters of point processes that change during runs, as `IClamp.amp`.
  package var played: Set<String>
  /// How many weights all NetCons have together.
  package var weightCount: Int
  /// By mechanism, then by name.
  package var functionTables: [String: [String: FunctionTable]]
  /// Whether NEURON goes on from a run's end: all that a step does not set anyway is kept in the memory.
  package var isContinued = false
  /// What POINTERs that are set point to.
  package var pointers: [PointerOwner: PointerTarget] = [:]
  /// Values of EXTERNALs, by the names that hoc has for them.
  package var externals: [String: Double] = [:]
  /// Names of density mechanisms that sections of other cells have; nil where that is not known.
  package var elsewhere: Set<String>? = []
  /// By name of a mechanism: its number in the session, in whose order NEURON does them.
  package var types: [String: Int] = [:]

  package init(
    timeStep: Double, initialPotential: Double, ions: [String: Ion] = [:],
    styles: [[String: [Int]]] = [], isFused: Bool = true, usesTables: Bool = false,
    recorded: Set<String> = [],
    adjustable: Set<String> = [], played: Set<String> = [], weightCount: Int = 0,
    functionTables: [String: [String: FunctionTable]] = [:]
  ) {
    self.timeStep = timeStep
    self.initialPotential = initialPotential
    self.ions = ions
    self.styles = styles
    self.isFused = isFused
    self.usesTables = usesTables
    self.recorded = recorded
    self.adjustable = adjustable
    self.played = played
    self.weightCount = weightCount
    self.functionTables = functionTables
  }
}
