import ArgumentParser
import Testing

@testable import NeuronReduceCommands

@Suite struct HelpTests {
  @Test func ofTheWhole() {
    Snapshot.expect(NeuronReduceCommand.helpMessage(columns: 100), is: "help.txt")
  }

  @Test(arguments: ["inspect", "reduce", "run", "compare", "export", "report", "view"])
  func ofSubcommands(name: String) throws {
    let command = try #require(
      NeuronReduceCommand.configuration.subcommands.first { $0.configuration.commandName == name })
    Snapshot.expect(
      NeuronReduceCommand.helpMessage(for: command, columns: 100), is: "help-\(name).txt")
  }

  @Test func completionIsThereForEachShell() {
    for shell in CompletionShell.allCases {
      let script = NeuronReduceCommand.completionScript(for: shell)
      #expect(script.contains("inspect") && script.contains("synapses"))
    }
  }
}

@Suite struct ArgumentTests {
  /// What a user is told of arguments without a meaning, with the exit code 64.
  @Test(arguments: [
    (["inspect"], "Missing expected argument '<model>'"),
    (
      ["inspect", "cell.xyz"],
      "'cell.xyz' ends with none of .hoc, .swc and .json, which say what it is"
    ),
    (
      ["inspect", "cell.swc"],
      "An SWC morphology needs --biophysics, which says what its sections have."
    ),
    (
      ["inspect", "cell.hoc", "--argument", "3"],
      "--argument is for a --template, which says what takes it."
    ),
    (["inspect", "cell.json", "--synapses", "a.csv"], "A saved cell has all of its own"),
    (
      ["inspect", "cell.hoc", "--own-synapses", "--synapses", "a.csv"],
      "--own-synapses and --synapses exclude each other."
    ),
    (
      ["reduce", "cell.hoc", "--segments", "20", "--tolerance", "1"],
      "--tolerance and --segments exclude each other."
    ),
    (["reduce", "cell.hoc", "--segments", "0"], "segments is 0.0; expected -1 (automatic)"),
    (["reduce", "cell.hoc", "--rates", "-1"], "--rates is a rate in Hz, 0 or greater"),
    (["reduce", "cell.hoc", "--tolerance", "-1"], "--tolerance is a loss in mV, greater than 0."),
    (
      ["reduce", "cell.hoc", "--tolerance", "1", "--method", "lumped"],
      "--tolerance is for --method folded."
    ),
    (
      ["reduce", "cell.hoc", "--method", "fast"],
      "method is 'fast'; expected one of: classic, lumped, folded"
    ),
    (
      ["reduce", "cell.hoc", "--leak", "hh"],
      "--leak is 'hh'; expected Mechanism,conductance,reversal"
    ),
    (
      ["reduce", "cell.hoc", "--sites", "apic(2)"],
      "The value 'apic(2)' is invalid for '--sites <section(x)>': expected a section with a position on it"
    ),
    (
      ["compare", "cell.hoc", "--sites", "apic(0.5)", "--method", "lumped"],
      "sites are given for method 'lumped', which keeps none"
    ),
    (["reduce", "cell.hoc", "--frequency", "nan"], "frequency is nan"),
    (["run", "cell.hoc", "--dt", "0"], "--dt is a time step in ms, greater than 0."),
    (["run", "cell.hoc", "--tstop", "inf"], "--tstop is a time in ms"),
    (
      ["run", "cell.hoc", "--record", "apic"],
      "The value 'apic' is invalid for '--record <section(x)>': expected a section with a position on it"
    ),
    (["run", "cell.hoc", "--json", "-o", "-"], "write to the standard output: one of them can."),
    (["run", "cell.hoc", "--celsius", "nan"], "--celsius is a temperature in °C"),
    (["run", "cell.hoc", "--v-init", "inf"], "--v-init is a potential in mV."),
    (["run", "cell.hoc", "--threshold", "nan"], "--threshold is a potential in mV."),
    (
      ["run", "cell.json", "--soma", "body"], "--soma, --apical and --axon are for a hoc file."
    ),
    (
      ["reduce", "cell.hoc", "--json", "-o", "-"], "write to the standard output: one of them can."
    ),
    (
      ["compare", "cell.hoc", "--reduced", "cell.json", "--keep", "dend[0]"],
      "--keep is for a reduction that is made: --reduced names one that was."
    ),
    (["compare", "cell.json"], "A saved cell is no full model"),
    (
      ["compare", "cell.hoc", "--tstart", "1000"],
      "--tstart is a time in ms, from 0 to before --tstop."
    ),
    (
      ["export", "cell.json", "-o", "cell.xml"],
      "--output is 'cell.xml'; expected a name that ends with .hoc, .json, .nml, .py or .swc, or a "
        + "--format."
    ),
    (
      ["export", "cell.json", "-o", "./cell.json"],
      "--output is './cell.json', the saved cell; expected another file."
    ),
    (
      ["export", "cell.json", "-o", "cell", "--format", "SWC"],
      "The value 'SWC' is invalid for '--format <format>'"
    ),
    (
      ["export", "cell.json", "-o", "-", "--format", "hoc"],
      "--output is '-'; expected the name of a file or folder."
    ),
    (["view", "cell.json", "-o", ""], "--output is ''; expected the name of a file."),
    (["view", "cell.json", "-o", "-"], "--output is '-'; expected the name of a file."),
    (
      ["view", "cell.json", "-o", "./cell.json"],
      "--output is './cell.json', the saved cell; expected another file."
    ),
  ])
  func withoutAMeaning(arguments: [String], message: String) {
    do {
      _ = try NeuronReduceCommand.parseAsRoot(arguments)
      Issue.record("they were taken")
    } catch {
      #expect(NeuronReduceCommand.message(for: error).contains(message))
      #expect(NeuronReduceCommand.exitCode(for: error).rawValue == 64)
    }
  }

  @Test func negativeNumbersAreValues() throws {
    let command = try NeuronReduceCommand.parseAsRoot([
      "reduce", "cell.hoc", "--v-init", "-70", "--segments", "-1", "--template", "Cell",
      "--argument", "-3",
    ])
    let reduce = try #require(command as? ReduceCommand)
    #expect(reduce.model.vInit == -70)
    #expect(reduce.options.segments == -1)
    #expect(reduce.model.arguments == ["-3"])
  }

  @Test func sitesArePlacesOrWholeSections() throws {
    #expect(try NamedSite("apic[3](0.25)").position == 0.25)
    #expect(try NamedSite("apic[3]").section == "apic[3]")
    #expect(try NamedSite("apic[3]").position == nil)
    for text in ["", "(0.5)", "apic(2)", "apic()", "apic(0.5"] {
      #expect(throws: ValidationError.self) { try NamedSite(text) }
    }
  }

  @Test func placesAreSectionsWithAPosition() {
    #expect(NamedPlace(argument: "apic[3](0.25)")?.text == "apic[3](0.25)")
    for text in ["apic[3]", "(0.5)", "apic(2)", "apic()", "apic(0.5", "apic(nan)"] {
      #expect(NamedPlace(argument: text) == nil)
    }
  }
}
