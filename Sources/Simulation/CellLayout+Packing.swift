import CellModel
import Mechanisms

extension CellLayout {
  /// Compartments that are computed together, before it is decided where they are.
  struct Group {
    /// Of the compartments together; nil where they are places without membrane.
    var mechanisms: [Int]?
    var styles: [Int: Int]
    var compartments: [Int]
    /// By compartment.
    var ownMechanisms: [[Int]]

    var count: Int { compartments.count }
  }

  /// How many compartments have to be computed together to fill a vector of any machine.
  private static let fullCount = MemoryPlan.padding

  /// Lets compartments with different mechanisms share vectors, where groups leave parts of them empty: in a
  /// small cell a soma alone takes as long as eight of it, and an axon of two compartments as long again.
  ///
  /// Of each group what is beyond full vectors is joined with the rest of another one, the pair first that saves
  /// most, as long as that is worth more than a twentieth of all.
  ///
  /// - Parameter work: of a mechanism; nil where it must not be computed in compartments that do not have it.
  static func packed(_ groups: [Group], work: (Int) -> Work) -> [Group] {
    let works = groups.map { group in
      (group.mechanisms ?? []).reduce(0) { $0 + work($1).amount }
    }
    let all = zip(groups, works).reduce(0) { sum, each in
      sum + (each.0.count + fullCount - 1) / fullCount * each.1
    }
    var rests: [Rest] = groups.indices.compactMap { index in
      let count = groups[index].count % fullCount
      guard let mechanisms = groups[index].mechanisms, count > 0 else { return nil }
      return Rest(
        groups: [index], mechanisms: mechanisms, styles: groups[index].styles, count: count)
    }
    while let (first, second, saved) = bestPair(of: rests, work), saved * 20 > all {
      rests[first] = rests[first].joined(with: rests[second])
      rests.remove(at: second)
    }
    var left = groups
    var joined: [Group] = []
    for rest in rests where rest.groups.count > 1 {
      var group = Group(
        mechanisms: rest.mechanisms, styles: rest.styles, compartments: [], ownMechanisms: [])
      for index in rest.groups {
        let count = groups[index].count % fullCount
        group.compartments += left[index].compartments.suffix(count)
        group.ownMechanisms += left[index].ownMechanisms.suffix(count)
        left[index].compartments.removeLast(count)
        left[index].ownMechanisms.removeLast(count)
      }
      joined.append(group)
    }
    return joined + left.filter { $0.count > 0 }
  }

  /// What a mechanism takes in a vector, in operations or so.
  struct Work {
    var amount: Int
    /// Whether it may be computed where it is not, if what comes of it is left out.
    var canBeAbsent: Bool
  }

  /// What groups have beyond full vectors.
  private struct Rest {
    var groups: [Int]
    var mechanisms: [Int]
    var styles: [Int: Int]
    var count: Int

    /// Whether ions are what they are in both, and the order of what both have is one.
    func fits(_ other: Rest, _ work: (Int) -> Work) -> Bool {
      count + other.count <= fullCount
        && styles.allSatisfy { other.styles[$0.key] ?? $0.value == $0.value }
        && mechanisms.filter(other.mechanisms.contains)
          == other.mechanisms.filter(mechanisms.contains)
        && Set(mechanisms).symmetricDifference(other.mechanisms).allSatisfy {
          work($0).canBeAbsent
        }
    }

    func joined(with other: Rest) -> Rest {
      Rest(
        groups: groups + other.groups,
        mechanisms: inOrder(other.mechanisms),
        styles: styles.merging(other.styles) { own, _ in own }, count: count + other.count)
    }

    /// All mechanisms, each after those that are before it in one of the lists.
    private func inOrder(_ others: [Int]) -> [Int] {
      var result: [Int] = []
      var left = others[...]
      for mechanism in mechanisms {
        if let place = left.firstIndex(of: mechanism) {
          result += left[..<place]
          left = left[left.index(after: place)...]
        }
        result.append(mechanism)
      }
      return result + left
    }
  }

  private static func bestPair(
    of rests: [Rest], _ work: (Int) -> Work
  ) -> (first: Int, second: Int, saved: Int)? {
    var best: (first: Int, second: Int, saved: Int)?
    for first in rests.indices {
      for second in rests.indices where second > first && rests[first].fits(rests[second], work) {
        let saved = Set(rests[first].mechanisms).intersection(rests[second].mechanisms)
          .reduce(0) { $0 + work($1).amount }
        if saved > best?.saved ?? 0 { best = (first, second, saved) }
      }
    }
    return best
  }
}

extension Mechanism {
  /// What one step of it takes, in operations or so: an exponential or a power counts as twenty, a division as
  /// four.
  var work: Int {
    var sum = 0
    for statement in blocksOfSteps.flatMap(\.statements) {
      statement.visit { part in
        for expression in part.expressions {
          expression.visit {
            switch $0 {
            case .call, .binary(.power, _, _): sum += 20
            case .binary(.divide, _, _): sum += 4
            case .binary: sum += 1
            default: break
            }
          }
        }
      }
    }
    return sum
  }

  /// Whether it has a WHILE, which may never end where its variables mean nothing.
  private var waits: Bool {
    var found = false
    for statement in blocksThatRun.flatMap(\.statements) {
      statement.visit { if case .whileLoop = $0 { found = true } }
    }
    return found
  }

  /// Whether nothing but its own variables and what of ions it gives back comes of it.
  var canBeAbsent: Bool {
    tables.isEmpty && !usesGenerator && usedPointers.isEmpty && !waits
      && Effects(of: blocksThatRun, tables).mayAssign.allSatisfy {
        if case .global = $0 { false } else { true }
      }
  }
}
