import NEURONBridge
import SynapseResponse

/// A synapse that is measured.
final class Subject {
  let className: String
  /// The user's own, and another one of its kind; nil where it is not needed, or there is none.
  var synapse, another: ObjectReference?
  /// All weights of a NetCon onto it; the first is positive.
  let weights: [Double]
  /// In a copy of the process, MechanismStandards with what instances like it get; none where none can be
  /// made.
  var values: [ObjectReference] = []

  init(
    className: String, synapse: ObjectReference, another: ObjectReference?, weights: [Double]
  ) {
    self.className = className
    self.synapse = synapse
    self.another = another
    self.weights = weights
  }

  var weight: Double { weights.first ?? 1 }
}

/// Kinds of synapse of one class.
struct SubjectGroup {
  /// One of each kind.
  var subjects: [Subject]
  /// For each of them the one that it is most like, by index; those that are most like themselves are measured
  /// thoroughly, and the others as these were found.
  var nearest: [Int]
  /// For each of them what was found of the one that it is most like, where that was measured earlier;
  /// otherwise nothing.
  var like: [Finding] = []

  /// Those that are measured thoroughly, by index.
  var sample: [Int] { like.isEmpty ? subjects.indices.filter { nearest[$0] == $0 } : [] }
}

/// What was found of a synapse.
struct Finding: Equatable {
  var response: MeasuredResponse
  /// Whether it was the user's own instance alone that could be measured.
  var isAlone = false

  var numbers: [Double] { response.numbers + [isAlone ? 1 : 0] }

  init(_ response: MeasuredResponse, isAlone: Bool = false) {
    self.response = response
    self.isAlone = isAlone
  }

  init?(takingFrom numbers: inout ArraySlice<Double>) {
    guard let response = MeasuredResponse(takingFrom: &numbers), let isAlone = numbers.popFirst()
    else { return nil }
    self.init(response, isAlone: isAlone != 0)
  }
}
