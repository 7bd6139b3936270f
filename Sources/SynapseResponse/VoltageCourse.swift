/// A voltage-dependent conductance while it is open: what it lets in where its own site depolarises by it.
///
/// The current of an event of weight w is w·g(t)·φ(V): g is the chord conductance at −65 mV, and φ(V), in mV, the
/// charge that was measured at V over ∫g dt; between the potentials at which it was measured, lines. At the far end of
/// a resistance R whose near end stays at −65 mV the site is where
///
///     V = −65 mV + R·w·g(t)·φ(V)
///
/// without any capacitance. Where there are several such V, as there are of NMDA receptors behind a spine's neck, it is
/// the one that is reached from where V was.
package struct VoltageCourse: Sendable, Equatable {
  /// Mean conductances in µS per unit of weight, and for how long each, in ms: from the event on.
  private let course: [(conductance: Double, duration: Double)]
  /// φ at each of the potentials, in mV.
  private let drives: [Double]

  private static let potentials = MeasuringProtocol.potentials
  private static let rest = potentials[MeasuringProtocol.middle]
  /// Each part of the course is longer by this factor than the one before, the first of one step.
  private static let growth = 1.1

  /// - Parameters:
  ///   - charges: at each of the potentials, in nA·ms per unit of weight.
  ///   - total: ∫g dt, above 0.
  /// - Returns: nil without a charge for each potential, or with one that is no number, and where it does not reverse.
  init?(times: [Double], conductances: [Double], charges: [Double], total: Double) {
    drives = charges.map { $0 / total }
    guard charges.count == Self.potentials.count, drives.allSatisfy(\.isFinite),
      let first = drives.first, let last = drives.last, first > 0, last < 0,
      times.count == conductances.count
    else { return nil }
    var course: [(conductance: Double, duration: Double)] = []
    var (charge, start, longest) = (0.0, times.first ?? 0, 0.0)
    for index in times.indices.dropFirst() {
      charge +=
        (conductances[index - 1] + conductances[index]) / 2 * (times[index] - times[index - 1])
      let duration = times[index] - start
      if duration >= longest || index == times.count - 1 {
        course.append((max(0, charge / duration), duration))
        (charge, start, longest) = (0, times[index], duration * Self.growth)
      }
    }
    self.course = course
  }

  private init(course: [(conductance: Double, duration: Double)], drives: [Double]) {
    self.course = course
    self.drives = drives
  }

  package static func == (a: VoltageCourse, b: VoltageCourse) -> Bool {
    a.drives == b.drives && a.course.elementsEqual(b.course, by: ==)
  }

  func scaled(by factor: Double) -> VoltageCourse {
    VoltageCourse(course: course.map { ($0.conductance * factor, $0.duration) }, drives: drives)
  }

  /// The charge that an event lets in, in nA·ms.
  ///
  /// - Parameters:
  ///   - weight: above 0.
  ///   - resistance: in MΩ, 0 or more.
  package func charge(weight: Double, behind resistance: Double) -> Double {
    var potential = Self.rest
    return course.reduce(0) { sum, part in
      let conductance = weight * part.conductance
      potential = settled(from: potential, resistance * conductance)
      return sum + conductance * drive(at: potential) * part.duration
    }
  }

  /// The weight that an event at the near end of some of a resistance has to have for what one lets in at the far end:
  /// between a sixteenth of its weight and sixteen times that.
  package func weight(
    near: Double, equalTo weight: Double, far: Double
  ) -> Double {
    let wanted = charge(weight: weight, behind: far)
    var (low, high) = (weight / 16, weight * 16)
    // It grows with the weight.
    for _ in 0..<40 {
      let middle = (low * high).squareRoot()
      if charge(weight: middle, behind: near) < wanted { low = middle } else { high = middle }
    }
    return (low * high).squareRoot()
  }

  /// φ, beyond the potentials as between the last two.
  private func drive(at potential: Double) -> Double {
    let potentials = Self.potentials
    let above = potentials.dropLast().lastIndex { $0 <= potential } ?? 0
    let share = (potential - potentials[above]) / (potentials[above + 1] - potentials[above])
    return drives[above] + share * (drives[above + 1] - drives[above])
  }

  /// Where V = rest + x·φ(V), next to a potential on the side to which it is driven.
  private func settled(from start: Double, _ x: Double) -> Double {
    func excess(_ potential: Double) -> Double {
      Self.rest + x * drive(at: potential) - potential
    }
    let before = excess(start)
    guard before != 0 else { return start }
    let way =
      before > 0
      ? Self.potentials.filter { $0 > start } : Self.potentials.filter { $0 < start }.reversed()
    var (last, own) = (start, before)
    for next in way {
      let other = excess(next)
      if (other > 0) != (before > 0) { return last + (next - last) * own / (own - other) }
      (last, own) = (next, other)
    }
    return last
  }
}
