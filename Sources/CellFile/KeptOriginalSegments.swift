/// Where the original's segments were, as a file has it: `original.segments`.
struct KeptOriginalSegments {
  /// In µm, of lengths and coordinates.
  private static let farthest = 1e9

  /// - Parameters:
  ///   - sections: of the kept cell.
  ///   - synapses: how many the original has.
  /// - Throws: `CellFileError`, with the path of what is wrong.
  static func check(
    _ segments: FileValue, sections: [KeptCell.Section], synapses: Int
  ) throws(CellFileError) {
    let values = try segments.fields(
      "names", "counts", "areas", "compartments", "lines", "diameters", "distances", "synapses")
    let names = try values[0].elements()
    for each in names { _ = try each.text() }
    var count = 0
    for each in try values[1].elements(count: names.count) { count += try each.segmentCount() }
    for each in try values[2].elements(count: count) {
      _ = try each.finite("an area in µm², greater than 0") { $0 > 0 && $0 < 1e15 }
    }
    for each in try values[3].elements(count: count) {
      let place = try each.elements(count: 2)
      let section = try place[0].index(of: "sections", count: sections.count)
      _ = try place[1].index(
        of: "the segments of sections[\(section)]", count: sections[section].segmentCount)
    }
    for each in try values[7].elements(count: synapses) {
      _ = try each.index(of: "the original's segments", count: count)
    }
    if values[4].isNull {
      for each in values[5...6] where !each.isNull { throw each.wrong("null, as lines") }
    } else {
      try checkPlaces(values, count)
    }
  }

  private static func checkPlaces(
    _ values: [FileValue], _ count: Int
  ) throws(CellFileError) {
    for line in try values[4].elements(count: count) {
      for each in try line.elements(count: 6) {
        _ = try each.finite("a coordinate in µm") { abs($0) < farthest }
      }
    }
    for each in try values[5].elements(count: count) {
      _ = try each.finite("a diameter in µm, greater than 0") { $0 > 0 && $0 < farthest }
    }
    for ends in try values[6].elements(count: count) {
      for each in try ends.elements(count: 2) {
        _ = try each.finite("a distance in µm, 0 or greater") { $0 >= 0 && $0 < farthest }
      }
    }
  }
}
