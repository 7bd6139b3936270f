extension BlockBuilder {
  /// 1 / (2^32 + 1)
  private static let unit = 1.0 / 4_294_967_297.0

  /// Whether statements draw random numbers.
  func draws(_ statements: some Sequence<Statement>) -> Bool {
    var effects = Effects()
    effects.follow(Array(statements), state.tables)
    return effects.mayAssign.contains { variable in
      guard case .instance(let index) = variable else { return false }
      let role = state.symbols.variables[index].role
      return role == .stream || role == .generator
    }
  }

  // MARK: RANDOM

  /// What a function of a RANDOM variable gives; nil where there is no such function. What it needs first is
  /// emitted, and the stream moves on.
  mutating func random(
    _ name: String, _ arguments: [SourceExpression]
  ) throws(MechanismError) -> Expression? {
    guard name.hasPrefix("random_") || name == "nrn_random_pick", let first = arguments.first else {
      return nil
    }
    guard case .name(let own) = first, case .variable(let stream)? = state.symbols[own],
      case .instance(let index) = stream, state.symbols.variables[index].role == .stream
    else { return nil }
    var values: [Expression] = []
    for argument in arguments.dropFirst() { values.append(try kept(try lower(argument))) }
    switch (name, values.count) {
    case ("random_setseq", 1):
      try setPosition(of: stream, to: values[0])
      return .number(0)
    case ("random_setids", 3):
      try setIdentifiers(of: stream, to: values)
      return .number(0)
    case ("nrn_random_pick", 0): return try pick(from: stream)
    case ("random_ipick", 0): return try word(of: stream)
    case ("random_dpick", 0), ("random_uniform", 0): return try uniform(of: stream)
    case ("random_uniform", 2):
      let range = Expression.binary(.subtract, values[1], values[0])
      let part = Expression.binary(.multiply, try uniform(of: stream), range)
      return .binary(.add, values[0], part)
    case ("random_negexp", 0), ("random_negexp", 1):
      let number = Expression.negative(.call(.log, [try uniform(of: stream)]))
      return values.isEmpty ? number : .binary(.multiply, number, values[0])
    case ("random_normal", 0), ("random_normal", 2):
      let number = try normal(isOutside: .greater) { builder throws(MechanismError) in
        try builder.uniform(of: stream)
      }
      if values.isEmpty { return number }
      return .binary(.add, values[0], .binary(.multiply, number, values[1]))
    default: throw unsupported("\(name) with \(arguments.count) arguments")
    }
  }

  private func element(_ stream: Variable, _ place: RandomStream.Place) -> Expression {
    .element(stream, .number(Double(place.rawValue)))
  }

  private mutating func set(
    _ stream: Variable, _ place: RandomStream.Place, _ value: Expression
  ) throws(MechanismError) {
    try emit(.assignElement(stream, index: .number(Double(place.rawValue)), value))
  }

  /// The next word of 32 bits.
  private mutating func word(of stream: Variable) throws(MechanismError) -> Expression {
    let position = newLocal("position")
    let word = newLocal("word")
    try emit(.assign(position, element(stream, .position)))
    let block = try block(at: .variable(position))
    let inBlock = Expression.binary(
      .subtract, .variable(position), .binary(.multiply, .number(4), block))
    let place = Expression.binary(
      .add, .number(Double(RandomStream.Place.words.rawValue)), inBlock)
    try emit(
      .conditional(
        .binary(.equal, block, element(stream, .block)),
        then: [.assign(word, .element(stream, place))],
        otherwise: [.assign(word, self.word(of: stream, at: .variable(position)))]))
    try set(stream, .position, .binary(.add, .variable(position), .number(1)))
    // What counts the blocks carries into the identifiers.
    let carry = try separately { builder throws(MechanismError) in
      try builder.set(stream, .position, .number(0))
      try builder.set(stream, .block, .number(-1))
      let third = Expression.binary(.add, builder.element(stream, .third), .number(1))
      try builder.set(stream, .third, .call(.fmod, [third, .number(4_294_967_296)]))
    }
    try emit(
      .conditional(
        .binary(.equal, .variable(position), .number(17_179_869_183)), then: carry, otherwise: []))
    return .variable(word)
  }

  private func word(of stream: Variable, at position: Expression) -> Expression {
    .call(
      .randomWord,
      [
        element(stream, .first), element(stream, .second), element(stream, .third), position,
        element(stream, .globalIndex),
      ])
  }

  /// Which four words a position is in.
  private mutating func block(at position: Expression) throws(MechanismError) -> Expression {
    let block = newLocal("block")
    try emit(
      .assign(block, .call(.floor, [.binary(.multiply, position, .number(0.25))])))
    return .variable(block)
  }

  private mutating func uniform(of stream: Variable) throws(MechanismError) -> Expression {
    let number = newLocal("uniform")
    let word = try word(of: stream)
    try emit(
      .assign(
        number, .binary(.multiply, .binary(.add, word, .number(1)), .number(Self.unit))))
    return .variable(number)
  }

  /// What a Random object gives, by its distribution.
  private mutating func pick(from stream: Variable) throws(MechanismError) -> Expression {
    let number = newLocal("number")
    let (low, high) = (element(stream, .low), element(stream, .high))
    let uniform = try separately { builder throws(MechanismError) in
      let part = try builder.uniform(of: stream)
      let range = Expression.binary(.subtract, high, low)
      try builder.emit(
        .assign(number, .binary(.add, low, .binary(.multiply, range, part))))
    }
    let exponential = try separately { builder throws(MechanismError) in
      let logarithm = Expression.call(.log, [try builder.uniform(of: stream)])
      try builder.emit(.assign(number, .binary(.multiply, .negative(low), logarithm)))
    }
    let normal = try separately { builder throws(MechanismError) in
      try builder.emit(
        .assign(number, try builder.normalOfPair(from: stream)))
      try builder.emit(
        .assign(number, .binary(.add, .binary(.multiply, .variable(number), high), low)))
    }
    func isDistribution(_ which: Double) -> Expression {
      .binary(.equal, element(stream, .distribution), .number(which))
    }
    try emit(
      .conditional(
        isDistribution(0), then: uniform,
        otherwise: [.conditional(isDistribution(1), then: exponential, otherwise: normal)]))
    return .variable(number)
  }

  /// One of two normal numbers that are made at once.
  private mutating func normalOfPair(from stream: Variable) throws(MechanismError) -> Expression {
    let number = newLocal("normal")
    let isMade = newLocal("isMade")
    try emit(.assign(isMade, element(stream, .hasOther)))
    let making = try separately { builder throws(MechanismError) in
      let (first, second, factor) = try builder.polar(isOutside: .greater) {
        inner throws(MechanismError) in try inner.uniform(of: stream)
      }
      try builder.emit(.assign(number, .binary(.multiply, first, factor)))
      try builder.set(stream, .other, .binary(.multiply, second, factor))
      try builder.set(stream, .hasOther, .number(1))
    }
    let using = try separately { builder throws(MechanismError) in
      try builder.emit(.assign(number, builder.element(stream, .other)))
      try builder.set(stream, .hasOther, .number(0))
    }
    try emit(.conditional(.variable(isMade), then: using, otherwise: making))
    return .variable(number)
  }

  /// Words are made anew from here.
  private mutating func setPosition(
    of stream: Variable, to value: Expression
  ) throws(MechanismError) {
    let position = newLocal("position")
    try emit(.assign(position, whole(value)))
    let isWrong = Expression.binary(
      .or, .binary(.less, .variable(position), .number(0)),
      .binary(.greater, .variable(position), .number(1_099_511_627_775)))
    try emit(.conditional(isWrong, then: [.assign(position, .number(0))], otherwise: []))
    try set(
      stream, .position, .call(.fmod, [.variable(position), .number(17_179_869_184)]))
    try set(stream, .block, .number(-1))
  }

  /// The words of the block that the stream is in stay those of the identifiers that it had.
  private mutating func setIdentifiers(
    of stream: Variable, to values: [Expression]
  ) throws(MechanismError) {
    let block = try block(at: element(stream, .position))
    var keeping: [Statement] = []
    for index in 0..<4 {
      let position = Expression.binary(
        .add, .binary(.multiply, .number(4), block), .number(Double(index)))
      let place = Expression.number(Double(RandomStream.Place.words.rawValue + index))
      keeping.append(
        .assignElement(stream, index: place, word(of: stream, at: position)))
    }
    let kept = Expression.number(Double(RandomStream.Place.block.rawValue))
    keeping.append(.assignElement(stream, index: kept, block))
    try emit(
      .conditional(
        .binary(.unequal, block, element(stream, .block)), then: keeping, otherwise: []))
    for (place, value) in zip([RandomStream.Place.first, .second, .third], values) {
      try set(stream, place, .call(.fmod, [whole(value), .number(4_294_967_296)]))
    }
  }

  private func whole(_ value: Expression) -> Expression { .call(.floor, [value]) }

  // MARK: scop_random

  /// What a function of NEURON's one generator gives; nil where there is no such function.
  mutating func scopRandom(
    _ name: String, _ arguments: [SourceExpression]
  ) throws(MechanismError) -> Expression? {
    let count: Int
    switch name {
    case "scop_random": count = 0
    case "exprand", "poisrand", "set_seed": count = 1
    case "normrand": count = 2
    default: return nil
    }
    guard arguments.count == count else {
      throw unsupported("\(name) with \(arguments.count) arguments")
    }
    var values: [Expression] = []
    for argument in arguments { values.append(try kept(try lower(argument))) }
    let generator = state.symbols.generator()
    switch name {
    case "set_seed":
      try emit(
        .assign(generator, .call(.fmod, [whole(values[0]), .number(4_294_967_296)])))
      return .number(0)
    case "scop_random": return try number(of: generator)
    case "exprand":
      let logarithm = Expression.call(.log, [try number(of: generator)])
      return .binary(.multiply, .negative(values[0]), logarithm)
    case "normrand":
      let number = try normal(isOutside: .greaterOrEqual) { builder throws(MechanismError) in
        try builder.number(of: generator)
      }
      return .binary(.add, .binary(.multiply, number, values[1]), values[0])
    default: return try poisson(of: generator, mean: values[0])
    }
  }

  /// The next number from 0 to 1.
  private mutating func number(of generator: Variable) throws(MechanismError) -> Expression {
    try emit(.assign(generator, .call(.nextRandom, [.variable(generator)])))
    let number = newLocal("random")
    try emit(.assign(number, .binary(.divide, .variable(generator), .number(4_294_967_295))))
    return .variable(number)
  }

  private mutating func poisson(
    of generator: Variable, mean: Expression
  ) throws(MechanismError) -> Expression {
    let (count, product) = (newLocal("count"), newLocal("product"))
    let least = try kept(.call(.exp, [.negative(mean)]))
    try emit(.assign(count, .number(-1)))
    try emit(.assign(product, .number(1)))
    let turn = try separately { builder throws(MechanismError) in
      let number = try builder.number(of: generator)
      try builder.emit(.assign(product, .binary(.multiply, .variable(product), number)))
      try builder.emit(.assign(count, .binary(.add, .variable(count), .number(1))))
    }
    try emit(.whileLoop(.binary(.greaterOrEqual, .variable(product), least), turn))
    return .variable(count)
  }

  /// A normal number by the polar method, from two uniform ones.
  ///
  /// - Parameter isOutside: how the sum of their squares is compared with 1 to see whether two others are needed.
  private mutating func normal(
    isOutside: Expression.Operator,
    uniform: (inout BlockBuilder) throws(MechanismError) -> Expression
  ) throws(MechanismError) -> Expression {
    let (first, _, factor) = try polar(isOutside: isOutside, uniform: uniform)
    let number = newLocal("normal")
    try emit(.assign(number, .binary(.multiply, first, factor)))
    return .variable(number)
  }

  /// Two numbers, and what each has to be multiplied by.
  private mutating func polar(
    isOutside: Expression.Operator,
    uniform: (inout BlockBuilder) throws(MechanismError) -> Expression
  ) throws(MechanismError) -> (first: Expression, second: Expression, factor: Expression) {
    let (first, second, sum) = (newLocal("u1"), newLocal("u2"), newLocal("sum"))
    try emit(.assign(sum, .number(2)))
    let turn = try separately { builder throws(MechanismError) in
      for number in [first, second] {
        let value = try uniform(&builder)
        try builder.emit(
          .assign(
            number, .binary(.subtract, .binary(.multiply, .number(2), value), .number(1))))
      }
      let squares = [first, second].map {
        Expression.binary(.multiply, .variable($0), .variable($0))
      }
      try builder.emit(.assign(sum, .binary(.add, squares[0], squares[1])))
    }
    try emit(.whileLoop(.binary(isOutside, .variable(sum), .number(1)), turn))
    let quotient = Expression.binary(
      .divide, .binary(.multiply, .number(-2), .call(.log, [.variable(sum)])), .variable(sum))
    let factor = try kept(.call(.sqrt, [quotient]))
    return (.variable(first), .variable(second), factor)
  }
}
