import Mechanisms

extension BlockEmitter {
  /// C code of an expression.
  func code(_ expression: Expression) throws(SimulationError) -> Code {
    if let known = invariants[expression] { return Code(text: known, isVector: hasLanes) }
    switch expression {
    case .number(let value): return .scalar(CName.literal(value))
    case .variable(let variable):
      let binding = try binding(variable)
      return Code(text: binding.text, isVector: binding.isVector)
    case .element(let variable, let index):
      let binding = try binding(variable)
      let index = asNumber(try code(index))
      guard binding.count > 1 else { throw unsupported("an element of \(name(of: variable))") }
      if index.isVector {
        guard binding.isVector else { throw unsupported("an index that differs") }
        return .vector("nr_pick(\(binding.text), \(binding.count), \(index.text))")
      }
      return Code(
        text: binding.element(index.text), isVector: binding.isVector)
    case .negative(let operand):
      let operand = asNumber(try code(operand))
      return Code(text: "(-\(operand.text))", isVector: operand.isVector)
    case .not(let operand):
      let operand = asCondition(try code(operand))
      return Code(
        text: operand.isVector ? "(~\(operand.text))" : "(!\(operand.text))",
        isVector: operand.isVector, isCondition: true)
    case .binary(let operation, let left, let right): return try binary(operation, left, right)
    case .call(let function, let arguments): return try call(function, arguments)
    }
  }

  func binary(
    _ operation: Expression.Operator, _ left: Expression, _ right: Expression
  ) throws(SimulationError) -> Code {
    switch operation {
    case .add, .subtract, .multiply, .divide:
      let (left, right) = (asNumber(try code(left)), asNumber(try code(right)))
      return Code(
        text: "(\(left.text) \(operation.rawValue) \(right.text))",
        isVector: left.isVector || right.isVector)
    case .less, .lessOrEqual, .greater, .greaterOrEqual, .equal, .unequal:
      let (left, right) = (asNumber(try code(left)), asNumber(try code(right)))
      let isVector = left.isVector || right.isVector
      let test = "(\(left.text) \(operation.rawValue) \(right.text))"
      return Code(
        text: isVector ? "((nr_mask)\(test))" : test, isVector: isVector, isCondition: true)
    case .and, .or:
      let (left, right) = (asCondition(try code(left)), asCondition(try code(right)))
      if left.isVector || right.isVector {
        let sign = operation == .and ? "&" : "|"
        return Code(
          text: "(\(asMask(left).text) \(sign) \(asMask(right).text))", isVector: true,
          isCondition: true)
      }
      return Code(
        text: "(\(left.text) \(operation.rawValue) \(right.text))", isVector: false,
        isCondition: true)
    case .power: return try power(left, right)
    }
  }

  func power(
    _ base: Expression, _ exponent: Expression
  ) throws(SimulationError) -> Code {
    let base = asNumber(try code(base))
    let suffix = base.isVector ? "" : "1"
    switch exponent {
    case .number(2): return Code(text: "nr_power2\(suffix)(\(base.text))", isVector: base.isVector)
    case .number(3): return Code(text: "nr_power3\(suffix)(\(base.text))", isVector: base.isVector)
    case .number(4): return Code(text: "nr_power4\(suffix)(\(base.text))", isVector: base.isVector)
    default:
      let exponent = asNumber(try code(exponent))
      return function("pow", [base, exponent])
    }
  }

  func call(
    _ called: Expression.Function, _ arguments: [Expression]
  ) throws(SimulationError) -> Code {
    if called == .functionTable {
      guard case .number(let index)? = arguments.first, arguments.count == 2 else {
        throw unsupported("FUNCTION_TABLE")
      }
      let name = CName.functionTable(Int(index), of: mechanism)
      return function(name, [asNumber(try code(arguments[1]))], isOurs: true)
    }
    var codes: [Code] = []
    for argument in arguments { codes.append(asNumber(try code(argument))) }
    switch called {
    case .exp:
      guard codes.count == 1, let argument = codes.first else { throw unsupported("exp") }
      return argument.isVector
        ? .vector("\(isRare ? "nr_exp_rarely" : "nr_exp")(\(argument.text))")
        : .scalar("nr_exp1(\(argument.text))")
    case .nernst, .ghk:
      codes.append(.scalar(try binding(.celsius).text))
      return function(called.rawValue, codes, isOurs: true)
    case .randomWord: return function("random_word", codes, isOurs: true)
    case .nextRandom: return function("next_random", codes, isOurs: true)
    default: return function(called.rawValue, codes)
    }
  }

  /// - Parameter isOurs: whether it is ours for one number too, rather than the C library's.
  func function(_ name: String, _ arguments: [Code], isOurs: Bool = false) -> Code {
    if arguments.contains(where: \.isVector) {
      return .vector("nr_\(name)(\(arguments.map { asVector($0).text }.joined(separator: ", ")))")
    }
    return .scalar(
      "\(isOurs ? "nr_\(name)1" : name)(\(arguments.map(\.text).joined(separator: ", ")))")
  }

  func asNumber(_ code: Code) -> Code {
    guard code.isCondition else { return code }
    return code.isVector ? .vector("nr_truth(\(code.text))") : .scalar("((double)\(code.text))")
  }

  func asCondition(_ code: Code) -> Code {
    if code.isCondition { return code }
    return code.isVector
      ? Code(text: "((nr_mask)(\(code.text) != 0.0))", isVector: true, isCondition: true)
      : Code(text: "(\(code.text) != 0.0)", isVector: false, isCondition: true)
  }

  func asMask(_ code: Code) -> Code {
    code.isVector
      ? code : Code(text: "nr_mask_all(\(code.text))", isVector: true, isCondition: true)
  }

  func asVector(_ code: Code) -> Code {
    code.isVector || !hasLanes ? code : .vector("nr_all(\(code.text))")
  }
}
