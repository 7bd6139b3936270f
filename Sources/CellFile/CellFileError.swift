/// What is wrong in a file of a kept cell, by its path in the file.
package struct CellFileError: Error, Equatable, CustomStringConvertible {
  /// Such as `sections[3].nseg`; empty for the file.
  package let path: String
  package let found: String
  package let expected: String

  package var description: String {
    "\(path.isEmpty ? "the file" : path) is \(found); expected \(expected)"
  }
}
