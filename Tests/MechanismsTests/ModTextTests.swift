import Mechanisms
import TestSupport
import Testing

@Suite struct ModTextTests {
  @Test(arguments: [
    ("state_discontinuity(a, a + w)", "a =  ( a + w)"),
    ("IF (x) { state_discontinuity (b[1], f(b[1], 2)*w) }", "IF (x) { b[1] = ( f(b[1], 2)*w) }"),
    (": state_discontinuity(a, b)\n", nil), ("COMMENT state_discontinuity(a, b) ENDCOMMENT", nil),
    ("VERBATIM\nstate_discontinuity(a, b);\nENDVERBATIM", nil),
    ("TITLE state_discontinuity(a, b)", nil),
    ("my_state_discontinuity(a, b)", nil), ("state_discontinuity(a)", nil),
    ("state_discontinuity(a, b", nil), ("printf(\"state_discontinuity(a, b)\")", nil), ("", nil),
  ])
  func writesDiscontinuitiesAsAssignments(text: String, expected: String?) {
    let result = String(decoding: ModText.prepared(Array(text.utf8)), as: UTF8.self)
    func words(_ text: String) -> String { text.filter { $0 != " " } }
    if let expected { #expect(words(result) == words(expected)) } else { #expect(result == text) }
  }

  @Test func changesNothingElse() {
    var random = SplitMix64(seed: 3)
    let parts = [
      "VERBATIM", "ENDVERBATIM", "COMMENT", "ENDCOMMENT", ":", "?", "\"", "\n", "(", ")", ",", " ",
      "x",
      "TITLE", "é", "{", "_", "1",
    ]
    for _ in 0..<5000 {
      let text = (0..<random.next() % 30).map { _ in parts[Int(random.next() % UInt64(parts.count))]
      }
      .joined()
      #expect(ModText.prepared(Array(text.utf8)) == Array(text.utf8))
    }
  }
}
