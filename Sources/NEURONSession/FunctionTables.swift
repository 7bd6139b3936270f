import CNEURON
import CNEURONHost
import CellFile
import NEURONBridge

/// A FUNCTION_TABLE of a mechanism in the session.
struct FunctionTable {
  let mechanism, name: String
  /// A point process of the mechanism; nil for a density mechanism.
  let owner: ObjectReference?
  let neuron: NEURON

  /// What it gives; nil where it was not set.
  func value(at argument: Double) -> Double? {
    // NEURON writes that it was not set, before it says so.
    let kept = neuron_host_mute()
    defer { neuron_host_unmute(kept) }
    let outcome =
      if let owner {
        try? neuron.call(neuron.method(name, of: owner), of: owner, .number(argument))
      } else {
        try? neuron.call(neuron.symbol("\(name)_\(mechanism)"), .number(argument))
      }
    guard case .number(let value) = outcome else { return nil }
    return value
  }

  var isSet: Bool { value(at: 0) != nil }

  /// Sets it. NEURON looks into the Vectors whenever it asks the table, and keeps none: they live as long as the
  /// session.
  func set(x: [Double], y: [Double]) throws(BridgeError) {
    let setter = "table_\(name)"
    let vectors = try [y, x].map { values throws(BridgeError) in try neuron.vector(of: values) }
    let arguments = vectors.map { HocArgument.object($0) }
    if let owner {
      try neuron.call(neuron.method(setter, of: owner), of: owner, arguments)
    } else {
      try neuron.call(neuron.symbol("\(setter)_\(mechanism)"), arguments)
    }
  }
}

extension NEURON {
  /// A new Vector.
  func vector(of values: [Double]) throws(BridgeError) -> ObjectReference {
    let vector = try newObject("Vector", .number(Double(values.count)))
    if let data = api.vector_data(vector) {
      for (index, value) in values.enumerated() { data[index] = value }
    }
    return vector
  }

  /// The numbers of all Vectors that are objects of the session.
  func allVectors() throws(BridgeError) -> [(object: ObjectReference, values: [Double])] {
    var found: [(object: ObjectReference, values: [Double])] = []
    try forEachObject(ofClass: "Vector") { object in
      let values = UnsafeBufferPointer(
        start: api.vector_data(object), count: Int(api.vector_size(object)))
      found.append((object, Array(values)))
    }
    return found
  }
}

/// What hoc has set FUNCTION_TABLEs to.
///
/// NEURON does not tell, but computes what they give, and takes it from Vectors of the session as these are then: a
/// table is known where two of them give the same, at all arguments to the last bit, between them and beyond.
struct DescribedTables {
  private let vectors: [[Double]]

  init(_ neuron: NEURON) throws(BridgeError) { vectors = try neuron.allVectors().map(\.values) }

  /// Where between two arguments a table is looked at.
  private static let parts = [0.25, 0.5, 0.8125]

  /// Arguments, ascending, and values; nil where no Vectors have them.
  func contents(of table: FunctionTable) -> (x: [Double], y: [Double])? {
    guard let first = table.value(at: -.infinity), let last = table.value(at: .infinity) else {
      return nil
    }
    for y in vectors where y.count > 1 && y[0] == first && y[y.count - 1] == last {
      for x in vectors where x.count == y.count && Self.areArguments(x) {
        if gives(table, x, y) { return (x, y) }
      }
    }
    return nil
  }

  private static func areArguments(_ x: [Double]) -> Bool {
    x.allSatisfy(\.isFinite) && zip(x, x.dropFirst()).allSatisfy { $0 < $1 }
  }

  /// Whether a table gives what rounding may make of these, at the arguments and between them as NEURON interpolates.
  private func gives(_ table: FunctionTable, _ x: [Double], _ y: [Double]) -> Bool {
    let isGiven = { (argument: Double, value: Double, tolerance: Double) in
      table.value(at: argument).map { abs($0 - value) <= tolerance } ?? false
    }
    guard zip(x, y).allSatisfy({ isGiven($0, $1, 0) }) else { return false }
    return Self.parts.allSatisfy { part in
      (1..<x.count).allSatisfy { index in
        let (low, high, first, second) = (x[index - 1], x[index], y[index - 1], y[index])
        let argument = low + part * (high - low)
        let own = (argument - low) / (high - low)
        return isGiven(
          argument, own > 0 ? (1 - own) * first + own * second : first,
          4e-16 * max(first.magnitude, second.magnitude))
      }
    }
  }
}
