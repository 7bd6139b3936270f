import ArgumentParser
import CellFile
import Foundation
import NEURONBridge
import NEURONSession

/// How a cell is run.
struct RunOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: ArgumentHelp("Until when.", valueName: "ms"))
  var tstop = 1000.0

  @Option(parsing: .unconditional, help: ArgumentHelp("The time step.", valueName: "ms"))
  var dt = 0.025

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("A spike is where the soma crosses this upwards.", valueName: "mV"))
  var threshold = -20.0

  func validate() throws {
    guard threshold.isFinite else { throw ValidationError("--threshold is a potential in mV.") }
    guard dt > 0, dt.isFinite else {
      throw ValidationError("--dt is a time step in ms, greater than 0.")
    }
    guard tstop >= dt, tstop.isFinite, tstop / dt <= 1e8 else {
      throw ValidationError("--tstop is a time in ms, of one to 1e8 steps.")
    }
  }
}

/// A place on a cell, as a user writes it.
struct NamedPlace: Equatable {
  let section: String
  let position: Double

  var text: String { "\(section)(\(position.general(digits: 6)))" }

  init?(argument: String) {
    guard argument.hasSuffix(")"), let open = argument.lastIndex(of: "(") else { return nil }
    let inside = argument[argument.index(after: open)...].dropLast()
    guard open > argument.startIndex, let position = Double(plain: String(inside)),
      (0...1).contains(position)
    else { return nil }
    section = String(argument[..<open])
    self.position = position
  }

  /// - Throws: `ValidationError`.
  init(_ text: String) throws {
    guard let place = NamedPlace(argument: text) else {
      throw ValidationError(
        "expected a section with a position on it, 0 to 1, such as 'apic[36](0.9)'.")
    }
    self = place
  }

  /// Where it is.
  func find(on cell: SessionCell, in session: Session) throws -> SectionReference {
    let names = SectionNames(cell.sections.map { session.neuron.name(of: $0) })
    guard let index = names.first(of: section) else {
      let fault = names.fault(
        of: section, on: cell.name, expected: "a section", example: "\(names.example)(0.5)")
      throw CommandFailure("--record is \(text)\(fault)")
    }
    return cell.sections[index]
  }
}

extension LoadedModel {
  /// The middle of the soma.
  func soma() throws -> SectionReference {
    guard let soma = session.neuron.sections(of: cell.somatic).first else {
      throw CommandFailure("\(cell.name) has no soma")
    }
    return soma
  }

  /// Runs it.
  func run(
    _ options: RunOptions, recording places: [(section: SectionReference, position: Double)],
    _ progress: Progress, saying what: String
  ) throws -> RunRecord {
    let record = try session.run(
      until: options.tstop, step: options.dt, recording: places, events: kept?.built.events ?? []
    ) { share in
      progress.step(what, Int(1000 * share), of: 1000)
    }
    progress.clear()
    return record
  }
}
