import Reduction

extension BridgeError: CustomStringConvertible {
  package var description: String { message(naming: .plain) }

  /// One sentence that names what is at fault and what was expected.
  package func message(naming names: ArgumentNames) -> String {
    switch self {
    case .noNEURON(let function):
      "this process has no NEURON with a C API (\(function) is missing); expected NEURON 9.0 or "
        + "newer, imported before the reduction"
    case .neuron(let action, let message):
      "NEURON failed \(action): \(message)"
    case .leak(let name, let expected):
      "leak names '\(name)'; expected \(expected)"
    case .loop(let sections):
      "sections are attached in a circle, each to the one after it and the last to the first: "
        + sections.joined(separator: ", ") + "; expected a tree"
    case .changedMeanwhile(let what):
      "the session was changed while the cell was being reduced: \(what); expected nothing else, such as "
        + "another thread, to change the cell meanwhile"
    case .somaInPieces(let section, let soma):
      "\(section) is a soma section, but not connected to \(soma); expected the soma's sections to "
        + "be in one piece"
    case .rallBranch(let section, let value):
      "rallbranch of \(section) is \(value); expected 1, the only value that can be reduced"
    case .diameter(let section, let value):
      "diam of \(section) is \(value); expected a finite value greater than 0 µm"
    case .listsDiffer(let synapses, let connections):
      "\(names.synapses) has \(synapses) elements and \(names.connections) \(connections); expected as many "
        + "NetCons as synapses, the i-th NetCon targeting the i-th synapse"
    case .notAPointProcess(let index, let found):
      "\(names.synapses)[\(index)] is \(found); expected a point process"
    case .notANetCon(let index, let found):
      "\(names.connections)[\(index)] is \(found); expected a NetCon"
    case .unplacedSynapse(let index, let kind):
      "\(names.synapses)[\(index)] (\(kind)) is on no section, perhaps since its section was deleted; "
        + "expected a point process on the cell"
    case .foreignSynapse(let index, let kind, let section, let cell):
      "\(names.synapses)[\(index)] (\(kind)) is on \(section), which is no part of \(cell); expected a "
        + "point process on the cell that is reduced"
    case .connectionTarget(let index, let found):
      "\(names.connections)[\(index)] targets \(found); expected it to target \(names.synapses)[\(index)]"
    case .pointer(let owner, let target, let expected):
      "the POINTER \(owner) points to \(target), where the reduced cell has nothing for it; expected "
        + "it to point to \(expected), or to be set anew after the reduction"
    case .unreadablePointers(let name):
      "this version of NEURON keeps POINTERs such as \(name) in a way that is not known here; expected "
        + "NEURON 9.0, or a session in which no mechanism with a POINTER is used"
    case .transfer(let identifier, let place):
      "source \(identifier) of ParallelContext's transfers is a variable on \(place) which the reduced "
        + "cell does not have there; expected a potential, or a variable of one of the dendrites' "
        + "density mechanisms"
    case .unreadableTransfers(let functions):
      "this version of NEURON keeps the sources of ParallelContext's transfers in a way that is not "
        + "known here; expected NEURON 9.0, or a session without "
        + functions.joined(separator: " and ")
    case .pointerOfCopy(let owner):
      "the POINTER \(owner) is set, and a copy's would point to nothing; expected in_place=True for this cell, "
        + "where it stays as it is or follows what it points to"
    case .shapeOfCopy(let section, let position):
      "a copy of \(section) has another area or resistance at \(position), as where diameters and 3D points "
        + "contradict each other; expected a section whose shape follows from its 3D points, or in_place=True"
    case .template(let name, let problem):
      "the hoc template '\(name)' cannot hold a reduced cell: \(problem); expected a template whose "
        + "init takes no arguments, with the public sections soma, dend and apic and the public "
        + "SectionLists all, somatic, apical and basal (and axonal, where it has one)"
    case .reduction(let error):
      error.message(naming: names)
    }
  }
}
