/// Where a number is.
package enum Variable: Sendable, Hashable {
  /// Of the instance: index in `Mechanism.variables`.
  case instance(Int)
  /// Of the mechanism: index in `Mechanism.globals`.
  case global(Int)
  /// Of the block: index in `Block.locals`.
  case local(Int)
  /// `v`, in mV.
  case voltage
  /// `t`, in ms. In `Mechanism.advance` that of the step's end.
  case time
  /// `dt`, in ms.
  case timeStep
  /// In °C.
  case celsius
  /// `diam` of the segment, in µm.
  case diameter
  /// `area` of the segment, in µm².
  case area
  /// In NET_RECEIVE: an element of the NetCon's weight vector.
  case weight(Int)
  /// In NET_RECEIVE.
  case flag
}

/// A number that is computed.
package indirect enum Expression: Sendable, Hashable {
  case number(Double)
  case variable(Variable)
  /// An element of an array: its index counts from 0 and is cut to a whole number.
  case element(Variable, Expression)
  case negative(Expression)
  case not(Expression)
  case binary(Operator, Expression, Expression)
  case call(Function, [Expression])

  package enum Operator: String, Sendable, Hashable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case power = "^"
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case equal = "=="
    case unequal = "!="
    case and = "&&"
    case or = "||"
  }

  /// What NMODL provides. A condition is 1 or 0.
  package enum Function: String, Sendable, Hashable {
    case exp, log, log10, sqrt, sin, cos, tan, asin, acos, atan, atan2, sinh, cosh, tanh
    case fabs, floor, ceil, fmod, pow, fmin, fmax
    /// The reversal potential: (ci, co, z) at the cell's temperature, in mV.
    case nernst
    /// GHK current density: (v, ci, co, z) at the cell's temperature.
    case ghk
    /// A word of a stream of Random123: (three identifiers, position, global index), all of them whole numbers.
    case randomWord
    /// What comes after a number in NEURON's own generator of 32 bits.
    case nextRandom
    /// What a FUNCTION_TABLE gives: (index in `Mechanism.functionTables`, argument).
    case functionTable
  }
}

/// How NEURON solves equations that are not linear. Where it stops is part of what it computes: what is far less than
/// its tolerances is not the equations' solution.
package enum Iteration: Sendable, Hashable {
  /// Newton's method with central difference quotients, of derivimplicit and NONLINEAR.
  case newton
  /// Newton's method with the derivatives that the masses' action alone has, of KINETIC; a row for each residual.
  case kinetic(jacobian: [[Expression]])

  package var expressions: [Expression] {
    switch self {
    case .newton: []
    case .kinetic(let jacobian): jacobian.flatMap { $0 }
    }
  }
}

/// Something that is done.
package indirect enum Statement: Sendable, Hashable {
  case assign(Variable, Expression)
  case assignElement(Variable, index: Expression, Expression)
  case conditional(Expression, then: [Statement], otherwise: [Statement])
  /// FROM local = first TO last BY step; the local is set to whole numbers.
  case loop(local: Int, first: Expression, last: Expression, step: Expression, [Statement])
  case whileLoop(Expression, [Statement])
  /// Sets a table's results for this argument, by interpolation or, while the table is switched off, as
  /// `Table.body` does.
  case lookUp(table: Int, argument: Expression)
  /// Sets a variable to the value of a FUNCTION's table, whose one result is local to `Table.body`.
  case lookUpValue(table: Int, result: Variable, argument: Expression)
  /// Solves `Σ_j matrix[i][j] · unknowns[j] = right[i]`; unknowns are set.
  case solveLinear(unknowns: [Variable], matrix: [[Expression]], right: [Expression])
  /// Sets the unknowns such that all residuals are 0, as nearly as NEURON does, beginning with what they are.
  case solveNonlinear(Iteration, unknowns: [Variable], residuals: [Expression])
  /// net_send(delay, flag)
  case sendToItself(delay: Expression, flag: Expression)
  /// net_event(t)
  case sendEvent(time: Expression)
  /// net_move(t)
  case moveEvent(time: Expression)
  /// WATCH (condition) flag: an event of this flag when `left` crosses `right` upwards (`>`) or downwards.
  case watch(left: Expression, isUpwards: Bool, right: Expression, flag: Expression)
}
