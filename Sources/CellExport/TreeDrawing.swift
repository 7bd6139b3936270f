import CellFile

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// All sections of a cell as points.
///
/// Sections that have no 3D points, such as the cables of a reduced cell, are drawn as a plane tree: lengths and
/// diameters are theirs, directions are not.
struct TreeDrawing {
  /// In µm.
  struct Place: Equatable {
    var x, y, z, radius: Double
  }

  struct Point {
    let role: KeptCell.Section.Role
    let place: Place
    /// The index of the point before it; nil for the first one.
    let parent: Int?

    var x: Double { place.x }
    var y: Double { place.y }
    var z: Double { place.z }
    var radius: Double { place.radius }
  }

  /// Where along a section, 0 to 1, a point is, and its index.
  struct PlacedPoint {
    let position: Double
    let index: Int
  }

  /// The indices of the sections, each after the one that it is attached to.
  private(set) var order: [Int]
  private(set) var points: [Point] = []
  /// By section its points, from where it is attached on.
  private(set) var placed: [[PlacedPoint]]

  private let sections: [KeptCell.Section]
  private var children: [[KeptCell.Attachment]]
  /// By section how many ends its part of the tree has.
  private var leaves: [Int]
  /// By section the angles, in degrees, between which it and its own go.
  private var angles: [(low: Double, high: Double)]

  init(of cell: KeptCell) {
    sections = cell.sections
    let count = sections.count
    (children, leaves) = (Array(repeating: [], count: count), Array(repeating: 1, count: count))
    placed = Array(repeating: [], count: count)
    angles = Array(repeating: (0, 0), count: count)
    var isAttached = [Bool](repeating: false, count: count)
    for each in cell.attachments {
      children[each.parent].append(each)
      isAttached[each.section] = true
    }
    order = isAttached.indices.filter { !isAttached[$0] }
    var next = 0
    while next < order.count {
      order += children[order[next]].map(\.section)
      next += 1
    }
    for each in order.reversed() where !children[each].isEmpty {
      leaves[each] = children[each].reduce(0) { $0 + leaves[$1.section] }
    }
    var starts = [(parent: Int?, isTurned: Bool)](repeating: (nil, false), count: count)
    for each in order {
      draw(each, from: starts[each].parent, isTurned: starts[each].isTurned)
      shareOut(each)
      for child in children[each] {
        let nearest = placed[each].min {
          abs($0.position - child.position) < abs($1.position - child.position)
        }
        starts[child.section] = (nearest?.index, child.end == 1)
      }
    }
  }

  /// Gives each child the angles between which it and its own go.
  private mutating func shareOut(_ section: Int) {
    for role in [KeptCell.Section.Role.soma, .axon, .apical, .basal] {
      let children = children[section].map(\.section).filter { sections[$0].role == role }
      var rest = role == sections[section].role ? angles[section] : role.angles
      let whole = children.reduce(0) { $0 + leaves[$1] }
      for each in children {
        let width = (rest.high - rest.low) * Double(leaves[each]) / Double(whole)
        angles[each] = (rest.low, rest.low + width)
        rest.low += width
      }
    }
  }

  private mutating func draw(_ section: Int, from parent: Int?, isTurned: Bool) {
    var parent = parent
    for (position, place) in course(of: section, from: parent, isTurned: isTurned) {
      points.append(Point(role: sections[section].role, place: place, parent: parent))
      parent = points.count - 1
      placed[section].append(PlacedPoint(position: position, index: points.count - 1))
    }
  }

  private func course(
    of index: Int, from parent: Int?, isTurned: Bool
  ) -> [(position: Double, place: Place)] {
    let section = sections[index]
    if !section.points.isEmpty { return Self.course(of: section.points, isTurned: isTurned) }
    let start = parent.map { points[$0].place } ?? Place(x: 0, y: 0, z: 0, radius: 0)
    let angle = (angles[index].low + angles[index].high) / 2 * (Double.pi / 180)
    let length = section.length ?? 0
    // A soma of its own is drawn around where it is.
    let shift = parent == nil ? 0.5 : 0.0
    return Self.diameters(of: section, isTurned: isTurned).map { along, diameter in
      (
        isTurned ? 1 - along : along,
        Place(
          x: start.x + (along - shift) * length * cos(angle),
          y: start.y + (along - shift) * length * sin(angle), z: start.z, radius: diameter / 2)
      )
    }
  }

  /// Where along the drawn section, 0 to 1, it has which diameter.
  private static func diameters(
    of section: KeptCell.Section, isTurned: Bool
  ) -> [(along: Double, diameter: Double)] {
    let count = section.segmentCount
    var diameters = (section.diameter ?? .all(1)).values(count: count).map { $0 ?? 1 }
    if isTurned { diameters.reverse() }
    let (first, last) = (diameters.first ?? 1, diameters.last ?? 1)
    if diameters.allSatisfy({ $0 == first }) { return [(0, first), (0.5, first), (1, first)] }
    let centers = diameters.indices.map { (Double($0) + 0.5) / Double(count) }
    return [(0, first)] + zip(centers, diameters).map { ($0, $1) } + [(1, last)]
  }

  private static func course(
    of points: [[Double]], isTurned: Bool
  ) -> [(position: Double, place: Place)] {
    var along = [0.0]
    for (first, second) in zip(points, points.dropFirst()) {
      along.append((along.last ?? 0) + distance(first, second))
    }
    let whole = along.last ?? 1
    let course = zip(along, points).map { arc, point in
      (
        position: arc / whole,
        place: Place(x: point[0], y: point[1], z: point[2], radius: point[3] / 2)
      )
    }
    return isTurned ? course.reversed() : course
  }

  /// Between points, rounded once: the squares are summed with twice the digits.
  private static func distance(_ first: [Double], _ second: [Double]) -> Double {
    let sides = zip(first.prefix(3), second).map { $0 - $1 }
    var (sum, rest) = (0.0, 0.0)
    for side in sides {
      let square = side * side
      let next = sum + square
      let kept = next - sum
      rest += (sum - (next - kept)) + (square - kept)
      rest += (-square).addingProduct(side, side)
      sum = next
    }
    let root = (sum + rest).squareRoot()
    guard root > 0 else { return 0 }
    return root + (sum.addingProduct(-root, root) + rest) / (2 * root)
  }
}

extension KeptCell.Section.Role {
  /// Between which stems of this role go, in degrees.
  fileprivate var angles: (low: Double, high: Double) {
    switch self {
    case .soma: (0, 0)
    case .axon: (-20, 20)
    case .apical: (60, 120)
    case .basal: (210, 330)
    }
  }
}
