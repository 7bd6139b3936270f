import CNEURON
import CellModel

extension LiveCell {
  /// What a Vector records, or what one is played into.
  package struct Recording {
    /// What of the session it is about.
    package enum Variable: Equatable {
      case time
      /// By hoc's name, an element of an array with its index.
      case range(String, section: Int, position: Double)
      /// Of a point process, by its index in the model.
      case property(String, process: Int)
      /// None of the cell's, or a statement of hoc, which may set any.
      case other
    }

    package enum Sampling {
      case everyStep
      case interval(Double)
      /// At the times in a Vector.
      case times(ObjectReference?)
    }

    package let variable: Variable
    package let isPlay: Bool
    /// Of what is played: whether it is lines between values, rather than steps.
    package let isContinuous: Bool
    /// Of lines: whether a Vector has the indices of the times at which they may jump.
    package let hasBreaks: Bool
    /// That Vector; nil for one that is no object.
    package let breaks: ObjectReference?
    package let sampling: Sampling
    /// nil for a Vector that is no object.
    package let vector: ObjectReference?
  }

  /// All recordings and plays of the session; nil where NEURON does not tell of them.
  package func recordings() throws(BridgeError) -> [Recording]? {
    guard let internals = Internals(neuron) else { return nil }
    let time = neuron.api.symbol("t").flatMap { neuron.api.symbol_data($0) }
    let variables = try variables(internals)
    var found: [Recording] = []
    for (record, kind) in internals.records() {
      let value = record.pointee
      var handle = value.variable
      var variable = Recording.Variable.other
      if kind == NEURON_RECORD_TIME || neuron_handle_address(&handle) == time {
        variable = .time
      } else if kind != NEURON_PLAY_STATEMENT {
        variable = self.variable(try variables.variable(of: value.variable))
      }
      let isContinuous = kind == NEURON_PLAY_CONTINUOUS
      let breaks = isContinuous ? value.also.discontinuities : nil
      found.append(
        Recording(
          variable: variable, isPlay: kind.isPlay, isContinuous: isContinuous,
          hasBreaks: breaks != nil, breaks: breaks.flatMap(internals.object(ofVector:)),
          sampling: sampling(of: value, kind, internals),
          vector: internals.object(ofVector: value.vector)))
    }
    return found
  }

  /// All variables of the cell.
  func variables(_ internals: Internals) throws(BridgeError) -> DendriticVariables {
    let everything = Replacement(
      [
        Replacement.Piece(
          stem: 0, sections: Array(model.sections.indices),
          attachment: .init(parent: 0, position: 0))
      ], of: model)
    return DendriticVariables(
      internals, self, everything, processes: Array(model.pointProcesses.indices))
  }

  func variable(_ found: DendriticVariables.Variable?) -> Recording.Variable {
    switch found {
    case .range(let range, _, let place):
      return .range(range.text, section: place.section, position: place.position)
    case .property(let process, let name, let element):
      let isArray =
        neuron.api.method_symbol(synapses[process], name).map {
          neuron.api.symbol_is_array($0)
        } ?? false
      return .property(isArray ? "\(name)[\(element)]" : name, process: process)
    case nil: return .other
    }
  }

  private func sampling(
    of record: neuron_record, _ kind: neuron_record_kind, _ internals: Internals
  ) -> Recording.Sampling {
    switch kind {
    case NEURON_RECORD_INTERVAL: .interval(record.of.interval)
    case NEURON_PLAY_STEPS where record.of.times == nil: .interval(record.also.interval)
    case NEURON_RECORD_TIMES, NEURON_PLAY_STEPS, NEURON_PLAY_CONTINUOUS:
      .times(internals.object(ofVector: record.of.times))
    default: .everyStep
    }
  }

  /// Whether ParallelContext transfers variables in this session, as between gap junctions, or may do so.
  package func hasTransfers() -> Bool {
    guard let internals = Internals(neuron) else { return false }
    guard let tables = TransferTables.ofThisProcess else {
      return internals.functions.transfer.pointee != nil
    }
    return !tables.targets.isEmpty
  }

  /// What is known of Randoms that are played into variables of this session.
  package enum RandomPlays {
    case none, unknown
    /// One that is, nil where it is no object's.
    case some(ObjectReference?)
  }

  package func randomPlays() -> RandomPlays {
    guard let internals = Internals(neuron) else { return .unknown }
    return (try? PointingObjects.playedRandom(internals)) ?? .unknown
  }
}
