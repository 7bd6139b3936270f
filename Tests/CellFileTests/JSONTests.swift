import CellFile
import Testing

@Suite struct JSONTests {
  private func value(_ text: String) throws(JSONError) -> JSONValue {
    try JSONParser.value(of: Array(text.utf8))
  }

  @Test func readsWhatItWrites() throws {
    let all = JSONValue.object([
      .init("nothing", .null), .init("truth", .truth(true)), .init("count", .integer(-3)),
      .init("number", .number(0.1)), .init("text", .text("µ \"\\\n\u{1F9E0}\u{1}")),
      .init("list", .list([.list([]), .object([]), .number(1e-300)])),
    ])
    #expect(try value(JSONWriter.line(all)) == all)
    #expect(try value(JSONWriter.indented(all)) == all)
  }

  @Test(arguments: [
    (0.1, "0.1"), (1, "1.0"), (-70, "-70.0"), (1e-5, "1e-05"), (1e-4, "0.0001"),
    (1e15, "1000000000000000.0"),
    (1e16, "1e+16"), (1.25e17, "1.25e+17"), (1e300, "1e+300"), (-0.0, "-0.0"),
  ])
  func numbersAreWrittenAsPythonDoes(number: Double, text: String) {
    #expect(JSONWriter.text(of: number) == text)
  }

  @Test(arguments: [
    ("", "line 1: expected a value"), ("{\"a\": 1,}", "line 1: expected a name in quotes"),
    ("[1,\n 2", "line 2: expected a comma or ]"),
    ("{\"a\" 1}", "line 1: expected a colon after \"a\""),
    ("{\"a\": 1, \"a\": 2}", "line 1: expected the name \"a\" once"),
    ("01", "line 1: expected a value"), ("01.5", "line 1: expected a value"),
    ("-01e2", "line 1: expected a value"), ("1.e5", "line 1: expected a value"),
    ("1e+", "line 1: expected a value"), ("+1", "line 1: expected a value"),
    ("\"\\ud800\"", "line 1: expected a character that UTF-8 has"),
    ("\"\\ud800\\u0041\"", "line 1: expected a character that UTF-8 has"),
    ("\"\\udc00x\"", "line 1: expected a character that UTF-8 has"),
    ("NaN", "line 1: expected a value"), ("1e999", "line 1: expected a number"),
    ("[1] 2", "line 1: expected the end of the text"),
    ("\"a", "line 1: expected the end of a text"), ("\"\\x\"", "line 1: expected an escape"),
  ])
  func whatIsNoJSONIsToldWithItsLine(text: String, expected: String) {
    #expect { try value(text) } throws: { "\($0)" == "it is no JSON: \(expected)" }
  }

  @Test func aPairOfSurrogatesIsOneCharacter() throws {
    #expect(try value("\"\\ud83e\\udde0\"") == .text("\u{1F9E0}"))
  }

  @Test func deepNestingIsRefused() {
    #expect(throws: JSONError.self) { try value(String(repeating: "[", count: 100_000)) }
  }
}

@Suite struct SHA256Tests {
  // FIPS 180-4's own examples.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func knownDigests(text: String, digest: String) {
    #expect(SHA256.hexadecimal(of: text.utf8) == digest)
  }
}
