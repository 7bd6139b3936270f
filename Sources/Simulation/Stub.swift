import Mechanisms
extension Mechanism {
  var superposes: Bool { false }
  package init(json: String) throws(MechanismError) { self.init(name: "", kind: .density) }
}
