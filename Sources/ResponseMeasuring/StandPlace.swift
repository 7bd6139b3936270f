import CNEURON
import NEURONBridge
import SynapseResponse

/// A stand of the session: a compartment whose capacitance is so large that its voltage stays, with a point process
/// on it, two NetCons, and a record of what the point process lets in.
final class StandPlace {
  /// In µF/cm²: no synapse moves a voltage by its last digit.
  private static let capacitance = 1e15
  /// In Ω·cm: no current flows along a stand.
  private static let resistivity = 1e20
  /// In µm.
  private static let length = 10.0
  /// In µm².
  static let area = 100.0

  private let neuron: NEURON
  private let section: SectionReference
  private let instance: ObjectReference
  private let isOwned: Bool
  private let connections: [ObjectReference]
  private let weights: [Double]
  private let record: ObjectReference

  /// - Parameter subject: what is put on the stand: its own instance, where one is given, or one that is made
  ///   like it.
  init(
    _ neuron: NEURON, _ subject: Subject, own: ObjectReference?
  ) throws(BridgeError) {
    self.neuron = neuron
    guard let section = neuron.api.section_new("neuron_reduce_stand") else {
      throw .neuron(doing: "making a section", message: "there is none")
    }
    self.section = section
    neuron.api.section_ref(section)
    neuron.api.section_set_length(section, Self.length)
    neuron.api.segment_set_diameter(section, 0.5, Self.area / (Double.pi * Self.length))
    neuron.api.set_range_variable(try neuron.symbol("cm"), section, 0.5, Self.capacitance)
    neuron.api.section_set_axial_resistivity(section, Self.resistivity)
    weights = subject.weights
    if let own {
      try neuron.place(own, on: section)
      instance = own
    } else {
      let made = try neuron.with(section: section) { () throws(BridgeError) in
        try neuron.newObject(subject.className, .number(0.5))
      }
      for each in subject.values { try neuron.perform("out", of: each, [.object(made)]) }
      instance = made
    }
    isOwned = own == nil
    let maker = try neuron.symbol("neuron_reduce_netcon")
    let target = instance
    connections = try (0..<2).map { _ throws(BridgeError) in
      guard case .object(let made?) = try neuron.call(maker, .object(target)) else {
        throw .neuron(doing: "making a NetCon", message: "there is none")
      }
      return made
    }
    record = try neuron.newObject("Vector")
    try neuron.perform("buffer_size", of: record, [.number(Double(MeasuringClock.sampleCount))])
    try neuron.with(section: section) { () throws(BridgeError) in
      try neuron.perform(
        "record", of: record,
        [
          .range(
            RangeVariable(symbol: neuron.symbol("i_cap"), name: "i_cap"), section, position: 0.5)
        ])
    }
    try neuron.check(doing: "making a stand")
  }

  /// Gives back what it has in the session; an instance of the user's was moved elsewhere before.
  func close() {
    for each in connections + [record] { neuron.api.object_unref(each) }
    if isOwned { neuron.api.object_unref(instance) }
    neuron.delete(section)
    neuron.api.section_unref(section)
  }

  /// What was recorded.
  var recorded: UnsafeBufferPointer<Double> {
    UnsafeBufferPointer(
      start: neuron.api.vector_data(record), count: Int(neuron.api.vector_size(record)))
  }

  /// The same; the record is empty afterwards.
  func take() throws(BridgeError) -> [Double] {
    let values = Array(recorded)
    try neuron.perform("resize", of: record, [.number(0)])
    return values
  }

  /// - Parameter voltage: in mV.
  func set(voltage: Double) throws(BridgeError) {
    let symbol = try neuron.symbol("v")
    for position in [0.0, 0.5, 1] {
      neuron.api.set_range_variable(symbol, section, position, voltage)
    }
  }

  /// What is to be done before a run is initialised.
  ///
  /// - Parameter scales: factors on the weights of the two NetCons.
  func prepare(voltage: Double, scales: [Double]) throws(BridgeError) {
    try set(voltage: voltage)
    let name = HocString("weight")
    for (connection, scale) in zip(connections, scales) {
      for (index, weight) in weights.enumerated() {
        neuron.api.set_property_element(
          connection, name.cString, Int32(index), index == 0 ? scale * weight : weight)
      }
    }
  }

  /// What is to be done when it was initialised.
  ///
  /// - Parameter events: in ms, for as many of the two as have events.
  func queue(_ events: [[Double]]) throws(BridgeError) {
    for (connection, times) in zip(connections, events) {
      for time in times {
        try neuron.perform("event", of: connection, [.number(MeasuringClock.before + time)])
      }
    }
  }
}

extension NEURON {
  /// Puts a point process in the middle of a section.
  func place(_ instance: ObjectReference, on section: SectionReference) throws(BridgeError) {
    try with(section: section) { () throws(BridgeError) in
      try perform("loc", of: instance, [.number(0.5)])
    }
  }

  /// Takes steps until a time in ms, one after another.
  func run(until time: Double) throws(BridgeError) {
    try call(symbol("batch_run"), .number(time), .number(1e9))
  }

  /// - Parameter step: in ms.
  func set(step: Double) throws(BridgeError) {
    guard let data = try api.symbol_data(symbol("dt")) else { return }
    data.pointee = step
  }

  /// Each section keeps its voltage.
  func initialize() throws(BridgeError) { try call(symbol("finitialize")) }
}
