/// The currents of a mechanism as `constant + slope · v`, with neither depending on v.
package struct OhmicCurrents: Sendable, Equatable {
  package struct Form: Sendable, Equatable {
    package var constant: Expression
    package var slope: Expression

    package init(constant: Expression, slope: Expression) {
      self.constant = constant
      self.slope = slope
    }
  }

  /// What has to be done before the forms are valid: what the currents' block does without v.
  package var block: Block
  /// In the order of `Mechanism.currentVariables`; nil where a current is no such sum.
  package var forms: [Form?]
}

extension Mechanism {
  /// Follows the block of the currents, branches included whose condition does not depend on v.
  package var ohmicCurrents: OhmicCurrents {
    var follower = OhmicFollower(block: currents, tables: tables)
    let statements = follower.follow(currents.statements)
    var block = follower.block
    block.statements = statements
    return OhmicCurrents(
      block: block, forms: currentVariables.map { follower.form(of: .instance($0)) })
  }
}

private struct OhmicFollower {
  typealias Form = OhmicCurrents.Form

  /// Gets local variables for what differs between branches.
  var block: Block
  let tables: [Table]
  /// Of variables that depend on v: nil where not by a constant and a slope.
  var dependent: [Variable: Form?] = [.voltage: Form(constant: .number(0), slope: .number(1))]

  func form(of variable: Variable) -> Form? {
    if let known = dependent[variable] { return known }
    return Form(constant: .variable(variable), slope: .number(0))
  }

  private func depends(_ expression: Expression) -> Bool {
    expression.variables.contains { dependent[$0] != nil }
  }

  private func form(of expression: Expression) -> Form? {
    let unknowns = expression.variables.filter { dependent[$0] != nil }
    guard let linear = expression.linear(in: unknowns) else { return nil }
    var constant = linear.constant
    var slope = Expression.number(0)
    for (variable, factor) in linear.slopes.sorted(by: { "\($0.key)" < "\($1.key)" }) {
      guard let form = form(of: variable) else { return nil }
      constant = .binary(.add, constant, .binary(.multiply, factor, form.constant))
      slope = .binary(.add, slope, .binary(.multiply, factor, form.slope))
    }
    return Form(constant: constant.simplified, slope: slope.simplified)
  }

  mutating func follow(_ statements: [Statement]) -> [Statement] {
    var kept: [Statement] = []
    for statement in statements { kept += follow(statement) }
    return kept
  }

  private mutating func follow(_ statement: Statement) -> [Statement] {
    switch statement {
    case .assign(let variable, let value):
      if depends(value) {
        let form = form(of: value)
        overwrite(variable)
        dependent[variable] = .some(form)
        return []
      }
      overwrite(variable)
      dependent[variable] = nil
      return [statement]
    case .conditional(let condition, let then, let otherwise) where !depends(condition):
      return branch(condition, then, otherwise)
    default:
      var changed: [Variable] = []
      var depends = false
      statement.visit { part in
        changed += part.assignedItself(tables)
        for expression in part.expressions where self.depends(expression) { depends = true }
        if case .lookUp(let table, _) = part { depends = depends || readsDependent(table) }
        if case .lookUpValue(let table, _, _) = part { depends = depends || readsDependent(table) }
      }
      // What depends on v within a loop may do so from one turn to the next.
      depends = depends || changed.contains { dependent[$0] != nil && isRead($0, by: statement) }
      for variable in changed {
        overwrite(variable)
        dependent[variable] = depends ? .some(nil) : nil
      }
      return depends ? [] : [statement]
    }
  }

  private func isRead(_ variable: Variable, by statement: Statement) -> Bool {
    var found = false
    statement.visit { part in
      for expression in part.expressions where expression.reads(variable) { found = true }
    }
    return found
  }

  private func readsDependent(_ table: Int) -> Bool {
    guard tables.indices.contains(table) else { return true }
    return tables[table].body.allEffects(tables).liveIn.contains { variable in
      if case .local = variable { return false }
      return dependent[variable] != nil
    }
  }

  /// Forms that read a variable's old value are lost when it changes.
  private mutating func overwrite(_ changed: Variable) {
    for (variable, form) in dependent {
      guard let form, form.constant.reads(changed) || form.slope.reads(changed) else { continue }
      dependent[variable] = .some(nil)
    }
  }

  private mutating func branch(
    _ condition: Expression, _ then: [Statement], _ otherwise: [Statement]
  ) -> [Statement] {
    var first = self
    var firstStatements = first.follow(then)
    var second = self
    second.block = first.block
    var secondStatements = second.follow(otherwise)
    block = second.block
    let variables = Set(first.dependent.keys).union(second.dependent.keys)
    var merged: [Variable: Form?] = [:]
    for variable in variables.sorted(by: { "\($0)" < "\($1)" }) {
      guard let one = first.form(of: variable), let other = second.form(of: variable) else {
        merged[variable] = .some(nil)
        continue
      }
      if one == other {
        merged[variable] = one
        continue
      }
      let places = (newLocal("constant"), newLocal("slope"))
      firstStatements += [.assign(places.0, one.constant), .assign(places.1, one.slope)]
      secondStatements += [.assign(places.0, other.constant), .assign(places.1, other.slope)]
      merged[variable] = Form(constant: .variable(places.0), slope: .variable(places.1))
    }
    dependent = merged
    if firstStatements.isEmpty && secondStatements.isEmpty { return [] }
    return [.conditional(condition, then: firstStatements, otherwise: secondStatements)]
  }

  private mutating func newLocal(_ name: String) -> Variable {
    block.locals.append(name)
    block.localCounts.append(1)
    return .local(block.locals.count - 1)
  }
}
