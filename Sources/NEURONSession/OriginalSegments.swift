import CNEURON
import CellFile
import CellModel
import NEURONBridge
import Reduction

/// Where the segments of a cell are, read before its dendrites are gone: what files have as `original.segments`
/// (docs/saved.md).
package struct OriginalSegments {
  /// A section as it was.
  private struct Course {
    /// Places in µm; none for fewer than two.
    let points: [SIMD3<Double>]
    /// Of its segments' membrane in µm².
    let areas: [Double]
    /// Along the tree from the middle of the soma to the ends 0 and 1, in µm.
    let distances: (Double, Double)
    /// In µm.
    let length: Double
    /// What it is attached to; nil for the root.
    let parent: (section: Int, position: Double)?
    /// Whether it is attached by its end 1.
    let isReversed: Bool
  }

  private let names: [String]
  private let courses: [Course]
  /// Of the listed point processes: the index of the section, and the segment.
  private let places: [(section: Int, segment: Int)]

  /// - Parameters:
  ///   - cell: the original.
  ///   - soma: the section that distances begin in.
  package init(of cell: LiveCell, soma: SectionReference) throws(BridgeError) {
    let neuron = cell.neuron
    let orientation = try neuron.symbol("section_orientation")
    names = cell.model.sections.map(\.name)
    courses = try zip(cell.sections, cell.model.sections).map { pair throws(BridgeError) in
      let (reference, section) = pair
      return Course(
        points: try neuron.points(of: reference).map { point in
          SIMD3(point.coordinates[0], point.coordinates[1], point.coordinates[2])
        },
        areas: section.segments.map(\.area),
        distances: (
          neuron_distance(soma, 0.5, reference, 0), neuron_distance(soma, 0.5, reference, 1)
        ),
        length: section.length,
        parent: section.attachment.map { ($0.parent, $0.position) },
        isReversed: try neuron.with(section: reference) { () throws(BridgeError) in
          try neuron.call(orientation).number == 1
        })
    }
    places = cell.model.pointProcesses.prefix(cell.listedCount).map { process in
      (
        process.section,
        Section.segmentIndex(
          at: process.position,
          segmentCount: cell.model.sections[process.section].segments.count)
      )
    }
  }

  /// As files have it.
  ///
  /// - Parameter reduction: of the cell.
  /// - Returns: null where NEURON tells of no distances.
  package func json(_ reduction: Reduction) -> JSONValue {
    guard courses.allSatisfy({ !$0.distances.0.isNaN && !$0.distances.1.isNaN }) else {
      return .null
    }
    let lines = lines
    var (firsts, count) = ([Int](), 0)
    for course in courses {
      firsts.append(count)
      count += course.areas.count
    }
    return .object([
      .init("names", .list(names.map { .text($0) })),
      .init("counts", .list(courses.map { .integer($0.areas.count) })),
      .init("areas", Self.numbers(courses.flatMap(\.areas))),
      .init("compartments", .list(compartments(reduction))),
      .init("lines", lines.map { .list($0.map(Self.numbers)) } ?? .null),
      .init(
        "diameters",
        lines.map { _ in
          Self.numbers(
            courses.flatMap { course in
              let length = course.length / Double(course.areas.count)
              return course.areas.map { $0 / (Double.pi * length) }
            })
        } ?? .null),
      .init(
        "distances",
        lines.map { _ in
          .list(
            courses.flatMap { course in
              let cuts = Self.even(course.distances.0, course.distances.1, course.areas.count)
              return zip(cuts, cuts.dropFirst()).map { Self.numbers([$0, $1]) }
            })
        } ?? .null),
      .init("synapses", .list(places.map { .integer(firsts[$0.section] + $0.segment) })),
    ])
  }

  private static func numbers(_ values: [Double]) -> JSONValue {
    .list(values.map { JSONValue($0) })
  }

  /// By segment the reduced cell's section and the segment of that.
  private func compartments(_ reduction: Reduction) -> [JSONValue] {
    let places = reduction.places
    return courses.indices.flatMap { index -> [JSONValue] in
      if let place = places.kept[index] {
        return courses[index].areas.indices.map { .list([.integer(place), .integer($0)]) }
      }
      return reduction.segmentMap.points[index].map { point in
        .list([.integer(places.cables[point.segment.cable]), .integer(point.segment.segment)])
      }
    }
  }

  // MARK: In space

  /// By segment where it begins and ends, x, y, z each, in µm; nil where the cell has no 3D points.
  private var lines: [[Double]]? {
    guard let laid else { return nil }
    return zip(laid, courses).flatMap { points, course -> [[Double]] in
      let cuts = Self.places(on: points, at: Self.even(0, 1, course.areas.count))
      return zip(cuts, cuts.dropFirst()).map { [$0.x, $0.y, $0.z, $1.x, $1.y, $1.z] }
    }
  }

  /// The sections' 3D points. Those that have none, such as the stub that stands for an axon, are straight lines from
  /// where they are attached, away from the cell's middle.
  private var laid: [[SIMD3<Double>]]? {
    let known = courses.map(\.points).joined()
    guard !known.isEmpty, courses.allSatisfy({ !$0.points.isEmpty || $0.parent != nil }) else {
      return nil
    }
    let middle = known.reduce(SIMD3(), +) / SIMD3(repeating: Double(known.count))
    var laid = courses.map(\.points)
    // What sections are attached to comes before them, or is laid in a later round.
    while let open = laid.firstIndex(where: \.isEmpty) {
      var index = open
      while let parent = courses[index].parent?.section, laid[parent].isEmpty { index = parent }
      guard let parent = courses[index].parent else { return nil }
      let start = Self.places(on: laid[parent.section], at: [parent.position])[0]
      var away = start - middle
      let size = Self.length(of: away)
      away = size > 0 ? away / SIMD3(repeating: size) : SIMD3(0, -1, 0)
      let line = [start, start + SIMD3(repeating: courses[index].length) * away]
      laid[index] = courses[index].isReversed ? line.reversed() : line
    }
    return laid
  }

  /// Numbers from one to another, as far apart each.
  private static func even(_ first: Double, _ last: Double, _ count: Int) -> [Double] {
    let step = (last - first) / Double(count)
    return (0..<count).map { Double($0) * step + first } + [last]
  }

  private static func length(of step: SIMD3<Double>) -> Double {
    (step.x * step.x + step.y * step.y + step.z * step.z).squareRoot()
  }

  /// The places at some shares of a line's length, which increase.
  private static func places(
    on points: [SIMD3<Double>], at shares: [Double]
  ) -> [SIMD3<Double>] {
    var run = [0.0]
    for (before, after) in zip(points, points.dropFirst()) {
      run.append(run[run.count - 1] + length(of: after - before))
    }
    let last = points.count - 1
    return shares.map { share in
      let place = share * run[last]
      guard place < run[last] else { return points[last] }
      guard let next = run.firstIndex(where: { $0 > place }), next > 0 else { return points[0] }
      if run[next - 1] == place { return points[next - 1] }
      let slope = (points[next] - points[next - 1]) / SIMD3(repeating: run[next] - run[next - 1])
      return slope * SIMD3(repeating: place - run[next - 1]) + points[next - 1]
    }
  }
}
