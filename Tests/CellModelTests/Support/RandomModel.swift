import CellModel
import TestSupport

extension CellModel {
  /// A cell of random values in every field, without regard to whether a simulator could have it.
  init(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    func number() -> Double { generator.anyFinite() }
    func count(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    func numbers(_ range: ClosedRange<Int>) -> [Double] {
      (0..<count(range)).map { _ in number() }
    }
    func kinds(_ names: [String]) -> [MechanismKind] {
      names.map { name in
        MechanismKind(
          name: name, isIon: Bool.random(using: &generator),
          parameters: (0..<count(0...3)).map { .init(name: "p\($0)", defaults: numbers(1...4)) },
          globals: (0..<count(0...2)).map { .init(name: "g\($0)", values: numbers(1...2)) })
      }
    }
    let roles: [Section.Role] = [.soma, .axon, .apical, .basal]
    self.init(
      name: "cell \(seed) \"µ\"\n", temperature: number(),
      initialPotential: Bool.random(using: &generator) ? number() : nil,
      mechanisms: kinds(["pas", "Ih"]), pointProcessKinds: kinds(["Exp2Syn"]),
      sections: (0..<count(1...6)).map { index in
        Section(
          name: "dend[\(index)]", role: roles[count(0...3)],
          attachment: index == 0
            ? nil : .init(parent: count(0...index - 1), position: number(), ownEnd: number()),
          length: number(), axialResistivity: number(),
          segments: (0..<count(1...4)).map { _ in
            .init(
              diameter: number(), area: number(), axialResistance: number(), capacitance: number())
          },
          endResistance: number(),
          insertions: (0..<count(0...2)).map { mechanism in
            .init(mechanism: mechanism, values: (0..<count(1...4)).map { _ in numbers(0...3) })
          })
      },
      pointProcesses: (0..<count(0...5)).map { _ in
        .init(
          kind: 0, section: count(0...5), position: number(), values: numbers(0...4),
          mayMerge: Bool.random(using: &generator))
      },
      connections: (0..<count(0...5)).map { _ in
        .init(target: count(0...5), weights: numbers(0...3))
      })
  }
}

extension SplitMix64 {
  /// Any finite number: of any sign and size, least and negative zero included.
  mutating func anyFinite() -> Double {
    while true {
      let number = Double(bitPattern: next())
      if number.isFinite { return number }
    }
  }
}
