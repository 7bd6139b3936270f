import CNeuronReduce

/// Why what an export was asked for is none.
enum ExportRequestError: Error, Equatable {
  case unknownFormat(name: String, known: [String])
  case noSavedCell(problem: String)
}

extension ExportRequestError: CustomStringConvertible {
  var status: nr_status {
    switch self {
    case .unknownFormat: NR_ARGUMENT
    case .noSavedCell: NR_SAVED_CELL
    }
  }

  var description: String {
    switch self {
    case .unknownFormat(let name, let known):
      "format is '\(name)'; expected one of \(known.joined(separator: ", "))"
    case .noSavedCell(let problem): "the saved cell: \(problem)"
    }
  }
}
