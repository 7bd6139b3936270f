import CellFile
import Foundation
import Testing

@testable import NeuronReduceCommands

/// The command with a real NEURON.
@Suite(.enabled(if: Command.neuron != nil, Command.needsNEURON)) struct HostedTests {
  private static let toy = [
    "toy.hoc", "--template", "Toy", "--synapses", "synapses.csv", "--celsius", "34", "--v-init",
    "-70",
  ]

  private func written(_ arguments: [String], _ name: String) throws -> String {
    let folder = try TemporaryFolder()
    let result = try Command.run(arguments + ["-o", folder.file(name)])
    #expect(result.code == 0, "\(result.errors)")
    return try String(contentsOfFile: folder.file(name), encoding: .utf8)
  }

  /// What differs from one machine to the next: versions, the time that runs take, and the last digits.
  private func steady(_ text: String) -> String {
    text.replacing(/-?[0-9]+\.[0-9]{7,}(e-?[0-9]+)?/) { match in
      String(format: "%.6g", Double(match.0) ?? .nan)
    }
    .replacing(/NEURON [0-9.a-z+-]+/, with: "NEURON 9")
    .replacing(/"(neuron|NEURON|neuron-reduce-swift)": "[^"]*"/) { "\"\($0.1)\": \"…\"" }
    .replacing(/"seconds[_a-z]*": [-+.0-9e]+/, with: "\"seconds\": 0")
  }

  @Test func inspectsATemplate() throws {
    let result = try Command.run(["inspect"] + Self.toy + ["--sections"])
    #expect(result.code == 0)
    Snapshot.expect(steady(result.output), is: "inspect.txt")
    let machine = try Command.run(["inspect"] + Self.toy + ["--json"])
    Snapshot.expect(steady(machine.output), is: "inspect.json")
  }

  @Test func inspectsAMorphology() throws {
    let result = try Command.run(["inspect", "cell.swc", "--biophysics", "biophysics.json"])
    #expect(result.code == 0, "\(result.errors)")
    Snapshot.expect(steady(result.output), is: "inspect-swc.txt")
  }

  @Test(arguments: ["folded", "lumped", "classic"])
  func reduces(method: String) throws {
    let folder = try TemporaryFolder()
    let file = folder.file("cell.json")
    let result = try Command.run(["reduce"] + Self.toy + ["--method", method, "-o", file])
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.errors.contains("Measuring how 120 synapses respond"))
    Snapshot.expect(steady(result.output), is: "reduce-\(method).txt")
    // The report of the file says the same.
    #expect(try Command.run(["report", file], isHosting: false).output == result.output)
    let kept = try KeptCell(text: [UInt8](Data(contentsOf: URL(fileURLWithPath: file))))
    #expect(kept.method == method)
    #expect(kept.originalSynapses.count == 120)
    // A cell that was saved and built is written as it was, but for what it was reduced from.
    let machine = try Command.run(["reduce"] + Self.toy + ["--method", method, "--json", "-q"])
    #expect(machine.errors.isEmpty)
    #expect(try JSONParser.value(of: Array(machine.output.utf8)) == kept.record)
  }

  /// Potentials of the cell that was reduced, of its file, and of the file's hoc template: the same to the last bit.
  @Test func whatIsSavedRunsAsWhatWasReduced() throws {
    let folder = try TemporaryFolder()
    let (file, both, saved) = (
      folder.file("cell.json"), folder.file("both.csv"), folder.file("saved.csv")
    )
    let reduction = Self.toy + ["--segments", "20"]
    #expect(try Command.run(["reduce"] + reduction + ["-o", file]).code == 0)
    let compared = try Command.run(
      ["compare"] + reduction + ["--tstop", "100", "-o", both, "--json"])
    #expect(compared.code == 0, "\(compared.errors)")
    #expect(try Command.run(["run", file, "--tstop", "100", "-o", saved]).code == 0)
    let column = { (path: String, index: Int) in
      try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst().map {
        String($0.split(separator: ",")[index])
      }
    }
    #expect(try column(both, 2) == column(saved, 1))
    let full = try Command.run(["run"] + Self.toy + ["--tstop", "100", "-o", "-"])
    #expect(
      full.output.split(separator: "\n").dropFirst().map { String($0.split(separator: ",")[1]) }
        == (try column(both, 1)))
    for name in ["/dev/stdout", "/dev/fd/1"] {
      let same = try Command.run(["run"] + Self.toy + ["--tstop", "100", "-o", name])
      #expect(same.output == full.output)
    }
    // The same events of the same seed, and others of another.
    let other = try Command.run(["run"] + Self.toy + ["--tstop", "100", "--seed", "1", "-o", "-"])
    #expect(other.output != full.output)
    // The reduction that is made, and the file, compare alike.
    let again = try Command.run(
      ["compare"] + Self.toy + ["--reduced", file, "--tstop", "100", "--json"])
    #expect(steady(again.output) == steady(compared.output))
    Snapshot.expect(steady(compared.output), is: "compare.json")
    try expectOthersAreRefused(file)
    // The template is one for NEURON.
    let template = folder.file("kept.hoc")
    #expect(try Command.run(["export", file, "-o", template], isHosting: false).code == 0)
    let hoc = try Command.run([
      "run", template, "--template", "Kept", "--v-init", "-70", "--celsius", "34", "--tstop", "1",
      "-o", "-",
    ])
    #expect(hoc.code == 0, "\(hoc.errors)")
  }

  /// A cell that was reduced under other events, or of another model, is not compared.
  private func expectOthersAreRefused(_ file: String) throws {
    let synapses = "expected --synapses and --seed as they were when it was reduced"
    let model = ["toy.hoc", "--template", "Toy"]
    let session = ["--celsius", "34", "--v-init", "-70"]
    for (arguments, message) in [
      (Self.toy + ["--seed", "1"], "are others in \(file) than here; \(synapses)"),
      (model + session, "was reduced with 120 synapses, and 0 are listed; \(synapses)"),
      (
        model + ["--synapses", "synapses.csv", "--v-init", "-70"],
        "was reduced at celsius 34, and Toy[0] has 6.3; expected the same: --celsius sets it for both"
      ),
      (
        model + ["--synapses", "synapses.csv", "--celsius", "34"],
        "was reduced at v_init -70, and Toy[0] has -65; expected the same: --v-init sets it for both"
      ),
      (
        ["cell.swc", "--biophysics", "biophysics.json"] + session,
        "expected the same model"
      ),
    ] {
      let result = try Command.run(["compare"] + arguments + ["--reduced", file, "--tstop", "1"])
      #expect(result.code == 1)
      #expect(result.errors.contains(message), "\(result.errors)")
    }
  }

  @Test func spikesAreTold() throws {
    let result = try Command.run([
      "run", "toy.hoc", "--template", "Toy", "--synapses", "synapses.csv", "--tstop", "1000",
      "--json",
    ])
    #expect(result.code == 0, "\(result.errors)")
    Snapshot.expect(steady(result.output), is: "run.json")
  }

  @Test func whatNEURONPrintsIsNoOutput() throws {
    let folder = try TemporaryFolder()
    let file = folder.file("talks.hoc")
    try "print \"from hoc\"\ncreate soma\nsoma insert pas\n".write(
      toFile: file, atomically: true, encoding: .utf8)
    let result = try Command.run(["inspect", file, "--json"])
    #expect(result.errors.contains("from hoc"))
    #expect((try? JSONParser.value(of: Array(result.output.utf8))) != nil)
  }

  @Test(arguments: [
    (
      ["inspect", "nowhere.hoc"], "Error: nowhere.hoc is not there; expected the file of a model\n"
    ),
    (
      ["inspect", "toy.hoc", "--template", "Nope"],
      "Error: --template is Nope, which the files that were loaded do not define; expected one of Toy\n"
    ),
    (
      ["inspect", "toy.hoc"],
      "The templates are Toy: --template names one of which a cell is made\n"
    ),
    (
      ["reduce", "toy.hoc", "--template", "Toy", "-o", "/nowhere/cell.json"],
      "Error: /nowhere/cell.json cannot be written: there is no folder /nowhere\n"
    ),
    (
      ["run", "toy.hoc", "--template", "Toy", "--spikes", "/"],
      "Error: / cannot be written: it is a folder; expected a file\n"
    ),
    (
      ["reduce", "toy.hoc", "--template", "Toy", "-o", "./toy.hoc"],
      "Error: ./toy.hoc is to be written, and is another of the files here; expected a file of its own\n"
    ),
    (
      ["run", "toy.hoc", "--template", "Toy", "-o", "run.csv", "--spikes", "./run.csv"],
      "Error: ./run.csv is to be written, and is another of the files here; expected a file of its own\n"
    ),
    (
      ["compare", "toy.hoc", "--template", "Toy", "--record", "spine(0.5)", "--tstop", "5"],
      "Error: --record is spine(0.5); expected a section of Toy[0]"
    ),
    (
      ["inspect", "cell.swc", "--biophysics", "nowhere.json"],
      "Error: nowhere.json cannot be read; expected a file\n"
    ),
    (
      ["inspect", "toy.hoc", "--template", "Toy", "--mods", "nowhere"],
      "--mods is nowhere, which is no folder"
    ),
    (["inspect", "toy.hoc", "--template", "Toy", "--load", "nowhere.hoc"], "NEURON failed"),
    (
      ["run", "biophysics.json"],
      "Error: biophysics.json: format is null; expected \"neuron-reduce cell\""
    ),
    (
      ["run", "toy.hoc", "--template", "Toy", "--record", "spine(0.5)"],
      "--record is spine(0.5); expected a section of Toy[0]"
    ),
    (
      ["reduce", "toy.hoc", "--template", "Toy", "--sites", "dend(0.5)"],
      "Error: --sites is 'dend(0.5)'; expected a place on one section of Toy[0], such as"
    ),
    (
      ["reduce", "toy.hoc", "--template", "Toy", "--roots", "dend"],
      "Error: --roots is 'dend'; expected a section of Toy[0], such as"
    ),
    (
      ["reduce", "toy.hoc", "--template", "Toy", "--roots", "soma"],
      "Error: roots has Toy[0].soma, which is soma and stays"
    ),
    (
      ["reduce", "toy.hoc", "--template", "Toy", "--roots", "apic[2]", "--keep", "apic[2]"]
        + ["--keep", "apic[3]", "--keep", "Toy[0].apic[4]"],
      "Error: keep has all of the subtree of Toy[0].apic[2], which is one of the roots"
    ),
  ])
  func failuresAreToldWithTheCode1(arguments: [String], message: String) throws {
    let result = try Command.run(arguments)
    #expect(result.code == 1)
    #expect(result.errors.contains(message), "\(result.errors)")
    #expect(result.output.isEmpty)
  }

  @Test(arguments: [
    (
      "dend[9],0.5,ExpSyn,,1",
      "line 2: section is 'dend[9]'; expected the name of a section of Toy[0], such as axon[0]"
    ),
    (
      "dend[0],0.5,Nope,,1",
      "line 2: mechanism is 'Nope'; expected a point process of this session: "
    ),
    ("dend[0],0.5,ExpSyn,rise=1,1", "line 2: 'rise' is no parameter of ExpSyn; expected e, tau"),
  ])
  func faultsOfTablesAreToldWithTheirLine(row: String, message: String) throws {
    let folder = try TemporaryFolder()
    let file = folder.file("table.csv")
    try "section,x,mechanism,parameters,weight\n\(row)\n".write(
      toFile: file, atomically: true, encoding: .utf8)
    let result = try Command.run(["inspect", "toy.hoc", "--template", "Toy", "--synapses", file])
    #expect(result.code == 1)
    #expect(result.errors.contains(message), "\(result.errors)")
  }
}

@Suite struct UnhostedTests {
  @Test func withoutNEURONTheCodeIs69() throws {
    let folder = try TemporaryFolder()
    let result = try Command.run(
      ["inspect", "toy.hoc", "--template", "Toy", "--neuron", folder.path], isHosting: false)
    #expect(result.code == 69)
    #expect(result.errors.contains("is no installation of NEURON"))
  }

  @Test func argumentsWithoutAMeaningHaveTheCode64() throws {
    #expect(try Command.run(["inspect"], isHosting: false).code == 64)
    #expect(try Command.run(["--version"], isHosting: false).code == 0)
  }
}
