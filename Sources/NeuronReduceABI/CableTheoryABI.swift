// swift-format-ignore-file: AlwaysUseLowerCamelCase
// The functions have the names that the C header declares.

import CNeuronReduce
import CableTheory
import CellModel
import ComplexModule
import Reduction

@c(nr_propagation_factor) @implementation
public func nr_propagation_factor(
  _ membraneResistance: Double, _ capacitance: Double, _ frequency: Double,
  _ result: UnsafeMutablePointer<nr_complex>
) -> OpaquePointer? {
  reportingArgument { () throws(CableTheoryError) in
    try require(membraneResistance, "Rm", .positive)
    try require(capacitance, "cm", .zeroOrGreater)
    try require(frequency, "the frequency", .zeroOrGreater)
    // Rm only matters with cm: the axial resistivity has no part in q.
    let membrane = PassiveMembrane(
      membraneResistance: membraneResistance, capacitanceDensity: capacitance, axialResistivity: 1)
    let q = try checked(membrane.propagationFactor(frequency: frequency))
    result.pointee = nr_complex(real: q.real, imaginary: q.imaginary)
  }
}

@c(nr_solve_cable) @implementation
public func nr_solve_cable(
  _ inputImpedance: nr_complex, _ tipTransferImpedance: Double, _ membraneResistance: Double,
  _ axialResistivity: Double, _ propagationFactor: nr_complex,
  _ result: UnsafeMutablePointer<nr_equivalent_cable>
) -> OpaquePointer? {
  reportingArgument { () throws(CableTheoryError) in
    try require(membraneResistance, "Rm", .positive)
    try require(axialResistivity, "Ra", .positive)
    let q = try checked(Complex(propagationFactor.real, propagationFactor.imaginary))
    let input = Complex(inputImpedance.real, inputImpedance.imaginary)
    guard
      let cable = EquivalentCable(
        inputImpedance: input, tipTransferImpedance: tipTransferImpedance,
        membrane: PassiveMembrane(
          membraneResistance: membraneResistance, capacitanceDensity: 0,
          axialResistivity: axialResistivity),
        propagationFactor: q)
    else {
      throw .unsolvable(
        inputImpedance: input.length, tipTransferImpedance: tipTransferImpedance)
    }
    result.pointee = nr_equivalent_cable(
      electrotonic_length: cable.electrotonicLength, diameter: cable.diameter,
      space_constant: cable.spaceConstant, length: cable.length)
  }
}

@c(nr_space_constant) @implementation
public func nr_space_constant(
  _ diameter: Double, _ membraneResistance: Double, _ axialResistivity: Double,
  _ result: UnsafeMutablePointer<Double>
) -> OpaquePointer? {
  reportingArgument { () throws(CableTheoryError) in
    try require(diameter, "the diameter", .positive)
    try require(membraneResistance, "Rm", .positive)
    try require(axialResistivity, "Ra", .positive)
    result.pointee = PassiveMembrane(
      membraneResistance: membraneResistance, capacitanceDensity: 0,
      axialResistivity: axialResistivity
    ).spaceConstant(diameter: diameter)
  }
}

@c(nr_cable_length) @implementation
public func nr_cable_length(
  _ tipRatio: Double, _ propagationFactor: nr_complex, _ longest: Double,
  _ result: UnsafeMutablePointer<Double>
) -> OpaquePointer? {
  reportingArgument { () throws(CableTheoryError) in
    let q = try checked(Complex(propagationFactor.real, propagationFactor.imaginary))
    try require(tipRatio, "the ratio of impedances", .zeroOrGreater)
    try require(longest, "the longest length", .positive)
    result.pointee = Attenuation.length(
      givingTipRatio: tipRatio, propagationFactor: q, longest: longest)
  }
}

@c(nr_cable_position) @implementation
public func nr_cable_position(
  _ ratio: Double, _ propagationFactor: nr_complex, _ length: Double,
  _ result: UnsafeMutablePointer<Double>
) -> OpaquePointer? {
  reportingArgument { () throws(CableTheoryError) in
    let q = try checked(Complex(propagationFactor.real, propagationFactor.imaginary))
    try require(ratio, "the ratio of impedances", .zeroOrGreater)
    try require(length, "the electrotonic length", .positive)
    let position = Attenuation.position(
      givingRatio: ratio, length: length, propagationFactor: q)
    result.pointee = min(max(position, .ulpOfOne * length), (1 - .ulpOfOne) * length)
  }
}

@c(nr_segment_counts) @implementation
public func nr_segment_counts(
  _ electrotonicLengths: UnsafePointer<Double>?, _ count: Int, _ total: Double,
  _ counts: UnsafeMutablePointer<Double>?
) -> OpaquePointer? {
  reportingArgument { () throws(CableTheoryError) in
    let lengths = array(electrotonicLengths, count)
    for length in lengths { try require(length, "the electrotonic length", .positive) }
    try require(total, "the total of segments", .finite)
    let distribution: SegmentCount = total == -1 ? .automatic : .total(total)
    for (index, segments) in distribution.distributed(over: lengths, originalCount: 0).enumerated()
    {
      counts?[index] = segments
    }
  }
}

@c(nr_segment_center) @implementation
public func nr_segment_center(
  _ segmentCount: Double, _ position: Double, _ result: UnsafeMutablePointer<Double>
) -> OpaquePointer? {
  reportingArgument { () throws(CableTheoryError) in
    guard let segments = Int(exactly: segmentCount), segments > 0 else {
      throw .number(
        name: "the number of segments", value: segmentCount, expected: "a whole one, 1 or greater")
    }
    guard position >= 0, position <= 1 else {
      throw .number(name: "the relative position", value: position, expected: "one from 0 to 1")
    }
    result.pointee = Section.center(
      ofSegment: Section.segmentIndex(at: position, segmentCount: segments),
      segmentCount: segments)
  }
}

/// What a number must be.
private enum Requirement: String {
  case positive = "a finite number greater than 0"
  case zeroOrGreater = "a finite number, 0 or greater"
  case finite = "a finite number"

  func admits(_ value: Double) -> Bool {
    switch self {
    case .positive: value.isFinite && value > 0
    case .zeroOrGreater: value.isFinite && value >= 0
    case .finite: value.isFinite
    }
  }
}

private func require(
  _ value: Double, _ name: String, _ requirement: Requirement
) throws(CableTheoryError) {
  guard requirement.admits(value) else {
    throw .number(name: name, value: value, expected: requirement.rawValue)
  }
}

/// A propagation factor, which must be one.
private func checked(_ q: Complex<Double>) throws(CableTheoryError) -> Complex<Double> {
  guard q.real.isFinite, q.imaginary >= 0, q.real > 0, q.real >= q.imaginary else {
    throw .propagationFactor(real: q.real, imaginary: q.imaginary)
  }
  return q
}
