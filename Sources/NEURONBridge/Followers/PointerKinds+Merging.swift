import CNEURON
import CellModel

extension PointerKinds {
  /// Keeps point processes apart that ParallelContext has a variable brought to.
  private static func keepTargetsApart(
    _ processes: inout [PointProcess], _ objects: [ObjectReference], _ internals: Internals
  ) {
    guard let targets = TransferTables.ofThisProcess?.targetPointProcesses, !targets.isEmpty else {
      return
    }
    let points = Set(targets.compactMap { $0 })
    for (index, object) in objects.enumerated() {
      guard let point = internals.functions.point_process(object), points.contains(point) else {
        continue
      }
      processes[index].mayMerge = false
    }
  }

  /// Keeps point processes apart that NetCons have their events from.
  private static func keepSourcesApart(
    _ processes: inout [PointProcess], _ objects: [ObjectReference], _ internals: Internals
  ) {
    let neuron = internals.neuron
    // NEURON has one copy of the name for all objects of a class.
    var classes: Set<UnsafePointer<CChar>> = []
    var seen: Set<Int> = []
    for (process, object) in zip(processes, objects) where seen.insert(process.kind).inserted {
      classes.insert(neuron.api.class_name(object))
    }
    var sources: Set<ObjectReference> = []
    for source in internals.spikeSources() {
      guard let object = source.pointee.object, classes.contains(neuron.api.class_name(object)),
        LayoutTest.result(internals).spikeSources
      else { continue }
      sources.insert(object)
    }
    guard !sources.isEmpty else { return }
    for (index, object) in objects.enumerated() where sources.contains(object) {
      processes[index].mayMerge = false
    }
  }

  /// Keeps point processes apart that a Vector or a Random is played into: their parameters are not what they
  /// seem.
  private static func keepPlayedApart(
    _ processes: inout [PointProcess], _ objects: [ObjectReference], kinds: [MechanismKind],
    _ internals: Internals
  ) throws(BridgeError) {
    let plays = internals.records().filter(\.kind.isPlay)
    var played = Set(PointingObjects.addressesOfRandomPlays(internals))
    if !plays.isEmpty, LayoutTest.result(internals).records {
      played.formUnion(plays.compactMap { neuron_handle_address(&$0.record.pointee.variable) })
    }
    guard !played.isEmpty else { return }
    let neuron = internals.neuron
    let catalog = try MechanismCatalog(neuron)
    let variables = try kinds.map { kind throws(BridgeError) in
      try catalog.allVariables(of: kind.name).map { (name: HocString($0.name), size: $0.size) }
    }
    for (index, object) in objects.enumerated() {
      let isPlayed = variables[processes[index].kind].contains { name, size in
        guard let symbol = neuron.api.method_symbol(object, name.text), internals.isNumber(symbol)
        else { return false }
        return (0..<size).contains { element in
          neuron.address(of: .property(object, name, element: element)).map(played.contains)
            ?? false
        }
      }
      if isPlayed { processes[index].mayMerge = false }
    }
  }

  /// Keeps those point processes from being merged whose POINTERs are set, unless all of their class
  /// point to the same: they read different things, whatever their parameters say.
  ///
  /// - Parameters:
  ///   - processes: what was read of `objects`, one for one.
  ///   - kinds: what the processes' kinds are indices of.
  static func keepApart(
    _ processes: inout [PointProcess], _ objects: [ObjectReference], kinds: [MechanismKind],
    in neuron: NEURON
  ) throws(BridgeError) {
    guard !processes.isEmpty, let internals = Internals(neuron) else { return }
    keepSourcesApart(&processes, objects, internals)
    keepTargetsApart(&processes, objects, internals)
    try keepPlayedApart(&processes, objects, kinds: kinds, internals)
    let pointers = try PointerKinds(internals).processes
    for (index, kind) in kinds.enumerated() {
      guard let pointers = pointers[kind.name] else { continue }
      let isReadable = LayoutTest.result(internals).pointers
      let ofKind = processes.indices.filter { processes[$0].kind == index }
      let targets = ofKind.map { process in
        isReadable ? internals.pointers(of: objects[process], pointers).map(\.address) : []
      }
      guard !isReadable || targets.contains(where: { $0 != targets.first }) else { continue }
      for process in ofKind { processes[process].mayMerge = false }
    }
  }
}
