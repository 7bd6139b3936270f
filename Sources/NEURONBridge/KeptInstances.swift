import CNEURON

/// Template instances of reduced cells, which own the cables: each is kept as long as the soma that its
/// cables are attached to, whatever a script keeps of the result.
///
/// NEURON tells nobody when a section goes, so that instances whose soma is gone are looked for: before each
/// reading of a cell, and whenever the caller asks.
package enum KeptInstances {
  private struct Kept {
    let instance: ObjectReference
    let soma, cables: [SectionReference]
  }

  /// Only NEURON's thread comes here.
  nonisolated(unsafe) private static var kept: [Kept] = []

  /// Keeps an instance until all of its soma, or all of its cables, are gone.
  static func keep(
    _ instance: ObjectReference, with soma: [SectionReference], _ cables: [SectionReference],
    in neuron: NEURON
  ) {
    neuron.api.object_ref(instance)
    for section in soma + cables { neuron.api.section_ref(section) }
    kept.append(Kept(instance: instance, soma: soma, cables: cables))
  }

  /// Whether there are instances that have nothing left to be kept for.
  package static func hasOrphans(in neuron: NEURON) -> Bool {
    kept.contains { isOrphan($0, in: neuron) }
  }

  /// Gives up the instances that have nothing left to be kept for. This deletes sections: not to be
  /// called while NEURON runs.
  package static func releaseOrphans(in neuron: NEURON) {
    let orphans = kept.filter { isOrphan($0, in: neuron) }
    guard !orphans.isEmpty else { return }
    // Giving one up deletes sections, which may lead here again.
    kept.removeAll { isOrphan($0, in: neuron) }
    for orphan in orphans {
      PublishedName.forget(orphan.instance, in: neuron)
      neuron.api.object_unref(orphan.instance)
      for section in orphan.soma + orphan.cables { neuron.api.section_unref(section) }
    }
  }

  private static func isOrphan(_ kept: Kept, in neuron: NEURON) -> Bool {
    !kept.soma.contains(where: { neuron.api.section_is_active($0) })
      || !kept.cables.contains(where: { neuron.api.section_is_active($0) })
  }
}
