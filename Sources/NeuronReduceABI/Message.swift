import NEURONBridge

/// Copies as much of a text as fits, with its terminating zero.
func write(_ text: String, to buffer: UnsafeMutablePointer<CChar>, size: Int) {
  guard size > 0 else { return }
  var end = 0
  for byte in shortened(text, bytes: size - 1).utf8 {
    buffer[end] = CChar(bitPattern: byte)
    end += 1
  }
  buffer[end] = 0
}
