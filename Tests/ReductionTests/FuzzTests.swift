import CellModel
import Foundation
import TestSupport
import Testing

@testable import Reduction

/// Whatever cell and settings come in, what comes out is a value that holds together or an error that
/// can be told: never the end of the process.
///
/// `FUZZ_CASES` sets how many cells are tried, `FUZZ_FIRST` the first seed. A trap prints the seeds that
/// were being tried.
@Suite struct FuzzTests {
  private static let caseCount = environment("FUZZ_CASES") ?? 100_000
  private static let firstSeed = environment("FUZZ_FIRST") ?? 1
  private static let laneCount = 4

  private static func environment(_ name: String) -> UInt64? {
    ProcessInfo.processInfo.environment[name].flatMap(UInt64.init)
  }

  @Test(arguments: 0..<laneCount)
  func everyMethodAnswersOrThrows(lane: Int) throws {
    if Self.caseCount > 1 { SeedsInFlight.reportTraps() }
    var outcomes: [Outcome: Int] = [:]
    for seed in stride(
      from: Self.firstSeed + UInt64(lane), to: Self.firstSeed + Self.caseCount,
      by: Self.laneCount)
    {
      SeedsInFlight.set(seed, lane: lane)
      outcomes[check(FuzzedCell(seed: seed)), default: 0] += 1
    }
    SeedsInFlight.set(0, lane: lane)
    // Cells that are all refused would try nothing.
    if Self.caseCount >= 10_000 {
      let total = outcomes.values.reduce(0, +)
      for outcome in Outcome.allCases {
        #expect(outcomes[outcome, default: 0] > total / 10, "\(outcome)")
      }
    }
  }

  private enum Outcome: CaseIterable { case reduced, refused, doesNotHoldTogether }

  private func check(_ fuzzed: FuzzedCell) -> Outcome {
    let cell = fuzzed.cell
    if (try? cell.validate()) != nil { _ = try? cell.rootedAtSoma()?.cell.validate() }
    let fault = Result { () throws(CellModelError) in try cell.validate() }
    var outcome = Outcome.refused
    for method in Method.allCases {
      do throws(ReductionError) {
        let settings = try ReductionSettings(
          method: method, frequency: fuzzed.frequency,
          segmentCount: SegmentCount(manualTotal: fuzzed.manualTotal),
          mergePolicy: fuzzed.mergePolicy, comparedParameters: fuzzed.comparedParameters,
          drive: fuzzed.drive, membranes: fuzzed.membranes,
          sites: method.traits.keepsSites ? fuzzed.sites : [], scope: fuzzed.scope)
        let reduction = try Reduction(of: cell, settings: settings)
        check(reduction, of: fuzzed, fault)
        outcome = .reduced
      } catch {
        if case .model = error { outcome = .doesNotHoldTogether }
        if error.description.isEmpty { Issue.record("seed \(fuzzed.seed): an error without words") }
      }
    }
    return outcome
  }

  private func check(
    _ reduction: Reduction, of fuzzed: FuzzedCell, _ fault: Result<Void, CellModelError>
  ) {
    let cell = fuzzed.cell
    do throws(CellModelError) {
      try fault.get()
      try reduction.reduced.validate()
    } catch {
      Issue.record("seed \(fuzzed.seed), \(reduction.settings.method): \(error)")
    }
    let listed = cell.pointProcesses.count
    _ = reduction.notes(listed: listed / 2, of: cell)
    _ = reduction.inexactMerges(of: cell)
    for kind in reduction.synapseKinds(amongFirst: listed, of: cell) { _ = kind.treatment }
    _ = try? ImpedanceProfile(of: cell, reduction, frequencies: [0, 100], siteCount: 2)
    for process in cell.pointProcesses {
      _ = cell.point(at: process.position, ofSection: process.section)
    }
  }
}

/// The seeds that are being tried, where the handler of a trap finds them.
private enum SeedsInFlight {
  private nonisolated(unsafe) static let seeds = {
    let seeds = UnsafeMutablePointer<UInt64>.allocate(capacity: 64)
    seeds.initialize(repeating: 0, count: 64)
    return seeds
  }()

  static func set(_ seed: UInt64, lane: Int) { seeds[lane] = seed }

  static func reportTraps() {
    for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE] {
      signal(number) { number in
        let tried = (0..<64).map { SeedsInFlight.seeds[$0] }.filter { $0 > 0 }
        let text = "*** a trap while trying one of the seeds \(tried)\n"
        _ = write(STDERR_FILENO, text, text.utf8.count)
        signal(number, SIG_DFL)
        raise(number)
      }
    }
  }
}
