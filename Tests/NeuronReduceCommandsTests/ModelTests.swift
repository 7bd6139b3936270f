import Foundation
import Testing

@testable import NeuronReduceCommands

/// Models as they are published: with other names, with errors, with a will of their own.
@Suite(.enabled(if: Command.neuron != nil, Command.needsNEURON)) struct ModelTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ text: String, _ name: String) throws -> String {
    try text.write(toFile: folder.file(name), atomically: true, encoding: .utf8)
    return folder.file(name)
  }

  private static let cell = """
    create body, trunk, tuft[2], hillock
    connect trunk(0), body(1)
    connect tuft[0](0), trunk(1)
    connect tuft[1](0), trunk(1)
    connect hillock(0), body(0)
    forall { insert pas L = 100 diam = 2 }
    body { L = 20 diam = 20 }

    """

  /// What a model's file says and does, and what is then said of it.
  @Test(arguments: [
    ("create soma\nquit()\n", "the model ended the session, as quit() does"),
    ("create soma\nsoma { L = \n", "loading MODEL: syntax error, in MODEL near line 2"),
    (
      "create soma\nsoma { insert nosuch }\n",
      "loading MODEL: nosuch is not a MECHANISM, in MODEL near line 2"
    ),
    ("create soma\nx = y\n", "loading MODEL: undefined variable y, in MODEL near line 2"),
    ("xopen(\"nowhere.hoc\")\n", "Can't open  nowhere.hoc, in MODEL near line 1"),
    ("", "the cell has no sections"),
    ("create a, b\n", "--soma with the name of what is the soma: one of a, b"),
    (
      "begintemplate Cell\npublic soma\ncreate soma\nendtemplate Cell\n",
      "The templates are Cell: --template names one"
    ),
    (
      "begintemplate Cell\npublic soma\ncreate soma\nendtemplate Cell\nobjref a, b\na = new Cell()\nb = new Cell()\n",
      "2 objects have a soma; expected --template, which makes one cell, or --soma with the name of one soma, such as "
        + "Cell[0].soma"
    ),
  ])
  func errorsNameTheirCause(text: String, message: String) throws {
    let file = try write(text, "model.hoc")
    let result = try Command.run(["inspect", file])
    #expect(result.code == 1)
    #expect(
      result.errors.contains(
        message.replacingOccurrences(of: "loading MODEL", with: "loading \(file)")
          .replacingOccurrences(of: "MODEL", with: "model.hoc")),
      "\(result.errors)")
    #expect(result.output.isEmpty)
  }

  @Test func anErrorOfATemplateNamesItsCause() throws {
    let file = try write(
      "begintemplate Cell\npublic soma\ncreate soma\nproc init() { x = y }\nendtemplate Cell\n",
      "model.hoc")
    let result = try Command.run(["inspect", file, "--template", "Cell"])
    #expect(result.errors.contains("making Cell(): undefined variable y"), "\(result.errors)")
    let other = try Command.run(["inspect", file, "--template", "cell"])
    #expect(other.errors.contains("--template is cell, which the files"), "\(other.errors)")
    #expect(other.errors.contains("expected one of Cell"))
  }

  /// hoc goes on without it, so this says it.
  @Test func aFileThatIsMissingIsTold() throws {
    let file = try write("load_file(\"nowhere.hoc\")\n" + Self.cell, "model.hoc")
    let result = try Command.run(["inspect", file, "--soma", "body", "-q"])
    #expect(result.code == 0)
    #expect(
      result.errors.contains("Warning: \(file) loads nowhere.hoc, which is not there"),
      "\(result.errors)")
  }

  @Test func sectionsHaveTheRolesThatTheirNamesAreGiven() throws {
    let file = try write(Self.cell, "model.hoc")
    let result = try Command.run([
      "inspect", file, "--soma", "body", "--apical", "trunk", "--apical", "tuft", "--axon",
      "hillock",
    ])
    #expect(result.code == 0, "\(result.errors)")
    for line in [#/soma +1 /#, #/axon +1 /#, #/apical +3 /#] {
      #expect(result.output.contains(line), "\(result.output)")
    }
    let reduced = folder.file("cell.json")
    let done = try Command.run(["reduce", file, "--soma", "body", "-o", reduced])
    #expect(done.code == 0, "\(done.errors)")
    #expect(try Command.run(["run", reduced, "--tstop", "1"]).code == 0)
    let wrong = try Command.run(["inspect", file, "--soma", "boddy"])
    #expect(
      wrong.errors.contains(
        "has no section boddy; expected one of body, trunk, tuft, hillock"), "\(wrong.errors)")
  }

  @Test func oneOfSeveralObjectsIsTakenByItsSoma() throws {
    let file = try write(
      "begintemplate Cell\npublic soma\ncreate soma, dend\nproc init() { connect dend(0), soma(1) }\n"
        + "endtemplate Cell\nobjref a, b\na = new Cell()\nb = new Cell()\nb.soma.L = 77\n",
      "model.hoc")
    let result = try Command.run(["inspect", file, "--soma", "Cell[1].soma", "--json"])
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.output.contains("\"L\": 77.0") && !result.output.contains("Cell[0]"))
  }

  /// NetCons onto artificial cells, which are nowhere, are not the cell's.
  @Test func ownSynapsesAreThoseOnTheCell() throws {
    let file = try write(
      Self.cell + """
        objref cells, synapse, a, b, stim
        stim = new NetStim()
        cells = new IntFire1()
        trunk synapse = new ExpSyn(0.5)
        a = new NetCon(stim, cells)
        b = new NetCon(stim, synapse)

        """, "model.hoc")
    let result = try Command.run(["inspect", file, "--soma", "body", "--own-synapses"])
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.output.contains(#/ExpSyn +1 /#), "\(result.output)")
  }

  /// Where the model goes to is no folder of the user's.
  @Test func filesAreOfTheFolderThatTheCommandWasStartedIn() throws {
    let file = try write("chdir(\"/\")\n" + Self.cell, "model.hoc")
    let table = "relative-\(UUID().uuidString).csv"
    let path = Command.models.appendingPathComponent(table).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let result = try Command.run(["run", file, "--soma", "body", "--tstop", "1", "-o", table])
    #expect(result.code == 0, "\(result.errors)")
    #expect(FileManager.default.fileExists(atPath: path))
  }

  /// Types that NEURON's reader has no names for.
  @Test func pointsOfOtherTypesAreRead() throws {
    let file = try write(
      "1 1 0 0 0 8 -1\n2 5 0 10 0 1 1\n3 5 0 50 0 1 2\n4 0 9 0 0 1 1\n5 0 40 0 0 1 4\n6 7 40 9 0 1 5\n7 7 40 80 0 1 6\n",
      "cell.swc")
    let result = try Command.run([
      "inspect", file, "--biophysics", "biophysics.json", "--sections", "-q",
    ])
    #expect(result.code == 0, "\(result.errors)")
    for name in ["dend_5[0]", "dend_0[0]", "dend_7[0]"] { #expect(result.output.contains(name)) }
  }

  @Test(arguments: [
    ("dend[0],0.5,IClamp,,1", "line 2: mechanism is 'IClamp', which receives no events"),
    ("dend[0],0.5,ExpSyn,tau=1 tau=2,1", "line 2: parameters is 'tau=1 tau=2'; expected tau once"),
    ("dend[0],0.5,ExpSyn,,1,1e300", "line 2: Arg out of range"),
  ])
  func faultsOfSynapsesAreToldWithTheirLine(row: String, message: String) throws {
    let file = try write(
      "section,x,mechanism,parameters,weight,delay\n\(row)\n", "table.csv")
    let result = try Command.run(["inspect", "toy.hoc", "--template", "Toy", "--synapses", file])
    #expect(result.code == 1)
    #expect(result.errors.contains(message), "\(result.errors)")
  }

  /// Mechanisms are compiled by what is found on the machine.
  @Test func modFilesThatDoNotFitAreNamed() throws {
    let source = "NEURON { SUFFIX same RANGE g }\nPARAMETER { g = 1 }\n"
    _ = try write(source, "a.mod")
    _ = try write(source, "b.mod")
    let model = ["inspect", "toy.hoc", "--template", "Toy", "--mods", folder.path]
    let twice = try Command.run(model)
    #expect(twice.code == 1)
    #expect(
      twice.errors.contains("a.mod and b.mod in \(folder.path) both are a mechanism same"),
      "\(twice.errors)")
    _ = try write("NEURON { SUFFIX other RANGE g \nPARAMETER { g = }\n", "b.mod")
    let wrong = try Command.run(model)
    #expect(wrong.code == 1)
    #expect(wrong.errors.contains("nrnivmodl does not compile b.mod"), "\(wrong.errors)")
    let parent = try TemporaryFolder()
    try FileManager.default.createDirectory(
      atPath: parent.file("mod"), withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: folder.file("a.mod"), toPath: parent.file("mod/a.mod"))
    let none = try Command.run(model.dropLast() + [parent.path])
    #expect(none.errors.contains("such as \(parent.path)/mod"), "\(none.errors)")
  }

  /// Such as those of another NEURON, without which a model would be another.
  @Test func mechanismsOfTheFolderThatCannotBeLoadedAreTold() throws {
    #if arch(x86_64)
      let library = "x86_64/libnrnmech.so"
    #else
      let library = "aarch64/libnrnmech.so"
    #endif
    let file = try write(Self.cell, "model.hoc")
    try FileManager.default.createDirectory(
      atPath: (folder.file(library) as NSString).deletingLastPathComponent,
      withIntermediateDirectories: true)
    _ = try write("no library", library)
    let result = try Command.run(["inspect", file, "--soma", "body"], in: folder.path)
    #expect(result.code == 1)
    #expect(
      result.errors.contains("\(library), the mechanisms of this folder, cannot be loaded"),
      "\(result.errors)")
  }

  @Test func aMechanismOfNEURONsNameEndsTheStartWithAnError() throws {
    _ = try write(
      "NEURON { SUFFIX pas RANGE g }\nPARAMETER { g = 1 }\n", "a.mod")
    let result = try Command.run([
      "inspect", "toy.hoc", "--template", "Toy", "--mods", folder.path,
    ])
    #expect(result.code == 1)
    #expect(
      result.errors.contains("NEURON ended while it started with the mechanisms of \(folder.path)"),
      "\(result.errors)")
  }
}

