import ArgumentParser
import CNEURONHost
import Foundation
import NEURONBridge
import NEURONSession

/// A command that hosts NEURON.
protocol HostingCommand: ParsableCommand {
  var model: ModelOptions { get }
  var host: HostOptions { get }
  /// The files that it reads.
  var inputs: [String] { get }
  /// The files that it is to write.
  var outputs: [String] { get }
  func run(in session: Session, _ output: Output, _ progress: Progress) throws
}

extension HostingCommand {
  var inputs: [String] { model.files }
  var outputs: [String] { [] }

  func run() throws {
    neuron_host_let_interruptions_end()
    let output = Output()
    let progress = Progress(isQuiet: host.quiet)
    do {
      WholeFile.rememberFolder()
      // What can be told before anything runs.
      try model.checkThatItIsThere()
      try checkOutputs()
      defer { neuron_host_stay(nil) }
      let session = try host.host(progress)
      Self.stay(
        "Error: the model ended the session, as quit() does; expected files that leave it running\n"
      )
      try run(in: session, output, progress)
    } catch let error as NoInstallation {
      try report("\(error)", ExitCode.noNEURON, progress)
    } catch let error as HostError {
      try report("\(error)", ExitCode.noNEURON, progress)
    } catch let error as BridgeError {
      if case .noNEURON(let function) = error {
        try report(
          "this NEURON has no C API (\(function) is missing); expected NEURON 9.0 or newer",
          ExitCode.noNEURON, progress)
      }
      try report("\(error)", ExitCode.failure, progress)
    } catch let error as CleanExit {
      throw error
    } catch let error as ExitCode {
      throw error
    } catch {
      try report("\(error)", ExitCode.failure, progress)
    }
    // NEURON's own destructors have nothing to do any more.
    progress.clear()
  }

  /// That each can be written, and takes the place of nothing that is read or written too.
  private func checkOutputs() throws {
    var others = inputs
    for path in outputs where path != "-" {
      try WholeFile.check(path)
      guard !others.contains(where: { WholeFile.isSame($0, path) }) else {
        throw CommandFailure(
          "\(path) is to be written, and is another of the files here; expected a file of its own")
      }
      others.append(path)
    }
  }

  /// Lets a session that others end be an error. The text lives as long as the process.
  static func stay(_ message: String) { neuron_host_stay(strdup(message)) }

  private func report(_ text: String, _ code: ExitCode, _ progress: Progress) throws {
    progress.clear()
    FileHandle.standardError.write(Data("Error: \(text)\n".utf8))
    throw code
  }
}
