/// Why a command did not do what it was asked for: a sentence for its user.
struct CommandFailure: Error, CustomStringConvertible, Equatable {
  let description: String

  init(_ description: String) { self.description = description }
}
