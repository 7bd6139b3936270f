import CellFile

extension KeptCell {
  /// What it is, in a sentence without its full stop.
  var title: String { "\(name), reduced by \(method.isEmpty ? "neuron_reduce" : method)" }
}
