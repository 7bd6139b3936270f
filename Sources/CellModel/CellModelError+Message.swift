extension CellModelError: CustomStringConvertible {
  /// One sentence that names what is at fault and what was expected.
  package var description: String {
    switch self {
    case .unconnected(let section, let root):
      "\(section) is attached to nothing, as is \(root); expected one section at the root of the cell, "
        + "and every other one attached to a section before it"
    case .parent(let section, let index, let parent):
      "\(section), section \(index), is attached to section \(parent); expected a section before it"
    case .attachmentPosition(let section, let value):
      "\(section) is attached at \(value) of its parent; expected a position from 0 to 1"
    case .attachedEnd(let section, let value):
      "\(section) is attached by its end \(value); expected 0 or 1"
    case .segmentCount(let section, let count, let limit):
      "\(section) has \(count) segments; expected 1 to \(limit)"
    case .mechanism(let section, let index, let known):
      "\(section) has mechanism \(index) inserted; expected an index below \(known), the number of "
        + "the cell's mechanisms"
    case .repeatedMechanism(let section, let mechanism):
      "\(section) has \(mechanism) inserted twice; expected each mechanism once"
    case .segmentValues(let section, let mechanism, let count, let segments):
      "\(mechanism) of \(section) has values for \(count) segments; expected \(segments)"
    case .parameterValues(let section, let segment, let mechanism, let count, let expected):
      "\(mechanism) has \(count) values in segment \(segment) of \(section); expected \(expected)"
    case .property(let section, let name, let value, let expected):
      "\(name) of \(section) is \(value); expected \(expected)"
    case .turning(let section, let position, let child, let soma):
      "\(soma) is not the root of the cell, and \(child), on the way to it, is attached at \(position) of "
        + "\(section): a section can only be attached by one of its ends; expected \(soma) at the root, as "
        + "after h.disconnect(sec=\(child)); \(section).connect(\(child)(0), 0)"
    case .leakMechanism(let leak, let index, let known):
      "leak \(leak) is of mechanism \(index); expected an index below \(known), the number of the cell's "
        + "mechanisms"
    case .leakValue(let leak, let mechanism, let index, let known):
      "leak \(leak) is value \(index) of \(mechanism); expected an index below \(known), the number of "
        + "its values"
    case .pointProcessKind(let pointProcess, let index, let known):
      "point process \(pointProcess) is of kind \(index); expected an index below \(known), the number "
        + "of the cell's kinds"
    case .pointProcessSection(let pointProcess, let kind, let index, let known):
      "point process \(pointProcess) (\(kind)) is on section \(index); expected an index below "
        + "\(known), the number of the cell's sections"
    case .pointProcessPosition(let pointProcess, let kind, let section, let value):
      "point process \(pointProcess) (\(kind)) is at \(value) of \(section); expected a position from "
        + "0 to 1"
    case .pointProcessValues(let pointProcess, let kind, let count, let expected):
      "point process \(pointProcess) (\(kind)) has \(count) values; expected \(expected)"
    case .connectionTarget(let connection, let index, let known):
      "connection \(connection) targets point process \(index); expected an index below \(known), the "
        + "number of the cell's point processes"
    case .connectionSource(let connection, let index, let known):
      "connection \(connection) has its source on section \(index); expected an index below \(known), the "
        + "number of the cell's sections"
    }
  }
}
