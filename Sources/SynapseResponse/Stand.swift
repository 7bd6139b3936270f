/// What happens to a point process that is measured: it sits on a compartment of its own, a stand,
/// whose capacitance is so large that its voltage stays where it is put, and gets events from two
/// NetCons.
package struct Stand: Sendable, Equatable {
  /// Events of one NetCon.
  package struct Events: Sendable, Equatable {
    /// In ms, rising; equal ones come together.
    package var times: [Double] = []
    /// The factor on its weight.
    package var scale = 1.0
  }

  /// In mV.
  package var holding: Double
  package var first = Events()
  package var second = Events()
  /// Whether the voltage follows `Protocol.voltageSteps`, and is `holding` between them.
  package var isStepped = false
  /// Whether this stand repeats another, with an instance of its own where there is one.
  package var isRepetition = false
}

extension Stand {
  static func single(at holding: Double, scale: Double = 1) -> Stand {
    Stand(holding: holding, first: Events(times: [0], scale: scale))
  }

  func with(_ first: Events, _ second: Events) -> Stand {
    var result = self
    result.first = first
    result.second = second
    return result
  }

  var repeated: Stand {
    var result = self
    result.isRepetition = true
    return result
  }
}
