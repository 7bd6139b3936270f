/// A text that was cut to so many bytes of UTF-8 by whoever wrote it, maybe within a character: cut after a
/// word where it has several; an ellipsis shows that it went on.
func mended(_ text: String, bytes: Int) -> String {
  let isCut = text.utf8.count >= bytes
  return isCut ? cut(text.filter { $0 != "\u{FFFD}" }, bytes: bytes) : text
}

private let ellipsis = "…"

private func cut(_ text: String, bytes: Int) -> String {
  guard bytes > ellipsis.utf8.count else { return "" }
  var end = text.startIndex
  var left = bytes - ellipsis.utf8.count
  while end < text.endIndex {
    let size = text[end].utf8.count
    if size > left { break }
    left -= size
    text.formIndex(after: &end)
  }
  let head = text[..<end]
  let isWithinWord = end < text.endIndex ? text[end] != " " : true
  // A name that is longer than half of it says more than what comes before.
  if isWithinWord, let space = head.lastIndex(of: " "),
    head[..<space].utf8.count >= bytes / 2
  {
    return head[..<space] + ellipsis
  }
  return head + ellipsis
}
