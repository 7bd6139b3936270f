import Foundation
import Mechanisms
import Testing

/// Blocks whose equations are solved together.
@Suite struct SystemTests {
  /// Of `1 + h k`-like matrices by Cramer's rule, independent of the solver.
  private static func determinant(_ m: [[Double]]) -> Double {
    m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
      - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
      + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
  }

  private static func solve(_ m: [[Double]], _ right: [Double]) -> [Double] {
    (0..<3).map { column in
      var replaced = m
      for row in 0..<3 { replaced[row][column] = right[row] }
      return determinant(replaced) / determinant(m)
    }
  }

  @Test func kineticsStepBackward() throws {
    let mechanism = try Fixture.mechanism("chain")
    var cell = Evaluation(mechanism)
    (cell["c1"], cell["c2"], cell["o"]) = (0.5, 0.3, 0.2)
    cell.run(mechanism.advance)
    let h = 0.025
    let matrix = [[1 + h * 2, -h * 1, 0], [-h * 2, 1 + h * (1 + 1.5), -h * 0.25], [1, 1, 1]]
    let expected = Self.solve(matrix, [0.5, 0.3, 1])
    for (name, number) in zip(["c1", "c2", "o"], expected) {
      #expect(abs(cell[name] - number) < 1e-14, "\(name)")
    }
    #expect(abs(cell["flow"] - (2 * expected[0] - expected[1])) < 1e-13)
  }

  @Test func kineticsFindTheirSteadyState() throws {
    let mechanism = try Fixture.mechanism("chain")
    var cell = Evaluation(mechanism)
    cell.run(mechanism.initial)
    let (c2, o) = (2.0, 12.0)
    // A step of 1e9 ms leaves 1e-9 of the start.
    #expect(abs(cell["c1"] - 1 / (1 + c2 + o)) < 1e-8)
    #expect(abs(cell["o"] - o / (1 + c2 + o)) < 1e-8)
  }

  /// The equations that a step has to satisfy, written down once more.
  @Test func nonlinearKineticsStepBackward() throws {
    let mechanism = try Fixture.mechanism("pump")
    var cell = Evaluation(mechanism)
    func index(_ name: String) throws -> Int {
      try #require(mechanism.variables.firstIndex { $0.name == name })
    }
    let (ca, free, taken) = (try index("ca"), try index("free"), try index("taken"))
    cell["cai"] = 2e-4
    cell["ica"] = -0.03
    cell.diameter = 2
    cell.run(mechanism.initial)
    #expect(cell.instance[ca] == [2e-4, 2e-4, 2e-4])
    #expect(cell.instance[try index("part")] == [1, 1.5, 2])
    let old = cell.instance
    cell.run(mechanism.advance)
    let new = cell.instance
    let flux = 0.03 * Double.pi * 2 / (2 * 96485.33212331001) * 1e4
    for i in 0..<3 {
      let volume = 2 * (1 + 0.5 * Double(i))
      let binding = 5 * new[ca][i] * new[free][i] - 0.3 * new[taken][i]
      var rate = -binding
      if i == 0 { rate += flux }
      if i > 0 { rate += 0.4 * (new[ca][i - 1] - new[ca][i]) }
      if i < 2 { rate -= 0.4 * (new[ca][i] - new[ca][i + 1]) }
      if i == 2 { rate -= new[ca][i] / 20 }
      #expect(abs(volume * (new[ca][i] - old[ca][i]) / 0.025 - rate) < 1e-12)
      #expect(abs(volume * (new[taken][i] - old[taken][i]) / 0.025 - binding) < 1e-12)
    }
    #expect(cell["cai"] == new[ca][0] && cell["bound"] == new[taken][0])
  }

  @Test func implicitEquationsAreSolvedTogether() throws {
    let mechanism = try Fixture.mechanism("implicit")
    var cell = Evaluation(mechanism)
    cell.run(mechanism.initial)
    cell.run(mechanism.advance)
    let h = 0.025
    let b =
      (0.5 * (1 + h * 0.2) + h * 0.2 * 2) / ((1 + h * 0.7) * (1 + h * 0.2) - h * 0.2 * h * 0.7)
    #expect(abs(cell["b"] - b) < 1e-14)
    #expect(abs(cell["c"] - (2.5 - b)) < 1e-14)
    #expect(abs(cell["x"] - 0.7 * b) < 1e-14)
    #expect(mechanism.ohmicCurrents.forms == [nil])
  }

  @Test func implicitEquationsNeedNotBeLinear() throws {
    let mechanism = try Fixture.mechanism("nonlinear")
    var cell = Evaluation(mechanism)
    cell.run(mechanism.initial)
    cell.run(mechanism.advance)
    let (b, c) = (cell["b"], cell["c"])
    let rate = -0.7 * b + 0.2 * c * b
    #expect(abs(b - 0.5 - 0.025 * rate) < 1e-14)
    #expect(abs(c - 2 + 0.025 * rate) < 1e-14)
    #expect(cell["x"] == 0.7 * b)
  }
}
