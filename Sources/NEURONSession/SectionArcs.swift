import CNEURON
import NEURONBridge

extension NEURON {
  /// Sets how far along a section its 3D points are.
  ///
  /// NEURON keeps that with each point, scaled where L was set after the points were, and computes areas from it. There
  /// is no call that sets it: it is written to where NEURON has it (a Section's points are 72 bytes from its beginning
  /// in NEURON 9, each 24 bytes of which the last 8 are this), if what is there is what it should be. Lengths and areas
  /// are computed anew when Ra is set next.
  ///
  /// - Parameter arcs: in µm, one for each point.
  /// - Returns: false where this NEURON keeps it elsewhere; nothing is changed then.
  func setArcs(_ arcs: [Double], of section: SectionReference) throws(BridgeError) -> Bool {
    guard case .string(let version) = try call(symbol("nrnversion"), .number(0)),
      version.hasPrefix("9.")
    else { return false }
    let points = try points(of: section)
    let content = UnsafeRawPointer(section)
    guard points.count == arcs.count,
      Int(content.load(fromByteOffset: 64, as: Int16.self)) == points.count,
      let place = content.load(fromByteOffset: 72, as: UnsafeMutableRawPointer?.self)
    else { return false }
    for (index, point) in points.enumerated() {
      let found = (0..<4).map {
        Double(place.loadUnaligned(fromByteOffset: 24 * index + 4 * $0, as: Float.self))
      }
      guard found == point.coordinates,
        place.loadUnaligned(fromByteOffset: 24 * index + 16, as: Double.self) == point.arc
      else { return false }
    }
    for (index, arc) in arcs.enumerated() {
      place.storeBytes(of: arc, toByteOffset: 24 * index + 16, as: Double.self)
    }
    return true
  }
}
