import Foundation
import Mechanisms
import Testing

@Suite struct GateTests {
  private struct Rates {
    var minf, mtau, hinf, htau: Double

    init(_ v: Double, celsius: Double) {
      let factor = pow(3, (celsius - 6.3) / 10)
      let x = -40 - v
      let a = 0.1 * (abs(x / 10) < 1e-6 ? 10 * (1 - x / 20) : x / (exp(x / 10) - 1))
      let b = 4 * exp(-(v + 65) / 18)
      let c = 0.07 * exp(-(v + 65) / 20)
      let d = 1 / (1 + exp(-(v + 35) / 10))
      (minf, mtau) = (a / (a + b), 1 / (factor * (a + b)))
      (hinf, htau) = (c / (c + d), 1 / (factor * (c + d)))
    }
  }

  @Test func readsDeclarations() throws {
    let mechanism = try Fixture.mechanism("gates")
    #expect(mechanism.name == "gates")
    #expect(mechanism.kind == .density)
    #expect(
      mechanism.ions == [Mechanism.Ion(name: "na", reads: [.reversal], writes: [.current])])
    #expect(mechanism.currentVariables.map { mechanism.variables[$0].name } == ["il", "ina"])
    #expect(!mechanism.isElectrode)
    let seen = mechanism.variables.filter(\.isRange).map(\.name)
    #expect(Set(seen) == ["gbar", "gl", "el", "g", "il", "m", "h"])
    #expect(mechanism.globals.map(\.name) == ["vhalf", "q", "usetable"])
    #expect(mechanism.globals.map(\.initialValue) == [-40, 3, 1])
    let gbar = try #require(mechanism.variables.first { $0.name == "gbar" })
    #expect(gbar.role == .parameter && gbar.initialValue == 0.12)
    let ina = try #require(mechanism.variables.first { $0.name == "ina" })
    #expect(ina.role == .ion(0, .current))
  }

  @Test(arguments: [-120.0, -65, -40, -39.9999, 0, 37.3]) func setsStatesToTheirLimits(
    v: Double
  ) throws {
    var cell = Evaluation(try Fixture.mechanism("gates"))
    cell["usetable"] = 0
    cell.voltage = v
    cell.celsius = 22
    cell.run(cell.mechanism.initial)
    let rates = Rates(v, celsius: 22)
    // The same operations, but for the order in which products are taken.
    #expect(abs(cell["m"] - rates.minf) <= 4 * rates.minf.ulp)
    #expect(abs(cell["h"] - rates.hinf) <= 4 * rates.hinf.ulp)
  }

  @Test func cnexpIsExactForConstantRates() throws {
    var cell = Evaluation(try Fixture.mechanism("gates"))
    cell["usetable"] = 0
    cell.voltage = -20
    (cell["m"], cell["h"]) = (0.1, 0.9)
    cell.run(cell.mechanism.advance)
    let rates = Rates(-20, celsius: 6.3)
    let m = rates.minf + (0.1 - rates.minf) * exp(-0.025 / rates.mtau)
    let h = rates.hinf + (0.9 - rates.hinf) * exp(-0.025 / rates.htau)
    // A few roundings of numbers of at most 1.
    #expect(abs(cell["m"] - m) < 1e-15)
    #expect(abs(cell["h"] - h) < 1e-15)
  }

  @Test func tablesInterpolateLinearly() throws {
    var cell = Evaluation(try Fixture.mechanism("gates"))
    cell.voltage = -20.2
    cell.celsius = 30
    cell.run(cell.mechanism.initial)
    let below = Rates(-20.5, celsius: 30).minf
    let above = Rates(-20, celsius: 30).minf
    // Rounding of the position in the table: 160 intervals of half a mV.
    #expect(abs(cell["m"] - (below + 0.6 * (above - below))) < 1e-12)
    #expect(abs(cell["m"] - Rates(-20.2, celsius: 30).minf) > 1e-7)
    cell.celsius = 10
    cell.run(cell.mechanism.advance)
    #expect(abs(cell["mtau"] - Rates(-20.2, celsius: 10).mtau) < 1e-3)
    cell.voltage = 500
    cell.run(cell.mechanism.initial)
    #expect(abs(cell["m"] - Rates(100, celsius: 10).minf) < 1e-12)
  }

  @Test func tableNamesWhatItGivesAndDependsOn() throws {
    let mechanism = try Fixture.mechanism("gates")
    let table = try #require(mechanism.tables.first)
    func name(_ variable: Variable) -> String {
      switch variable {
      case .instance(let index): mechanism.variables[index].name
      case .global(let index): mechanism.globals[index].name
      default: "\(variable)"
      }
    }
    #expect(table.results.map(name) == ["minf", "mtau", "hinf", "htau"])
    #expect(table.dependencies.map(name) == ["celsius", "q"])
    #expect(table.lowest == .number(-100) && table.highest == .number(100))
    #expect(table.intervals == 400)
  }

  @Test func currentsAreOhmic() throws {
    let mechanism = try Fixture.mechanism("gates")
    let ohmic = mechanism.ohmicCurrents
    var cell = Evaluation(mechanism)
    (cell["m"], cell["h"], cell["ena"]) = (0.3, 0.6, 50)
    cell.run(mechanism.currents)
    let currents = ["il", "ina"].map { cell[$0] }
    cell["g"] = .nan
    cell.run(ohmic.block)
    for (form, current) in zip(ohmic.forms, currents) {
      let form = try #require(form)
      #expect(!form.slope.reads(.voltage) && !form.constant.reads(.voltage))
      let sum = cell.value(form.constant) + cell.value(form.slope) * cell.voltage
      #expect(abs(sum - current) <= 1e-13 * abs(current))
    }
  }
}
