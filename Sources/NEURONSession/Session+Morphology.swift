import NEURONBridge

extension Session {
  /// A cell of a morphology alone, by NEURON's own reader.
  ///
  /// - Parameters:
  ///   - file: SWC; the roles of its types 1 to 4 are soma, axon, basal and apical.
  ///   - types: those of its points. Others than these four are in sections dend_5 and so on, which are basal.
  package func cell(ofMorphology file: String, types: [Int]) throws -> SessionCell {
    try load("import3d.hoc")
    let others = types.filter { !(1...4).contains($0) }
    let sections = others.map { ", dend_\($0)[1]" }.joined()
    // The reader wants a list for each type up to the greatest.
    let all = [0] + (types.max() ?? 0 > 4 ? Array(5...(types.max() ?? 5)) : [])
    let lists = all.map { ", dendritic_\($0)" }.joined()
    let made = all.map { "dendritic_\($0) = new SectionList()\n" }.joined()
    try neuron.execute(
      """
      begintemplate NeuronReduceMorphology
      public soma, dend, apic, axon, all, somatic, basal, apical, axonal
      create soma[1], dend[1], apic[1], axon[1]\(sections)
      objref all, somatic, basal, apical, axonal\(lists)
      proc init() {
        forall delete_section()
        all = new SectionList()
        somatic = new SectionList()
        basal = new SectionList()
        apical = new SectionList()
        axonal = new SectionList()
        \(made)
      }
      endtemplate NeuronReduceMorphology
      """, doing: "defining a template")
    try neuron.execute(
      """
      objref neuron_reduce_reader, neuron_reduce_import
      proc neuron_reduce_morphology() {
        neuron_reduce_reader = new Import3d_SWC_read()
        neuron_reduce_reader.input($s2)
        neuron_reduce_import = new Import3d_GUI(neuron_reduce_reader, 0)
        neuron_reduce_import.instantiate($o1)
      }
      """, doing: "defining a procedure")
    let before = Set(neuron.allSections())
    let instance = try neuron.newObject("NeuronReduceMorphology")
    try hearing("reading \(file)") { () throws(BridgeError) in
      try neuron.call(
        neuron.symbol("neuron_reduce_morphology"), .object(instance), .string(HocString(file)))
    }
    let own = neuron.allSections().filter { !before.contains($0) }
    var read = try cell(named: file, own, somatic: [], apical: [], axonal: [])
    read.hasSomaList = true
    return read
  }
}
