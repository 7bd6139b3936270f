import CNEURON
import CellModel

extension LiveCell {
  /// The cell with more than its parameters: values of other variables that hoc may have set, or an earlier run
  /// left, after those of the parameters.
  ///
  /// - Parameter wanted: by mechanism the names of scalar variables, as hoc has them; no POINTERs. What NEURON
  ///   does not know is left out.
  package func model(withValuesOf wanted: [String: [String]]) -> CellModel {
    var model = model
    for index in model.mechanisms.indices {
      let symbols = (wanted[model.mechanisms[index].name] ?? []).compactMap { name in
        neuron.api.symbol(name).map { (name, $0) }
      }
      if symbols.isEmpty { continue }
      model.mechanisms[index].parameters += symbols.map { .init(name: $0.0, defaults: [0]) }
      for (section, reference) in zip(model.sections.indices, sections) {
        let count = model.sections[section].segments.count
        neuron.api.section_push(reference)
        defer { neuron.api.section_pop() }
        for place in model.sections[section].insertions.indices
        where model.sections[section].insertions[place].mechanism == index {
          for segment in 0..<count {
            let center = Section.center(ofSegment: segment, segmentCount: count)
            model.sections[section].insertions[place].values[segment] += symbols.map {
              neuron.api.range_variable($0.1, reference, center)
            }
          }
        }
      }
    }
    for index in model.pointProcessKinds.indices {
      let names = wanted[model.pointProcessKinds[index].name] ?? []
      model.pointProcessKinds[index].parameters += names.map { .init(name: $0, defaults: [0]) }
    }
    for (index, object) in zip(model.pointProcesses.indices, synapses) {
      let kind = model.pointProcessKinds[model.pointProcesses[index].kind].name
      for name in wanted[kind] ?? [] {
        model.pointProcesses[index].values.append(
          neuron.api.property(object, name))
      }
    }
    return model
  }
}
