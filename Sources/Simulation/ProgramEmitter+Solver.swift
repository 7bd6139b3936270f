extension ProgramEmitter {
  func solver() -> [String] {
    let count = layout.links.count
    return """
      static void nr_cell_solve(double *M, const int32_t *X) {
        double *restrict right = M + \(right), *restrict diagonal = M + \(diagonal);
        double *restrict v = M + \(voltage);
        const double *restrict toParent = M + \(toParent), *restrict toChild = M + \(toChild);
        const int32_t *restrict child = X + \(children), *restrict parent = X + \(parents);
        for (int k = \(count) - 1; k >= 0; k--) {
          const double inverse = 1.0 / diagonal[child[k]];
          const double factor = toParent[k] * inverse;
          diagonal[child[k]] = inverse;
          diagonal[parent[k]] -= factor * toChild[k];
          right[parent[k]] += factor * right[child[k]];
        }
        v[\(layout.root)] = right[\(layout.root)] / diagonal[\(layout.root)];
        for (int k = 0; k < \(count); k++) {
          v[child[k]] = (right[child[k]] + toChild[k] * v[parent[k]]) * diagonal[child[k]];
        }
      }

      """.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }
}
