import Mechanisms
extension Mechanism {
  var superposes: Bool { false }
}
