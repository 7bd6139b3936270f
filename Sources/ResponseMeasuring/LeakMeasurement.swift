import CNEURON
import CellModel
import NEURONBridge

/// What the passive membrane of a cell is made of, where it is not pas.
///
/// A leak is a conductance that is ohmic and constant: held at several potentials for a while, the current that comes
/// with more of it is proportional to the distance from one potential, at all times. Which parameters of a mechanism
/// are such a conductance and its reversal potential is found by changing them: the leak of a mechanism with gates
/// beside it, as hh's, is one too. All of it in a copy of the process, in a section of its own with the values of one
/// of the cell's.
package struct LeakMeasurement {
  /// In mV: around rest.
  private static let holding = [-100.0, -85, -70, -55, -40]
  /// In ms after the start of a run: past the slowest gates that a soma's rest waits for.
  private static let times = [0.1, 5, 100, 500]
  /// What counts as equal, relative to the largest current: a potential's last digits are within, the faintest gate
  /// is not.
  private static let tolerance = 1e-4
  /// In µF/cm²: so large that the potential stays for a step, and its drift is the current, and so small that the
  /// drift is far more than a potential's last digit.
  private static let capacitance = 1e6
  /// In µF/cm²: so large that the potential stays for as long as gates may take.
  private static let still = 1e12
  /// In mV: no leak reverses farther from 0; what does is a current that depends on no voltage.
  private static let farthest = 300.0
  /// In mV: by how much what may be a reversal potential is changed.
  private static let shift = 10.0
  /// In ms.
  private static let step = 0.025
  /// Seconds after which finding out is given up.
  private static let timeout = 60.0

  /// A mechanism in one of the cell's segments.
  private struct Example {
    let mechanism: Int
    /// Its PARAMETERs that are no arrays, with the values in a segment.
    let values: [(name: String, value: Double)]
    /// Reversal potentials of the ions in that segment, with the ions' mechanisms.
    let reversals: [(ion: String, name: String, value: Double)]
  }

  private let cell: LiveCell

  package init(of cell: LiveCell) { self.cell = cell }

  /// Tells the cell which conductances are leaks, where it does not say so itself. What cannot be found out the
  /// reduction will say it lacks, and how to name it.
  package func settle(_ target: inout LiveCell) throws(BridgeError) {
    let examples = cell.possibleLeaks.compactMap(example)
    guard !examples.isEmpty else { return }
    let neuron = cell.neuron
    let model = cell.model
    let numbers = try? ProcessCopy.call(timeout: Self.timeout) {
      _ = try CopiedSession(neuron, clearingAllBut: [])
      return try examples.enumerated().flatMap { index, example in
        try Self.leaks(of: example, named: model.mechanisms[example.mechanism].name, neuron)
          .flatMap {
            [Double(index), Double($0.conductance), Double($0.reversal ?? -1), $0.factor]
          }
      }
    }
    guard let numbers, !numbers.isEmpty, numbers.count % 4 == 0 else { return }
    try target.setLeaks(
      stride(from: 0, to: numbers.count, by: 4).map { place in
        let example = examples[Int(numbers[place])]
        let reversal = Int(numbers[place + 2])
        return NamedLeak(
          mechanism: model.mechanisms[example.mechanism].name,
          conductance: example.values[Int(numbers[place + 1])].name,
          reversal: reversal < 0 ? nil : example.values[reversal].name, factor: numbers[place + 3])
      })
  }

  /// A mechanism where it has most: with the largest sum of its parameters' absolute values.
  private func example(of name: String) -> Example? {
    let model = cell.model
    guard let index = model.mechanisms.firstIndex(where: { $0.name == name }) else { return nil }
    let kind = model.mechanisms[index]
    let scalars = kind.parameters.filter { $0.defaults.count == 1 }.compactMap { parameter in
      kind.offset(ofParameter: parameter.name).map { (parameter.name, $0) }
    }
    var best: (section: Section, segment: Int, values: [Double], size: Double)?
    for section in model.sections {
      guard let insertion = section.insertions.first(where: { $0.mechanism == index }) else {
        continue
      }
      for (segment, all) in insertion.values.enumerated() {
        let values = scalars.map { all[$0.1] }
        let size = values.filter(\.isFinite).reduce(0) { $0 + abs($1) }
        if best.map({ size > $0.size }) ?? true { best = (section, segment, values, size) }
      }
    }
    guard let best else { return nil }
    let reversals = best.section.insertions.filter { model.mechanisms[$0.mechanism].isIon }
      .compactMap { insertion in
        let ion = model.mechanisms[insertion.mechanism]
        return ion.parameters.first.map {
          (ion: ion.name, name: $0.name, value: insertion.values[best.segment][0])
        }
      }
    return Example(
      mechanism: index, values: zip(scalars, best.values).map { (name: $0.0, value: $1) },
      reversals: reversals)
  }

  // MARK: In the copy

  private static func leaks(
    of example: Example, named mechanism: String, _ neuron: NEURON
  ) throws(BridgeError) -> [(conductance: Int, reversal: Int?, factor: Double)] {
    let held = try Held(example, mechanism, neuron)
    var found: [(Int, Int?, Double)] = []
    for (index, parameter) in example.values.enumerated()
    where parameter.value != 0 && parameter.value.isFinite {
      guard let ohmic = try held.ohmic(parameter.name), ohmic.conductance > 0 else { continue }
      var ofReversal: Int?
      for (other, before) in example.values.enumerated() where other != index {
        let changed = try held.changing(before.name, to: before.value + shift) {
          () throws(BridgeError) in
          try held.ohmic(parameter.name)
        }
        if let changed, areEqual(changed.conductance, ohmic.conductance),
          areEqual(changed.reversal, ohmic.reversal + shift)
        {
          ofReversal = other
          break
        }
      }
      found.append((index, ofReversal, ohmic.conductance / parameter.value))
    }
    return found
  }

  private static func areEqual(_ first: Double, _ second: Double) -> Bool {
    first.isFinite && abs(first - second) <= 10 * tolerance * abs(second)
  }

  /// A section with one mechanism, whose potential stays where it is put.
  private struct Held {
    let neuron: NEURON
    let section: SectionReference

    init(_ example: Example, _ mechanism: String, _ neuron: NEURON) throws(BridgeError) {
      self.neuron = neuron
      guard let section = neuron.api.section_new("neuron_reduce_held") else {
        throw .neuron(doing: "making a section", message: "there is none")
      }
      self.section = section
      neuron.api.section_ref(section)
      neuron.api.section_set_length(section, 10)
      neuron.api.segment_set_diameter(section, 0.5, 10)
      neuron.api.mechanism_insert(section, try neuron.symbol(mechanism))
      for (name, value) in example.values { try set(name, value) }
      // Of the ions that the mechanism has: the segment may have others' too.
      for (ion, name, value) in example.reversals where try has(ion) {
        // An ion's reversal potential may be one that NEURON computes from concentrations.
        try? set(name, value)
        try? neuron.check(doing: "setting a reversal potential")
      }
    }

    private func has(_ ion: String) throws(BridgeError) -> Bool {
      try neuron.with(section: section) { () throws(BridgeError) in
        try neuron.call(neuron.symbol("ismembrane"), .string(HocString(ion))).number != 0
      }
    }

    func set(_ name: String, _ value: Double) throws(BridgeError) {
      neuron.api.set_range_variable(try neuron.symbol(name), section, 0.5, value)
    }

    func value(_ name: String) throws(BridgeError) -> Double {
      neuron.api.range_variable(try neuron.symbol(name), section, 0.5)
    }

    func changing<Result>(
      _ name: String, to value: Double, _ body: () throws(BridgeError) -> Result
    ) throws(BridgeError) -> Result {
      let before = try self.value(name)
      try set(name, value)
      let result: Result
      do throws(BridgeError) {
        result = try body()
      } catch {
        try set(name, before)
        throw error
      }
      try set(name, before)
      return result
    }

    /// The conductance in S/cm² that a parameter stands for, and its reversal potential in mV; nil where what it
    /// stands for is not ohmic and constant.
    func ohmic(_ name: String) throws(BridgeError) -> (conductance: Double, reversal: Double)? {
      let once = try holding.map { potential throws(BridgeError) in try currents(at: potential) }
      let twice = try changing(name, to: 2 * value(name)) { () throws(BridgeError) in
        try holding.map { potential throws(BridgeError) in try currents(at: potential) }
      }
      let differences = zip(twice, once).map { zip($0, $1).map(-) }
      let all = differences.joined()
      guard all.allSatisfy(\.isFinite), let largest = all.map(abs).max(), largest > 0 else {
        return nil
      }
      let (slope, intercept) = Self.line(holding, differences.map { $0[0] })
      for (potential, row) in zip(holding, differences) {
        for current in row
        where abs(current - (slope * potential + intercept)) > tolerance * largest {
          return nil
        }
      }
      guard slope > 0, abs(intercept) <= farthest * slope else { return nil }
      // mA/cm² over mV is S/cm².
      return (slope, -intercept / slope)
    }

    /// Of least squares.
    private static func line(_ x: [Double], _ y: [Double]) -> (slope: Double, intercept: Double) {
      let count = Double(x.count)
      let (meanX, meanY) = (x.reduce(0, +) / count, y.reduce(0, +) / count)
      let covariance = zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) }
      let variance = x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }
      let slope = covariance / variance
      return (slope, meanY - slope * meanX)
    }

    /// The outward membrane currents in mA/cm² at `times`.
    private func currents(at potential: Double) throws(BridgeError) -> [Double] {
      try neuron.set(step: step)
      try neuron.call(neuron.symbol("finitialize"), .number(potential))
      return try times.map { time throws(BridgeError) in
        // In large steps from one time to the next, and one small one to see the drift.
        try set("cm", still)
        let now = neuron.number(named: "t") ?? 0
        try neuron.set(step: max((time - now) / 100, step))
        while (neuron.number(named: "t") ?? .infinity) < time {
          try neuron.call(neuron.symbol("fadvance"))
        }
        try set("cm", capacitance)
        try neuron.set(step: step)
        try set("v", potential)
        try neuron.call(neuron.symbol("fadvance"))
        // µF/cm² · mV/ms = µA/cm²
        let drift = try (value("v") - potential) / step
        return -1e-3 * capacitance * drift
      }
    }
  }
}
