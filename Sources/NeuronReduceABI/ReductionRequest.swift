import CNeuronReduce
import NEURONBridge
import Reduction
import SynapseResponse

/// What a caller asked for, checked and in Swift's terms.
struct ReductionRequest {
  private let references: LiveCellReferences
  private let settings: ReductionSettings
  private let template: ReducedTemplate
  private let resultList: OpaquePointer
  /// Whether the result tells in detail what was done.
  let withRecord: Bool

  /// - Throws: `BridgeError` for numbers without a meaning and for objects that are missing.
  init(_ request: nr_request) throws(BridgeError) {
    let synapses = try Self.objects(request.synapses, request.synapse_count) {
      .notAPointProcess(index: $0, found: "no object")
    }
    let connections = try Self.objects(request.connections, request.connection_count) {
      .notANetCon(index: $0, found: "no object")
    }
    references = LiveCellReferences(
      name: String(cString: request.cell_name), soma: OpaquePointer(request.soma_sections),
      apical: OpaquePointer(request.apical_sections),
      axonal: OpaquePointer(request.axonal_sections), synapses: synapses, connections: connections)
    do {
      settings = try ReductionSettings(
        method: Method(name: String(cString: request.method)), frequency: request.frequency,
        segmentCount: SegmentCount(manualTotal: request.total_segments),
        comparedParameters: Self.comparedParameters(request), drive: Self.drive(request))
    } catch {
      throw .reduction(error)
    }
    template = ReducedTemplate(
      name: String(cString: request.template_name),
      isBuiltIn: request.template_is_built_in != 0)
    resultList = OpaquePointer(request.result_list)
    withRecord = request.with_record != 0
  }

  /// Reads what the request names, and changes nothing.
  func check() throws(BridgeError) { try LiveReduction.check(references) }

  func perform() throws(BridgeError) -> LiveReduction {
    try LiveReduction.perform(
      on: references, settings: settings, template: template, appendingTo: resultList)
  }

  private static func objects(
    _ pointers: UnsafePointer<UnsafeMutableRawPointer?>?, _ count: Int,
    missing: (Int) -> BridgeError
  ) throws(BridgeError) -> [OpaquePointer] {
    var objects: [OpaquePointer] = []
    objects.reserveCapacity(count)
    for index in 0..<count {
      guard let pointer = pointers?[index] else { throw missing(index) }
      objects.append(OpaquePointer(pointer))
    }
    return objects
  }

  private static func comparedParameters(_ request: nr_request) -> [String: [String]] {
    guard let pairs = request.compared_parameters else { return [:] }
    var result: [String: [String]] = [:]
    for pair in 0..<request.compared_parameter_pairs {
      guard let kind = pairs[2 * pair] else { continue }
      let name = pairs[2 * pair + 1].map { [String(cString: $0)] } ?? []
      result[String(cString: kind), default: []] += name
    }
    return result
  }

  private static func drive(_ request: nr_request) -> SynapticDrive {
    let responses = UnsafeBufferPointer(
      start: request.responses, count: request.responses == nil ? 0 : request.response_count)
    let indices = UnsafeBufferPointer(
      start: request.response_indices,
      count: request.response_indices == nil ? 0 : request.synapse_count)
    let rates = UnsafeBufferPointer(
      start: request.rates, count: request.rates == nil ? 0 : request.connection_count)
    return SynapticDrive(
      responses: responses.map(SynapticResponse.init),
      responseIndices: indices.map { responses.indices.contains(Int($0)) ? Int($0) : nil },
      rates: rates.map { $0.isFinite && $0 >= 0 ? $0 : nil })
  }
}

extension SynapticResponse {
  fileprivate init(_ response: nr_response) {
    let count = response.times == nil || response.conductances == nil ? 0 : response.count
    self.init(
      nature: Nature(rawValue: Int32(bitPattern: response.nature.rawValue)) ?? .none,
      times: UnsafeBufferPointer(start: response.times, count: count).map { $0 },
      conductances: UnsafeBufferPointer(start: response.conductances, count: count).map { $0 },
      superposes: response.superposes < 0 ? nil : response.superposes != 0)
  }
}
