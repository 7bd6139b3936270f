import CNEURON

/// Where NEURON keeps what ParallelContext transfers: variables of its partrans.cpp that have no public
/// names.
struct TransferTables {
  private let nodes, identifiers, others, targetHandles, targetProcesses,
    sentHandles: UnsafeMutableRawPointer
  private let sentCount: UnsafeMutablePointer<Int32>

  /// nil where NEURON's library does not tell.
  nonisolated(unsafe) static let ofThisProcess = TransferTables()

  private init?() {
    guard let nodes = neuron_private_variable("_ZL10visources_"),
      let identifiers = neuron_private_variable("_ZL6sgids_"),
      let others = neuron_private_variable("_ZL21non_vsrc_update_info_"),
      let targets = neuron_private_variable("_ZL8targets_"),
      let processes = neuron_private_variable("_ZL15target_pntlist_"),
      let sent = neuron_private_variable("_ZL8poutsrc_"),
      let count = neuron_private_variable("_ZL16outsrc_buf_size_")
    else { return nil }
    self.nodes = nodes
    self.identifiers = identifiers
    self.others = others
    targetHandles = targets
    targetProcesses = processes
    sentHandles = sent
    sentCount = count.assumingMemoryBound(to: Int32.self)
  }

  /// The sources' nodes.
  var sourceNodes: UnsafeMutableBufferPointer<OpaquePointer?> { elements(of: nodes) }

  /// The sources' numbers, in the order of their nodes.
  var sourceIdentifiers: UnsafeMutableBufferPointer<Int32> { elements(of: identifiers) }

  /// The targets' variables.
  var targets: UnsafeMutableBufferPointer<neuron_handle> { elements(of: targetHandles) }

  /// The targets' `Point_process`, where they were named.
  var targetPointProcesses: UnsafeMutableBufferPointer<UnsafeMutableRawPointer?> {
    elements(of: targetProcesses)
  }

  /// The variables that are sent to other processes.
  var sent: UnsafeMutableBufferPointer<neuron_handle> {
    let all = elements(of: sentHandles, as: neuron_handle.self)
    return UnsafeMutableBufferPointer(
      rebasing: all.prefix(max(0, min(all.count, Int(sentCount.pointee)))))
  }

  /// The types of the mechanisms whose variables are sources, by the sources' numbers; none for
  /// potentials.
  ///
  /// A `std::unordered_map` of GNU's C++ library: its third word begins a list of its elements, and each
  /// is the next one's address, the number, and the type first of all.
  func mechanismsOfSources() -> [Int32: Int32] {
    var result: [Int32: Int32] = [:]
    var next = others.load(fromByteOffset: 16, as: UnsafeRawPointer?.self)
    while let element = next, result.count <= sourceNodes.count {
      result[element.load(fromByteOffset: 8, as: Int32.self)] =
        element.load(fromByteOffset: 12, as: Int32.self)
      next = element.load(as: UnsafeRawPointer?.self)
    }
    return result
  }

  /// What a `std::vector` holds.
  private func elements<Element>(
    of vector: UnsafeMutableRawPointer, as type: Element.Type = Element.self
  ) -> UnsafeMutableBufferPointer<Element> {
    let begin = vector.load(as: UnsafeMutableRawPointer?.self)
    let end = vector.load(fromByteOffset: 8, as: UnsafeMutableRawPointer?.self)
    guard let begin, let end, end > begin else {
      return UnsafeMutableBufferPointer(start: nil, count: 0)
    }
    let count = (end - begin) / MemoryLayout<Element>.stride
    return UnsafeMutableBufferPointer(
      start: begin.bindMemory(to: Element.self, capacity: count), count: count)
  }
}
