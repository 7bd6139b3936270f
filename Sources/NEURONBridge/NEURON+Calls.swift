import CNEURON

/// A value handed to a hoc function or method.
package enum HocArgument {
  case number(Double)
  case string(HocString)
  case object(ObjectReference)
  /// The address of a number, hoc's `&t`.
  case address(UnsafeMutablePointer<Double>)
  /// A range variable itself, hoc's `&v(0.5)`; the section must have it.
  case range(RangeVariable, SectionReference, position: Double)
  /// A variable of a point process itself, which must be on a section.
  case property(ObjectReference, HocString, element: Int)
}

/// A variable that sections have, or one element of an array of such.
package struct RangeVariable: Hashable {
  package let symbol: SymbolReference
  package let name: String
  package let element: Int?

  package init(symbol: SymbolReference, name: String, element: Int? = nil) {
    self.symbol = symbol
    self.name = name
    self.element = element
  }

  var text: String { element.map { "\(name)[\($0)]" } ?? name }
}

extension NEURON {
  /// For tests: lets one of the next calls that change a session fail, as `neuron_fail_at_call` describes.
  package static func fail(atCall calls: Int) -> Int { neuron_fail_at_call(calls) }

  /// What a call left on NEURON's stack.
  package enum Outcome {
    case number(Double)
    case string(String)
    /// Owned by the receiver, who gives it back with `object_unref`; nil for none.
    case object(ObjectReference?)
    case nothing
  }

  /// A number of the session by its hoc name; nil where there is none.
  package func number(named name: String) -> Double? {
    api.symbol(name).flatMap { api.symbol_data($0) }?.pointee
  }

  /// A hoc function, class or variable by its name.
  ///
  /// - Throws: `BridgeError.neuron` where NEURON has none.
  package func symbol(_ name: String) throws(BridgeError) -> SymbolReference {
    if let known = symbols.byName[name] { return known }
    guard let symbol = api.symbol(name) else {
      throw .neuron(doing: "looking for \(name)", message: "no such name")
    }
    symbols.byName[name] = symbol
    return symbol
  }

  /// A method of an object's class.
  package func method(_ name: String, of object: ObjectReference) throws(BridgeError)
    -> SymbolReference
  {
    let key = SymbolCache.Method(className: api.class_name(object), name: name)
    if let known = symbols.byMethod[key] { return known }
    guard let symbol = api.method_symbol(object, name) else {
      throw .neuron(
        doing: "looking for \(String(cString: key.className)).\(name)", message: "no such method")
    }
    symbols.byMethod[key] = symbol
    return symbol
  }

  @inline(__always) @discardableResult
  package func call(_ function: SymbolReference, _ arguments: HocArgument...) throws(BridgeError)
    -> Outcome
  {
    try call(function, arguments)
  }

  @inline(__always) @discardableResult
  package func call(
    _ function: SymbolReference, _ arguments: [HocArgument]
  ) throws(BridgeError) -> Outcome {
    for argument in arguments { push(argument) }
    return try outcome(
      status: api.function_call(function, Int32(arguments.count), message.base, message.size),
      argumentCount: arguments.count, doing: "calling a function")
  }

  @inline(__always) @discardableResult
  package func call(
    _ method: SymbolReference, of object: ObjectReference, _ arguments: HocArgument...
  ) throws(BridgeError) -> Outcome {
    try call(method, of: object, arguments)
  }

  @inline(__always) @discardableResult
  package func call(
    _ method: SymbolReference, of object: ObjectReference, _ arguments: [HocArgument]
  ) throws(BridgeError) -> Outcome {
    for argument in arguments { push(argument) }
    return try outcome(
      status: api.method_call(object, method, Int32(arguments.count), message.base, message.size),
      argumentCount: arguments.count, doing: "calling a method")
  }

  /// Calls a method and gives back what it returns: many return the object they were called of.
  package func perform(
    _ method: String, of object: ObjectReference, _ arguments: [HocArgument] = []
  ) throws(BridgeError) {
    if case .object(let result?) = try call(self.method(method, of: object), of: object, arguments)
    {
      api.object_unref(result)
    }
  }

