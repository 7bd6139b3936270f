import Mechanisms

extension Mechanism {
  /// Whether BREAKPOINT draws random numbers itself, beside what its SOLVE does.
  var drawsForCurrents: Bool { draws([beforeBreakpoint, currents], [.stream, .generator]) }

  /// Whether what runs draws from NEURON's own generator.
  var usesGenerator: Bool { draws(blocksThatRun, [.generator]) }

  private func draws(_ blocks: [Block], _ roles: [InstanceVariable.Role]) -> Bool {
    blocks.contains { block in
      block.effects(tables).mayAssign.contains { variable in
        guard case .instance(let index) = variable else { return false }
        return roles.contains(variables[index].role)
      }
    }
  }
}
