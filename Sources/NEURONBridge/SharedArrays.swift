/// Equal arrays kept once: thousands of synapses have the same few sets of values, and an allocation
/// for each would cost more than reading them.
struct SharedArrays {
  private var recent: [[Double]] = []
  private var scratch: [Double] = []

  /// The array that `fill` appends, shared with an equal one that was met lately.
  mutating func shared(_ fill: (inout [Double]) -> Void) -> [Double] {
    scratch.removeAll(keepingCapacity: true)
    fill(&scratch)
    for known in recent where known == scratch { return known }
    if recent.count == 8 { recent.removeFirst() }
    let new = scratch
    recent.append(new)
    scratch = []
    return new
  }
}
