import Testing

@testable import NEURONBridge

@Suite struct MendedTests {
  @Test func aTextThatFitsIsLeftAlone() {
    #expect(mended("no leak", bytes: 8) == "no leak")
    #expect(mended("", bytes: 0) == "")
  }

  @Test func aTextIsCutAfterAWord() {
    // The ellipsis has three bytes.
    #expect(mended("a cell without a soma", bytes: 17) == "a cell without…")
    #expect(mended("a long name without end", bytes: 18) == "a long name…")
    // Rather within a word than before half of the text.
    #expect(mended("a cell without a soma", bytes: 16) == "a cell withou…")
  }

  @Test(arguments: 0..<40)
  func aCutTextFitsAndIsABeginning(bytes: Int) {
    let text = "Ω of dend[0] µ🧠 and a_name_longer_than_half_of_it"
    let cut = mended(text, bytes: bytes)
    #expect(cut.utf8.count <= bytes)
    guard !cut.isEmpty else { return }
    #expect(cut.last == "…")
    #expect(text.hasPrefix(cut.dropLast()))
  }

  @Test func whatWasCutWithinACharacterIsMended() {
    #expect(mended("short", bytes: 100) == "short")
    let broken = String(decoding: [0x61, 0x20, 0x62, 0x62, 0x62, 0xC2], as: UTF8.self)
    #expect(!mended(broken, bytes: 6).contains("\u{FFFD}"))
  }
}
