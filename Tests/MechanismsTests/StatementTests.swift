import Mechanisms
import Testing

/// `mixed.mod`: procedures, loops, conditions, tables of functions, LINEAR, euler.
@Suite struct StatementTests {
  private func advanced(_ prepare: (inout Evaluation) -> Void = { _ in }) throws -> Evaluation {
    let mechanism = try Fixture.mechanism("mixed")
    var cell = Evaluation(mechanism)
    cell.run(mechanism.initial)
    prepare(&cell)
    cell.run(mechanism.advance)
    return cell
  }

  @Test func startsStatesAtSTART() throws {
    let mechanism = try Fixture.mechanism("mixed")
    var cell = Evaluation(mechanism)
    cell["q"] = 7
    cell["s"] = 8
    cell.run(mechanism.initial)
    #expect(cell["q"] == 3 && cell["s"] == 0)
  }

  @Test func localsOfTheFileLiveAsLongAsTheyAreRead() throws {
    let mechanism = try Fixture.mechanism("mixed")
    #expect(mechanism.globals.filter(\.isHidden).map(\.name) == ["memory"])
    let cell = try advanced()
    #expect(cell["rate"] == 2 * 1 + 5)
  }

  @Test func followsLoopsAndConditions() throws {
    var cell = try advanced()
    let w = try #require(cell.mechanism.variables.firstIndex { $0.name == "w" })
    #expect(cell.instance[w] == [1, 2, 5, 10])
    #expect(cell["z"] == 6)
    #expect(cell["turns"] == 7)
    cell = try advanced { $0["x"] = -1 }
    #expect(cell["z"] == -1)
    cell = try advanced { $0["x"] = 1 }
    // A power comes before a sign.
    #expect(cell["z"] == 5)
    cell = try advanced {
      $0["x"] = 1
      $0["y"] = 0
    }
    #expect(cell["z"] == 6)
  }

  @Test func solvesLinearEquationsWithATableOfAFunction() throws {
    let cell = try advanced()
    // Between 2 · 2³ and 2 · 3³ in the middle.
    let cube = (16.0 + 54) / 2
    #expect(abs(cell["s"] - (6 + cube) / 3) < 1e-14)
    #expect(abs(cell["q"] - (cell["s"] - 1)) < 1e-14)
    let exact = try advanced { $0["usetable"] = 0 }
    #expect(abs(exact["s"] - (6 + 2 * 15.625) / 3) < 1e-14)
  }

  @Test func tablesGiveWholeArrays() throws {
    let cell = try advanced()
    let part = try #require(cell.mechanism.variables.firstIndex { $0.name == "part" })
    #expect(cell.instance[part] == [2.5, 3.5])
  }

  @Test func eulerStepsForward() throws {
    let cell = try advanced { $0["f"] = 4 }
    #expect(cell["f"] == 4 + 0.025 * (1 - 4 / 10.0))
  }

  @Test func aMechanismWithoutCurrentsDoesAllWhenItAdvances() throws {
    let mechanism = try Fixture.mechanism("mixed")
    #expect(mechanism.currents.isEmpty && mechanism.currentVariables.isEmpty)
  }

  @Test func arraysAreDeclaredByTheirIndex() throws {
    let mechanism = try Fixture.mechanism("mixed")
    #expect(mechanism.globals.first { $0.name == "k" }?.count == 3)
    #expect(mechanism.variables.first { $0.name == "w" }?.count == 4)
  }
}
