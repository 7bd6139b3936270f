/// A cell as it is kept in a file: docs/saved.md says what each part means. Units are NEURON's.
package struct KeptCell: Sendable, Equatable {
  package static let format = "neuron-reduce cell"
  /// Of what is written; all earlier ones are read.
  package static let version = 2

  package struct Mechanism: Sendable, Equatable {
    package struct Source: Sendable, Equatable {
      package var file, sha256: String

      package init(file: String, sha256: String) {
        self.file = file
        self.sha256 = sha256
      }
    }

    package var name: String
    package var source: Source?
    /// By hoc's names; arrays have several values.
    package var globals: [(name: String, values: [Double], isArray: Bool)]
    /// What FUNCTION_TABLEs were set to, by their names.
    package var tables: [(name: String, x: [Double], y: [Double])]

    package init(
      name: String, source: Source? = nil,
      globals: [(name: String, values: [Double], isArray: Bool)] = [],
      tables: [(name: String, x: [Double], y: [Double])] = []
    ) {
      self.name = name
      self.source = source
      self.globals = globals
      self.tables = tables
    }

    package static func == (first: Self, second: Self) -> Bool { first.json == second.json }
  }

  package struct Section: Sendable, Equatable {
    package enum Role: String, Sendable { case soma, axon, apical, basal }

    package struct Insertion: Sendable, Equatable {
      package var mechanism: String
      package var parameters: [Named<PerSegment>]
      package var arrays: [Named<[PerSegment]>]
      package var streams: [Named<[Stream]>]

      package init(
        mechanism: String, parameters: [Named<PerSegment>] = [],
        arrays: [Named<[PerSegment]>] = [], streams: [Named<[Stream]>] = []
      ) {
        self.mechanism = mechanism
        self.parameters = parameters
        self.arrays = arrays
        self.streams = streams
      }
    }

    package struct Ion: Sendable, Equatable {
      package var name: String
      package var style: Int?
      package var values: [Named<PerSegment>]

      package init(name: String, style: Int?, values: [Named<PerSegment>]) {
        self.name = name
        self.style = style
        self.values = values
      }
    }

    package var name: String
    package var role: Role
    package var segmentCount: Int
    /// nil where the shape is that of the points.
    package var length: Double?
    package var diameter: PerSegment?
    /// x, y, z and diameter.
    package var points: [[Double]]
    package var arcs: [Double]?
    package var areas: [Double]?
    package var axialResistivity: Double
    package var rallbranch: Double
    package var capacitance: PerSegment
    package var insertions: [Insertion]
    package var ions: [Ion]

    package init(
      name: String, role: Role, segmentCount: Int, length: Double?, diameter: PerSegment?,
      points: [[Double]], arcs: [Double]?, areas: [Double]?, axialResistivity: Double,
      rallbranch: Double, capacitance: PerSegment, insertions: [Insertion], ions: [Ion]
    ) {
      self.name = name
      self.role = role
      self.segmentCount = segmentCount
      self.length = length
      self.diameter = diameter
      self.points = points
      self.arcs = arcs
      self.areas = areas
      self.axialResistivity = axialResistivity
      self.rallbranch = rallbranch
      self.capacitance = capacitance
      self.insertions = insertions
      self.ions = ions
    }
  }

  package struct Attachment: Sendable, Equatable {
    package var section: Int
    package var end: Double
    package var parent: Int
    package var position: Double

    package init(section: Int, end: Double, parent: Int, position: Double) {
      self.section = section
      self.end = end
      self.parent = parent
      self.position = position
    }
  }

  package struct PointProcess: Sendable, Equatable {
    package enum Value: Sendable, Equatable {
      case scalar(Double)
      case array([Double])
    }

    package var mechanism: String
    package var section: Int
    package var position: Double
    package var parameters: [Named<Value>]
    package var streams: [Named<Stream>]

    package init(
      mechanism: String, section: Int, position: Double, parameters: [Named<Value>],
      streams: [Named<Stream>] = []
    ) {
      self.mechanism = mechanism
      self.section = section
      self.position = position
      self.parameters = parameters
      self.streams = streams
    }
  }

  package enum Source: Sendable, Equatable {
    case netStim(interval: Double, number: Double, start: Double, noise: Double, ids: [Int])
    case potential(section: Int, position: Double)
    case process(Int)
    case gid(Int)
    case events([Double])
    case unknown(String)
  }

  package struct Connection: Sendable, Equatable {
    package var process: Int
    package var source: Int?
    package var delay: Double
    package var threshold: Double
    package var weights: [Double]
    package var isActive: Bool

    package init(
      process: Int, source: Int?, delay: Double, threshold: Double, weights: [Double],
      isActive: Bool
    ) {
      self.process = process
      self.source = source
      self.delay = delay
      self.threshold = threshold
      self.weights = weights
      self.isActive = isActive
    }
  }

  package struct Play: Sendable, Equatable {
    package var process: Int?
    package var section: Int?
    package var position: Double?
    package var variable: String
    package var element: Int?
    package var values: [Double]
    package var times: [Double]?
    package var interval: Double?
    package var isContinuous: Bool
    package var jumps: [Int]?

    package init(
      process: Int?, section: Int?, position: Double?, variable: String, element: Int?,
      values: [Double], times: [Double]? = nil, interval: Double? = nil, isContinuous: Bool,
      jumps: [Int]? = nil
    ) {
      self.process = process
      self.section = section
      self.position = position
      self.variable = variable
      self.element = element
      self.values = values
      self.times = times
      self.interval = interval
      self.isContinuous = isContinuous
      self.jumps = jumps
    }
  }

  package struct MappedSegment: Sendable, Equatable {
    package var section: String
    package var position: Double
    package var target: Int
    package var targetPosition: Double

    package init(section: String, position: Double, target: Int, targetPosition: Double) {
      self.section = section
      self.position = position
      self.target = target
      self.targetPosition = targetPosition
    }
  }

  package var name = ""
  package var versions: [Named<String>] = []
  package var method = ""
  package var settings = JSONValue.object([])
  package var notes: [String] = []
  package var temperature = 6.3
  package var initialPotential = -65.0
  package var somaIsList = false
  package var mechanisms: [Mechanism] = []
  package var sections: [Section] = []
  package var attachments: [Attachment] = []
  package var pointProcesses: [PointProcess] = []
  package var sources: [Source] = []
  package var connections: [Connection] = []
  package var plays: [Play] = []
  package var survivors: [Int] = []
  /// By name of the original's sections that are no part of a cable, their indices here.
  package var originalSections: [Named<Int>] = []
  package var originalSynapses: [Int] = []
  package var originalConnections: [Int] = []
  package var segmentMap: [MappedSegment] = []
  /// Where the original's segments were; null where that is not known.
  package var originalSegments = JSONValue.null
  /// What the reduction did; null where it is not known.
  package var record = JSONValue.null

  package init() {}
}

/// Something with a name.
package struct Named<Value: Sendable & Equatable>: Sendable, Equatable {
  package var name: String
  package var value: Value

  package init(_ name: String, _ value: Value) {
    self.name = name
    self.value = value
  }
}

/// One number for all segments, or one for each; nil for one that does not have it.
package enum PerSegment: Sendable, Equatable {
  case all(Double)
  case each([Double?])

  /// One number where all are the same to the last bit.
  package init(_ values: [Double?]) {
    if let first = values.first.flatMap({ $0 }),
      values.allSatisfy({ each in each.map { $0.isSame(as: first) } ?? false })
    {
      self = .all(first)
    } else {
      self = .each(values)
    }
  }

  package func values(count: Int) -> [Double?] {
    switch self {
    case .all(let value): [Double?](repeating: value, count: count)
    case .each(let values): values
    }
  }
}

extension Double {
  fileprivate func isSame(as other: Double) -> Bool {
    bitPattern == other.bitPattern || isNaN && other.isNaN
  }
}

/// Where a stream of random numbers is.
package struct Stream: Sendable, Equatable {
  package var ids: [Int]
  package var sequence: Double

  package init(ids: [Int], sequence: Double) {
    self.ids = ids
    self.sequence = sequence
  }
}
