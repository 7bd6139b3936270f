import CellModel

/// What a method is known by beside its name, for whoever must tell one kind of method from another.
package struct MethodTraits: Sendable, Hashable {
  /// Connections may come out with other weights than they had, by what is known of the drive.
  package let changesWeights: Bool
  /// Shapes and places depend on the frequency; where not, at most the number of segments does.
  package let usesFrequency: Bool
  /// Channels and leak keep their totals over the membrane.
  package let conservesTotals: Bool
  /// Each cable is one compartment that gathers membrane from several branches; lengths along cables mean
  /// nothing.
  package let cablesAreLumps: Bool
  /// Sites stay compartments of their own.
  package let keepsSites: Bool
  /// With as many segments as the cell has, the reduced cell is the cell.
  package let converges: Bool
}

/// A way to reduce a cell: what it supplies to the one pipeline (`Reduction.init(of:settings:finished:)`).
///
/// A new method is a type in a file of its own, and a line in `Method.allCases`.
protocol ReductionMethod: SendableMetatype {
  static var name: String { get }
  static var traits: MethodTraits { get }

  /// Finds the cables.
  init(_ input: ReductionInput) throws(ReductionError)

  /// Each after what it is attached to.
  var cables: [ReducedCable] { get }

  /// Where the points of what is replaced go.
  func mapping() -> any CableMapping

  /// The mechanisms of every cable.
  func insertions(_ map: SegmentMap) -> [[Section.Insertion]]

  /// What becomes of the first weight of each connection; nil where all stay.
  ///
  /// - Parameter reduction: with the weights as they were.
  func weightScales(of reduction: Reduction) throws(ReductionError) -> WeightScales?
}

extension ReductionMethod {
  func weightScales(of reduction: Reduction) throws(ReductionError) -> WeightScales? { nil }
}

/// What connections' first weights are multiplied by, and how far that can be trusted.
struct WeightScales {
  let scales: [Double]
  /// The connections whose events lose so much at their own site that what arrives is an estimate.
  let saturating: [Int]
}

/// What every method starts from.
struct ReductionInput {
  let cell: CellModel
  let compartments: CellCompartments
  let replacement: Replacement
  let subtrees: [Subtree]
  /// Those that are folded or stay, as the settings' scope says.
  let spines: HostedSpines
  let settings: ReductionSettings

  var foldedSpines: HostedSpines { settings.scope.spines.isFolded ? spines : .none }

  /// - Throws: `ReductionError` for a cell that does not hold together, whose properties give no
  ///   compartments, or whose dendrites cannot be replaced.
  init(_ cell: CellModel, _ settings: ReductionSettings) throws(ReductionError) {
    try ReductionError.wrapping { () throws(CellModelError) in try cell.validate() }
    let replacement = try Replacement(dendritesOf: cell, scope: settings.scope)
    // What stays may be anything.
    try ReductionError.wrapping { () throws(CellModelError) in
      for section in replacement.pieces.lazy.flatMap(\.sections) {
        try cell.checkProperties(ofSection: section)
      }
    }
    let compartments = CellCompartments(of: cell)
    self.cell = cell
    self.compartments = compartments
    self.replacement = replacement
    subtrees = replacement.pieces.map { Subtree($0, of: cell, in: compartments) }
    spines = try HostedSpines(of: cell, replacement, settings)
    self.settings = settings
  }
}
