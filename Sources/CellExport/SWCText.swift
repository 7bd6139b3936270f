import CellFile

/// A cell's shape as SWC. Sections without 3D points are drawn, see `TreeDrawing`.
struct SWCText {
  let text: String

  init(_ cell: KeptCell) {
    var lines = [
      "# \(cell.title.comment)",
      "# Sections without 3D points are drawn as a plane tree: their directions mean nothing.",
      "# index type x y z radius parent",
    ]
    for (index, point) in TreeDrawing(of: cell).points.enumerated() {
      let place = [point.x, point.y, point.z, point.radius].map { $0.general() }
      lines.append(
        "\(index + 1) \(point.role.number) \(place.joined(separator: " ")) "
          + "\(point.parent.map { $0 + 1 } ?? -1)")
    }
    text = lines.joined(separator: "\n") + "\n"
  }
}

extension KeptCell.Section.Role {
  /// SWC's structure identifier.
  fileprivate var number: Int {
    switch self {
    case .soma: 1
    case .axon: 2
    case .basal: 3
    case .apical: 4
    }
  }
}
