import CableTheory
import CellModel

/// A cell's compartments as one passive tree, soma and axon included, with the middle of the soma at
/// its root: what impedances between dendrites and soma are computed from.
struct WholeCell {
  /// Leak and capacitance only; compartment 0 is the middle of the (first) soma section.
  let compartments: CompartmentTree
  /// By section, then by segment in the order of x.
  let segments: [[Int]]
  /// By section: the compartments of its ends, x = 0 and x = 1.
  private let ends: [(zero: Int, one: Int)]

  /// - Throws: `ReductionError` where a section's passive properties cannot carry a reduction.
  init(of cell: CellModel) throws(ReductionError) {
    var graph = Graph()
    var segments: [[Int]] = []
    var ends: [(zero: Int, one: Int)] = []
    for section in cell.sections {
      try SubtreeValidation.checkGeometry(of: section)
      let leaks = try SubtreeValidation.leakDensities(of: section, isStem: false, in: cell)
      let nodes = section.segments.indices.map { index in
        graph.addNode(
          // S/cm² · µm² = 1e-2 µS, and µF/cm² · µm² = 1e-5 nF
          leak: leaks[index] * section.segments[index].area * 1e-2,
          capacitance: section.segments[index].capacitance * section.segments[index].area * 1e-5)
      }
      let outward = section.proximalEnd == 0 ? Array(nodes.indices) : nodes.indices.reversed()
      let junction: Int
      if let attachment = section.attachment {
        let parent = attachment.parent
        junction = Self.node(
          at: attachment.position, nodes: segments[parent], ends: ends[parent])
      } else {
        junction = graph.addNode()
      }
      var previous = junction
      for index in outward {
        graph.join(
          previous, nodes[index], resistance: section.segments[index].axialResistance)
        previous = nodes[index]
      }
      let distal = graph.addNode()
      graph.join(previous, distal, resistance: section.endResistance)
      segments.append(nodes)
      ends.append(section.proximalEnd == 0 ? (junction, distal) : (distal, junction))
    }

    guard let soma = cell.sections.firstIndex(where: { $0.role == .soma }) else {
      throw .noSoma(cell: cell.name)
    }
    let middle = segments[soma][cell.sections[soma].segmentIndex(at: 0.5)]
    let (compartments, indices) = graph.tree(rootedAt: middle)
    self.compartments = compartments
    self.segments = segments.map { $0.map { indices[$0] } }
    self.ends = ends.map { (indices[$0.zero], indices[$0.one]) }
  }

  /// The compartment that a position (0 to 1) of a section belongs to.
  func compartment(at position: Double, ofSection section: Int) -> Int {
    Self.node(at: position, nodes: segments[section], ends: ends[section])
  }

  /// The compartment that each of a cell's point processes sits on.
  func compartments(ofPointProcessesOf cell: CellModel) -> [Int] {
    cell.pointProcesses.map { compartment(at: $0.position, ofSection: $0.section) }
  }

  private static func node(at position: Double, nodes: [Int], ends: (zero: Int, one: Int)) -> Int {
    if position <= 0 { return ends.zero }
    if position >= 1 { return ends.one }
    return nodes[Section.segmentIndex(at: position, segmentCount: nodes.count)]
  }

  /// Compartments and the resistances between them, before a root is chosen.
  private struct Graph {
    private var leaks: [Double] = []
    private var capacitances: [Double] = []
    private var neighbors: [[(node: Int, resistance: Double)]] = []

    mutating func addNode(leak: Double = 0, capacitance: Double = 0) -> Int {
      leaks.append(leak)
      capacitances.append(capacitance)
      neighbors.append([])
      return leaks.count - 1
    }

    mutating func join(_ first: Int, _ second: Int, resistance: Double) {
      neighbors[first].append((second, resistance))
      neighbors[second].append((first, resistance))
    }

    /// The tree as seen from a root, and the compartment that each node became.
    func tree(rootedAt root: Int) -> (CompartmentTree, [Int]) {
      var tree = CompartmentTree(
        rootLeakConductance: leaks[root], rootCapacitance: capacitances[root])
      var indices = [Int](repeating: -1, count: leaks.count)
      indices[root] = 0
      var open = [root]
      while let node = open.popLast() {
        for (neighbor, resistance) in neighbors[node] where indices[neighbor] < 0 {
          indices[neighbor] = tree.append(
            parent: indices[node], axialResistance: resistance,
            leakConductance: leaks[neighbor], capacitance: capacitances[neighbor])
          open.append(neighbor)
        }
      }
      return (tree, indices)
    }
  }
}
