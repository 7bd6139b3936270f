import CellModel

extension Reduction {
  /// The settings with the least number of segments whose expected loss is within a tolerance.
  ///
  /// That is sought by halving between one segment and as many as the cell has: a number is found that keeps to the
  /// tolerance where the next smaller one that was tried did not. At the cell's own number nothing is lost but what
  /// synapses lose that sit at the ends of sections, where there is no membrane.
  ///
  /// - Parameter tolerance: of `ExpectedLoss.rmsd`, in mV.
  /// - Throws: `ReductionError.tolerance` for a number without a meaning, `.toleranceWithout` for a method whose
  ///   cells do not become the original, `.unknownLoss` where nothing is known of the drive, `.toleranceOutOfReach`
  ///   where no number keeps it; else what reductions throw.
  static func settings(
    keeping tolerance: Double, of cell: CellModel, _ settings: ReductionSettings
  ) throws(ReductionError) -> ReductionSettings {
    guard tolerance > 0, tolerance.isFinite else { throw .tolerance(tolerance) }
    guard settings.method.traits.converges else {
      throw .toleranceWithout(
        method: settings.method.name,
        methods: Method.allCases.filter(\.traits.converges).map(\.name))
    }
    func loss(_ settings: ReductionSettings) throws(ReductionError) -> Double? {
      try ExpectedLoss(of: cell, Reduction(of: cell, settings: settings.withoutGains)).rmsd
    }
    let replacement = try Replacement(dendritesOf: cell, scope: settings.scope)
    let segments = replacement.pieces.flatMap(\.sections)
      .reduce(0) { $0 + cell.sections[$1].segments.count }
    // The soma counts as one.
    var (tooFew, enough) = (1, segments + 1)
    guard let least = try loss(settings.with(.total(Double(enough)))) else {
      throw .unknownLoss(tolerance: tolerance)
    }
    guard least <= tolerance else {
      throw .toleranceOutOfReach(tolerance: tolerance, least: least)
    }
    while enough - tooFew > 1 {
      // Numbers that matter are small ones.
      let middle = max(tooFew + 1, Int((Double(tooFew) * Double(enough)).squareRoot()))
      do throws(ReductionError) {
        let isEnough = try loss(settings.with(.total(Double(middle)))) ?? .infinity <= tolerance
        if isEnough { enough = middle } else { tooFew = middle }
      } catch {
        guard case .sitesNeed(let needed, _, _) = error else { throw error }
        tooFew = max(middle, min(needed, enough) - 1)
      }
    }
    return settings.with(.total(Double(enough)))
  }
}
