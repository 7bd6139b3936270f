/// An array at an address that C can keep.
final class CArray<Element> {
  let base: UnsafeMutablePointer<Element>
  let count: Int

  init(_ elements: [Element]) {
    count = elements.count
    base = .allocate(capacity: max(count, 1))
    base.initialize(from: elements, count: count)
  }

  /// The array, as functions give it to C: how many there are goes to a place of the caller's.
  func lent(_ count: inout Int) -> UnsafePointer<Element> {
    count = self.count
    return UnsafePointer(base)
  }

  deinit {
    base.deinitialize(count: count)
    base.deallocate()
  }
}

extension Array {
  /// nil past the last element.
  func element(_ index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}

/// Texts at addresses that C can keep.
final class CStrings {
  private let texts: [CArray<CChar>]

  init(_ texts: [String]) { self.texts = texts.map { CArray($0.utf8CString.map { $0 }) } }

  /// The first of at least one text.
  var first: UnsafePointer<CChar> { UnsafePointer(texts[0].base) }

  /// nil past the last text.
  subscript(index: Int) -> UnsafePointer<CChar>? {
    texts.indices.contains(index) ? UnsafePointer(texts[index].base) : nil
  }
}

/// Texts at addresses that C can keep, each once.
final class TextPool {
  private var texts: [String: CArray<CChar>] = [:]

  func address(of text: String) -> UnsafePointer<CChar> {
    if let known = texts[text] { return UnsafePointer(known.base) }
    let new = CArray(text.utf8CString.map { $0 })
    texts[text] = new
    return UnsafePointer(new.base)
  }
}

/// What a caller gave at an address; nothing where it gave none, or less.
func elements<Element>(
  _ start: UnsafePointer<Element>?, _ count: Int
) -> UnsafeBufferPointer<Element> {
  UnsafeBufferPointer(start: start, count: start == nil ? 0 : max(count, 0))
}

/// A copy of a C array; empty for none.
func array(_ base: UnsafePointer<Double>?, _ count: Int) -> [Double] {
  Array(UnsafeBufferPointer(start: base, count: base == nil ? 0 : max(count, 0)))
}