  /// A new object of one of NEURON's own classes, whose construction with these arguments cannot
  /// fail; the caller gives it back with `object_unref`.
  package func newObject(_ className: String, _ arguments: HocArgument...) throws(BridgeError)
    -> ObjectReference
  {
    try newObject(className, arguments)
  }

  package func newObject(
    _ className: String, _ arguments: [HocArgument]
  ) throws(BridgeError) -> ObjectReference {
    let symbol = try symbol(className)
    for argument in arguments { push(argument) }
    guard let object = api.object_new(symbol, Int32(arguments.count)) else {
      try check(doing: "creating a \(className)")
      throw .neuron(doing: "creating a \(className)", message: "no object was made")
    }
    return object
  }

  /// Executes a hoc statement at the top level.
  ///
  /// By a function, since NEURON's call for statements passes errors on as C++ exceptions when it is
  /// itself called from within NEURON.
  package func execute(_ statement: String, doing action: String) throws(BridgeError) {
    guard try call(symbol("execute1"), .string(HocString(statement))).number == 1 else {
      throw .neuron(doing: action, message: "a hoc error, printed above")
    }
  }

  /// Executes a hoc statement in the context of an object.
  package func execute(_ statement: String, in object: ObjectReference) throws(BridgeError) {
    try call(symbol("execute"), .string(HocString(statement)), .object(object))
  }

  /// Does something with a section as the currently accessed one.
  @discardableResult
  package func with<Result>(
    section: SectionReference, _ body: () throws(BridgeError) -> Result
  ) throws(BridgeError) -> Result {
    api.section_push(section)
    defer { api.section_pop() }
    return try body()
  }

  /// - Throws: `BridgeError.neuron` where NEURON failed in a call without a status of its own.
  package func check(doing action: String) throws(BridgeError) {
    guard neuron_take_failure(message.base, message.size) else { return }
    throw .neuron(doing: action, message: message.text)
  }

  @inline(__always)
  private func push(_ argument: HocArgument) {
    switch argument {
    case .number(let value): api.double_push(value)
    case .string(let text): api.string_push(text.reference)
    case .object(let object): api.object_push(object)
    case .address(let address): api.address_push(address)
    case .range(let variable, let section, let position):
      pushIndex(of: variable)
      api.range_variable_push(variable.symbol, section, position)
    case .property(let object, let name, let element):
      api.property_element_push(object, name.cString, Int32(element))
    }
  }

  /// The index of an array's element, which NEURON expects on its stack before the array's name.
  func pushIndex(of variable: RangeVariable) {
    guard let element = variable.element else { return }
    api.double_push(Double(element))
    api.push_dimensions(1)
  }

  /// Where a number is that is pushed as an argument; nil where it is gone.
  func address(of argument: HocArgument) -> UnsafeMutablePointer<Double>? {
    push(argument)
    return api.address_pop()
  }

  /// What a call left on the stack, or the error that it reported.
  @inline(__always)
  private func outcome(
    status: Int32, argumentCount: Int, doing action: String
  ) throws(BridgeError) -> Outcome {
    guard status == 0 else {
      dropFromStack(argumentCount)
      throw .neuron(doing: action, message: message.text)
    }
    return popOutcome()
  }

  /// Takes the arguments of a failed call off the stack, where NEURON leaves them, and with them a
  /// reference to each object.
  private func dropFromStack(_ count: Int) {
    for _ in 0..<count {
      if case .object(let object?) = popOutcome() { api.object_unref(object) }
    }
  }

  private func popOutcome() -> Outcome {
    switch Int(api.stack_type()) {
    case NEURON_STACK_NUMBER: return .number(api.double_pop())
    case NEURON_STACK_OBJECT, NEURON_STACK_TEMPORARY_OBJECT: return .object(api.object_pop())
    case NEURON_STACK_STRING: return .string(String(cString: api.string_pop().pointee))
    case NEURON_STACK_INTEGER: return .number(Double(api.integer_pop()))
    case NEURON_STACK_VARIABLE:
      _ = api.address_pop()
      return .nothing
    default: return .nothing
    }
  }
}

extension NEURON.Outcome {
  /// The number, or NaN where the outcome is none.
  package var number: Double {
    if case .number(let value) = self { return value }
    return .nan
  }

  /// The number as a count; 0 where the outcome is none.
  package var count: Int { number >= 0 && number < 1e9 ? Int(number) : 0 }
}
