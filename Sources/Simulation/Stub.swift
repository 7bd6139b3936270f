import Mechanisms
extension Mechanism {
  var superposes: Bool { name == "Exp2Syn" }
}
