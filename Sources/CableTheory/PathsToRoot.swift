import ComplexModule

/// The compartments of a tree between some places and the root: all that decides how these act on each other
/// once the rest is eliminated.
package struct PathsToRoot: Sendable {
  /// In the order of the tree, the root first.
  package let compartments: [Int]
  /// Among these; the root's is −1.
  fileprivate let parents: [Int]
  /// Where each of the places is among these.
  package let places: [Int]

  /// - Parameters:
  ///   - places: compartments of the tree; more than one of them may be the same.
  ///   - tree: whose root the paths lead to.
  package init(from places: [Int], in tree: CompartmentTree) {
    var positions = [Int](repeating: -1, count: tree.count)
    positions[0] = 0
    var members = [0]
    for place in places {
      var index = place
      while positions[index] < 0 {
        positions[index] = 0
        members.append(index)
        index = tree.parents[index]
      }
    }
    members.sort()
    for (position, index) in members.enumerated() { positions[index] = position }
    compartments = members
    parents = members.map { $0 == 0 ? -1 : positions[tree.parents[$0]] }
    self.places = places.map { positions[$0] }
  }
}

/// How voltages spread in a passive tree at one frequency, for many questions about few places: each takes
/// as many steps as there are compartments between these and the root.
package struct TreeSpread: Sendable {
  /// Of each compartment: its voltage per voltage of its parent, nothing being injected beyond.
  private let attenuations: [Complex<Double>]
  /// Its voltage per current, its parent being clamped; the root's is its input impedance. MΩ.
  private let behindParent: [Complex<Double>]

  package init(of tree: CompartmentTree, frequency: Double) {
    let pivots = TreeImpedance(of: tree, frequency: frequency).pivots
    behindParent = pivots.map { 1 / $0 }
    attenuations = zip(tree.axialConductances, pivots).map { Complex($0) / $1 }
  }

  /// The voltage at each of the places with a current into all of them.
  ///
  /// - Parameters:
  ///   - currents: one for each of the places.
  ///   - paths: from the places to the root.
  package func voltages(
    injecting currents: [Double], along paths: PathsToRoot
  ) -> [Complex<Double>] {
    precondition(currents.count == paths.places.count, "one current for each place")
    var values = [Complex<Double>](repeating: .zero, count: paths.compartments.count)
    for (place, current) in zip(paths.places, currents) { values[place] += Complex(current) }
    for index in values.indices.dropFirst().reversed() {
      values[paths.parents[index]] += values[index] * attenuations[paths.compartments[index]]
    }
    values[0] *= behindParent[0]
    for index in values.indices.dropFirst() {
      let compartment = paths.compartments[index]
      values[index] =
        values[index] * behindParent[compartment]
        + attenuations[compartment] * values[paths.parents[index]]
    }
    return paths.places.map { values[$0] }
  }
}
