import CellFile

/// The page in which a reduction can be looked at: that of Python's `view()`, with the same record the same to the byte.
struct ReductionPage {
  /// Where in the page the record goes.
  private static let place = "/*RECORD*/null"
  private static let template = String(decoding: PackageResources.page_html, as: UTF8.self)

  let text: String

  /// - Parameter record: as files have it.
  init(record: JSONValue) {
    let parts = Self.template.split(separator: Self.place, maxSplits: 1)
    precondition(parts.count == 2, "the page has a place for the record")
    text = parts[0] + Self.inScript(JSONWriter.compact(record)) + parts[1]
  }

  /// Text of JSON that cannot end the script element it is in.
  private static func inScript(_ text: String) -> String {
    var result: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "<"): result += "\\u003c".utf8
      case UInt8(ascii: ">"): result += "\\u003e".utf8
      case UInt8(ascii: "&"): result += "\\u0026".utf8
      default: result.append(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
