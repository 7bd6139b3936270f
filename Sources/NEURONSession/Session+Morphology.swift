import NEURONBridge

extension Session {
  /// A cell of a morphology alone, by NEURON's own reader.
  ///
  /// - Parameter file: SWC; the roles of its types 1 to 4 are soma, axon, basal and apical.
  package func cell(ofMorphology file: String) throws(BridgeError) -> SessionCell {
    try load("import3d.hoc")
    try neuron.execute(
      """
      begintemplate NeuronReduceMorphology
      public soma, dend, apic, axon, all, somatic, basal, apical, axonal
      create soma[1], dend[1], apic[1], axon[1]
      objref all, somatic, basal, apical, axonal
      proc init() {
        forall delete_section()
        all = new SectionList()
        somatic = new SectionList()
        basal = new SectionList()
        apical = new SectionList()
        axonal = new SectionList()
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
    try neuron.call(
      neuron.symbol("neuron_reduce_morphology"), .object(instance), .string(HocString(file)))
    let own = neuron.allSections().filter { !before.contains($0) }
    var made = try cell(named: file, own, somatic: [], apical: [], axonal: [])
    made.hasSomaList = true
    return made
  }
}
