import CNEURON
import NEURONBridge

extension NEURON {
  /// Sets how far along a section its 3D points are.
  ///
  /// NEURON keeps that with each point, scaled where L was set after the points were, and computes areas from it. There
  /// is no call that sets it: it is written to where NEURON 9 has it, if what is there is what it should be. Lengths and
  /// areas are computed anew when Ra is set next.
  ///
  /// - Parameter arcs: in µm, one for each point.
  /// - Returns: false where this NEURON keeps it elsewhere; nothing is changed then.
  func setArcs(_ arcs: [Double], of section: SectionReference) throws(BridgeError) -> Bool {
    guard case .string(let version) = try call(symbol("nrnversion"), .number(0)),
      version.hasPrefix("9.")
    else { return false }
    let points = try points(of: section)
    var count: Int32 = 0
    guard let places = neuron_section_points(section, &count),
      points.count == arcs.count, Int(count) == points.count,
      zip(0..., points).allSatisfy({ places[$0].isAt($1) })
    else { return false }
    for (index, arc) in arcs.enumerated() {
      places[index].arc = arc
    }
    return true
  }
}

extension neuron_point {
  fileprivate func isAt(_ point: NEURON.Point) -> Bool {
    [x, y, z, diameter].map(Double.init) == point.coordinates && arc == point.arc
  }
}
