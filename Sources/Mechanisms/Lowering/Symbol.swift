/// What a name of the mechanism stands for.
enum Symbol: Equatable {
  case variable(Variable)
  case number(Double)
  /// Known, but nothing that a running block may use: BBCOREPOINTER.
  case unusable(String)
}
