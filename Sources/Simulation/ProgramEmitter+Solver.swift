/// The equations of a time step are solved for the change of the potentials, as NEURON does: where compartments
/// are coupled much more strongly than charged, the potentials themselves would be rounded at 1e-6 mV and more.
extension ProgramEmitter {
  /// Up to how many links the equations are solved without loops: what is set and read again stays in registers,
  /// which makes small cells' solver several times faster; large ones are limited by memory.
  private static let mostUnrolled = 128

  /// Whether the solver's code is this cell's own.
  var isUnrolled: Bool { layout.links.count <= Self.mostUnrolled }

  func solver() -> [String] {
    isUnrolled ? unrolledSolver() : solverWithLoops()
  }

  private func solverWithLoops() -> [String] {
    let count = layout.links.count
    return """
      static void nr_cell_solve(double *M, const int32_t *X) {
        double *restrict right = M + NR_AT(\(right)), *restrict diagonal = M + NR_AT(\(diagonal));
        double *restrict v = M + NR_AT(\(voltage));
        const double *restrict toParent = M + NR_AT(\(toParent)), *restrict toChild = M + NR_AT(\(toChild));
        const int32_t *restrict child = X + \(children), *restrict parent = X + \(parents);
        for (int k = \(count) - 1; k >= 0; k--) {
          const int64_t here = NR_AT(child[k]), there = NR_AT(parent[k]), link = NR_AT(k);
          const nr_number drop = nr_get(v + there) - nr_get(v + here), up = nr_get(toParent + link);
          const nr_number inverse = 1.0 / nr_get(diagonal + here), down = nr_get(toChild + link);
          const nr_number own = nr_get(right + here) + down * drop, factor = up * inverse;
          nr_set(right + here, own);
          nr_set(diagonal + here, inverse);
          nr_set(diagonal + there, nr_get(diagonal + there) - factor * down);
          nr_set(right + there, nr_get(right + there) - up * drop + factor * own);
        }
        const int64_t root = NR_AT(\(layout.root));
        nr_set(right + root, nr_get(right + root) / nr_get(diagonal + root));
        nr_set(v + root, nr_get(v + root) + nr_get(right + root));
        for (int k = 0; k < \(count); k++) {
          const int64_t here = NR_AT(child[k]), there = NR_AT(parent[k]);
          const nr_number drive = nr_get(right + here) + nr_get(toChild + NR_AT(k)) * nr_get(right + there);
          const nr_number change = drive * nr_get(diagonal + here);
          nr_set(right + here, change);
          nr_set(v + here, nr_get(v + here) + change);
        }
      }

      """.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  private func unrolledSolver() -> [String] {
    var lines = [
      "static void nr_cell_solve(double *M, const int32_t *X) {", "  (void)X;",
    ]
    let slots = [layout.root] + layout.links.map(\.child)
    for slot in slots {
      lines.append(
        "  nr_number d\(slot) = nr_get(M + NR_AT(\(diagonal + slot))), "
          + "r\(slot) = nr_get(M + NR_AT(\(right + slot)));")
      lines.append("  const nr_number v\(slot) = nr_get(M + NR_AT(\(voltage + slot)));")
    }
    for (index, link) in layout.links.enumerated().reversed() {
      let (child, parent) = (link.child, link.parent)
      lines += [
        "  const nr_number u\(index) = nr_get(M + NR_AT(\(toParent + index))), x\(index) = v\(parent) - v\(child);",
        "  const nr_number w\(index) = nr_get(M + NR_AT(\(toChild + index)));",
        "  r\(child) += w\(index) * x\(index);",
        "  d\(child) = 1.0 / d\(child);",
        "  const nr_number f\(index) = u\(index) * d\(child);",
        "  d\(parent) -= f\(index) * w\(index);",
        "  r\(parent) += f\(index) * r\(child) - u\(index) * x\(index);",
      ]
    }
    lines.append("  r\(layout.root) = r\(layout.root) / d\(layout.root);")
    for (index, link) in layout.links.enumerated() {
      let (child, parent) = (link.child, link.parent)
      lines.append("  r\(child) = (r\(child) + w\(index) * r\(parent)) * d\(child);")
    }
    for slot in slots {
      lines.append("  nr_set(M + NR_AT(\(voltage + slot)), v\(slot) + r\(slot));")
    }
    return lines + ["}", ""]
  }
}
