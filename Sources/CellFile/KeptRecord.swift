/// What a reduction did, as a file has it: the fields of Python's `ReductionRecord`, each of its type.
struct KeptRecord {
  /// The largest whole number that a double has, with all below it.
  private static let largest = 1 << 53
  /// In µm, of points.
  private static let farthest = 1e15
  private static let deepestSetting = 20

  /// - Throws: `CellFileError`, with the path of what is wrong.
  static func check(_ record: FileValue) throws(CellFileError) {
    let values = try record.fields(
      "cell", "method", "settings", "versions", "segments_full", "segments_reduced",
      "point_processes_full", "point_processes_reduced", "cables", "segment_map", "synapses",
      "shape", "impedances", "expected", "notes", "shared_inward")
    for each in values[...1] { _ = try each.text() }
    for each in try values[2].members() { try checkSetting(each, depth: 1) }
    for each in try values[3].members() { _ = try each.text() }
    for each in values[4...7] { try checkCount(each) }
    let cables = try values[8].elements()
    for each in cables { try checkCable(each) }
    for each in try values[9].elements() {
      let parts = try each.fields("section", "x", "cable", "cable_x")
      _ = try parts[0].text()
      _ = try parts[1].number()
      try checkPlace(parts[2], parts[3], cables: cables.count)
    }
    for each in try values[10].elements() { try checkSynapse(each) }
    for each in try values[11].elements() { try checkShape(each) }
    if !values[12].isNull { try checkImpedances(values[12]) }
    try checkExpected(values[13])
    try checkTexts(values[14])
    for each in try values[15].elements() {
      let parts = try each.fields("cable", "cable_x", "sections", "inward_share")
      try checkPlace(parts[0], parts[1], cables: cables.count)
      try checkTexts(parts[2])
      _ = try parts[3].number()
    }
  }

  private static func checkSetting(_ value: FileValue, depth: Int) throws(CellFileError) {
    guard depth <= deepestSetting else {
      throw value.wrong("no more than \(deepestSetting) levels")
    }
    switch value.content {
    case .object: for each in try value.members() { try checkSetting(each, depth: depth + 1) }
    case .list: for each in try value.elements() { try checkSetting(each, depth: depth + 1) }
    case .text: _ = try value.text()
    default: break
    }
  }

  private static func checkCount(_ value: FileValue) throws(CellFileError) {
    _ = try value.integer(0...largest, "a whole number, 0 or greater, that a double can have")
  }

  private static func checkTexts(_ value: FileValue) throws(CellFileError) {
    for each in try value.elements() { _ = try each.text() }
  }

  private static func checkNumbers(_ value: FileValue) throws(CellFileError) {
    for each in try value.members() { _ = try each.number() }
  }

  private static func checkRole(_ value: FileValue) throws(CellFileError) {
    guard KeptCell.Section.Role(rawValue: try value.text()) != nil else {
      throw value.wrong("one of soma, axon, apical, basal")
    }
  }

  private static func checkPlace(
    _ cable: FileValue, _ position: FileValue, cables: Int
  ) throws(CellFileError) {
    _ = try cable.index(of: "cables", count: cables)
    _ = try position.position()
  }

  private static func checkCable(_ value: FileValue) throws(CellFileError) {
    let parts = try value.fields(
      "name", "role", "stem", "parent", "length", "diameter", "electrotonic_length", "segments",
      "is_on_original")
    for each in [parts[0], parts[2], parts[3]] { _ = try each.text() }
    try checkRole(parts[1])
    for each in parts[4...6] { _ = try each.number() }
    _ = try parts[7].segmentCount()
    _ = try parts[8].truth()
  }

  private static func checkSynapse(_ value: FileValue) throws(CellFileError) {
    let parts = try value.fields(
      "mechanism", "parameters", "before", "after", "netcons", "treatment", "unmerged")
    _ = try parts[0].text()
    try checkNumbers(parts[1])
    for each in parts[2...4] { try checkCount(each) }
    _ = try parts[5].text()
    for each in try parts[6].members() { try checkCount(each) }
  }

  private static func checkShape(_ value: FileValue) throws(CellFileError) {
    let parts = try value.fields("section", "role", "points", "stays")
    _ = try parts[0].text()
    try checkRole(parts[1])
    for point in try parts[2].elements() {
      for each in try point.elements(count: 4) {
        guard abs(try each.number()) < farthest else {
          throw each.wrong("a finite number of µm, less than \(farthest)")
        }
      }
    }
    _ = try parts[3].truth()
  }

  private static func checkImpedances(_ value: FileValue) throws(CellFileError) {
    let parts = try value.fields(
      "frequencies", "input_full", "input_reduced", "sites", "transfer_full", "transfer_reduced")
    let count = try parts[0].elements().count
    for each in parts[...2] {
      for number in try each.elements(count: count) { _ = try number.number() }
    }
    try checkTexts(parts[3])
    let sites = try parts[3].elements().count
    for each in parts[4...] {
      for row in try each.elements(count: sites) {
        for number in try row.elements(count: count) { _ = try number.number() }
      }
    }
  }

  private static func checkExpected(_ value: FileValue) throws(CellFileError) {
    let parts = try value.fields(
      "rmsd", "deviation", "counted", "netcons", "shared", "joined", "sections")
    for each in parts[...1] where !each.isNull { _ = try each.number() }
    guard parts[0].isNull == parts[1].isNull else {
      throw parts[1].wrong("null where rmsd is, and a number where that is one")
    }
    for each in parts[2...3] { try checkCount(each) }
    try checkNumbers(parts[4])
    for each in try parts[5].elements() {
      let joint = try each.fields("cable", "x", "sections")
      _ = try joint[0].text()
      _ = try joint[1].number()
      try checkTexts(joint[2])
    }
    try checkNumbers(parts[6])
  }
}