/// What an interruption leaves.
@Suite(.enabled(if: Command.neuron != nil, Command.needsNEURON)) struct InterruptionTests {
  @Test func ofAComparisonEndsItsCopies() throws {
    let process = Process()
    process.executableURL = Command.program
    process.currentDirectoryURL = Command.models
    process.arguments = [
      "compare", "toy.hoc", "--template", "Toy", "--synapses", "synapses.csv", "--tstop", "1e6",
    ]
    var environment = ProcessInfo.processInfo.environment
    environment["NRNHOME"] = Command.neuron
    process.environment = environment
    let errors = Pipe()
    (process.standardOutput, process.standardError) = (FileHandle.nullDevice, errors)
    try process.run()
    #expect(hasCopy(of: process.processIdentifier))
    kill(process.processIdentifier, SIGINT)
    let isEnding = ContinuousClock.now
    while process.isRunning, ContinuousClock.now - isEnding < .seconds(20) {
      Thread.sleep(forTimeInterval: 0.05)
    }
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGINT)
    // The copies had the pipe too: it ends when they have.
    let start = ContinuousClock.now
    _ = errors.fileHandleForReading.readDataToEndOfFile()
    #expect(ContinuousClock.now - start < .seconds(10))
  }

  /// Waits for a process that another one has begun.
  private func hasCopy(of process: Int32) -> Bool {
    let start = ContinuousClock.now
    while ContinuousClock.now - start < .seconds(60) {
      let list = try? String(
        contentsOfFile: "/proc/\(process)/task/\(process)/children", encoding: .utf8)
      if list?.isEmpty == false { return true }
      Thread.sleep(forTimeInterval: 0.02)
    }
    return false
  }
}
