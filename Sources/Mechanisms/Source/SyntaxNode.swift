/// A node of the syntax tree that `nmodl` writes as JSON: `{"Kind": [child, …]}`, or a word of the source,
/// `{"name": "word"}`.
struct SyntaxNode: Equatable {
  var kind: String
  var text: String
  var children: [SyntaxNode]

  init(kind: String, text: String = "", children: [SyntaxNode] = []) {
    self.kind = kind
    self.text = text
    self.children = children
  }

  /// The word of a node such as `String`, `Name`, `Double` or `BinaryOperator`, however deep it is.
  var word: String {
    var node = self
    while let first = node.children.first { node = first }
    return node.kind == SyntaxNode.wordKind ? node.text : ""
  }

  func first(_ kind: String) -> SyntaxNode? { children.first { $0.kind == kind } }
  func all(_ kind: String) -> [SyntaxNode] { children.filter { $0.kind == kind } }

  static let wordKind = "name"
}
