/// How a TABLE lies in the memory: its lowest argument, intervals per unit of the argument, whether it
/// has been made, then its columns.
enum TableLayout {
  static let header = 3
}
