import CellModel

extension ReductionError {
  /// What is wrong with a cell's leaks: `.missingLeak` where some stems have none.
  static func missingLeak(of pieces: [Replacement.Piece], in cell: CellModel) -> ReductionError? {
    func has(_ section: Int) -> Bool { cell.leakDensities(ofSection: section) != nil }
    let lacking = pieces.filter { !has($0.stem) }
    guard let first = lacking.first else { return nil }
    let all = pieces.flatMap(\.sections)
    // In a piece sections that hang together are next to one another.
    let example = (first.sections + all).first(where: has)
    return .missingLeak(
      section: cell.sections[first.stem].name, stems: lacking.map { cell.sections[$0.stem].name },
      having: all.count(where: has), sections: all.count,
      example: example.map { cell.leakText(ofSection: $0) } ?? "")
  }
}

extension CellModel {
  /// What a section has of the leaks, such as `dend[1] has g_pas = 5e-05, e_pas = -70.0`.
  fileprivate func leakText(ofSection index: Int) -> String {
    let section = sections[index]
    let values = leaks.flatMap { leak -> [String] in
      guard let values = section.values(ofMechanism: leak.mechanism, segment: 0) else { return [] }
      return ([leak.conductance] + (leak.reversal.map { [$0] } ?? [])).map {
        "\(mechanisms[leak.mechanism].name(ofValue: $0)) = \(values[$0])"
      }
    }
    return "\(section.name) has \(values.joined(separator: ", "))"
  }
}
