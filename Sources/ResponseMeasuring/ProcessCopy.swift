import CNEURONHost

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Why a copy of the process gave no result.
package enum CopyError: Error, Equatable {
  /// It said so itself.
  case failed(String)
  case ended
  case crashed(signal: String)
  case tookTooLong(seconds: Double)
  case notMade
}

extension CopyError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .failed(let reason): reason
    case .ended: "the copy of the process ended"
    case .crashed(let signal): "it crashed (\(signal))"
    case .tookTooLong(let seconds): "it took more than \(Int(seconds)) s"
    case .notMade: "the process cannot be copied"
    }
  }
}

/// A copy of the process, in which NEURON may be used up: what is changed there is changed nowhere else.
package enum ProcessCopy {
  /// Does some work in a copy of this process.
  ///
  /// - Parameters:
  ///   - timeout: in seconds.
  ///   - work: what it gives is handed over as numbers.
  package static func call(
    timeout: Double, _ work: () throws -> [Double]
  ) throws(CopyError) -> [Double] {
    try numbers(bytes(timeout: timeout) { try work().withUnsafeBytes { Array($0) } }[...])
  }

  /// The same with bytes.
  package static func bytes(
    timeout: Double, _ work: () throws -> [UInt8]
  ) throws(CopyError) -> [UInt8] {
    var ends: (reading: Int32, writing: Int32) = (-1, -1)
    let isMade = withUnsafeMutableBytes(of: &ends) {
      pipe($0.assumingMemoryBound(to: Int32.self).baseAddress!) == 0
    }
    guard isMade else { throw .notMade }
    let child = neuron_host_fork()
    if child == 0 {
      close(ends.reading)
      var bytes: [UInt8]
      do {
        bytes = try [0] + work()
      } catch {
        bytes = [1] + Array("\(error)".utf8)
      }
      neuron_host_exit(write(bytes, to: ends.writing) ? 0 : 1)
    }
    close(ends.writing)
    defer { close(ends.reading) }
    guard child > 0 else { throw .notMade }
    guard let bytes = read(from: ends.reading, timeout: timeout) else {
      kill(child, SIGKILL)
      waitpid(child, nil, 0)
      throw .tookTooLong(seconds: timeout)
    }
    let signal = neuron_host_wait(child)
    switch bytes.first {
    case 0: return Array(bytes.dropFirst())
    case 1: throw .failed(String(decoding: bytes.dropFirst(), as: UTF8.self))
    default:
      throw signal == 0
        ? .ended : .crashed(signal: String(cString: neuron_host_signal_name(signal)))
    }
  }

  private static func numbers(_ bytes: ArraySlice<UInt8>) -> [Double] {
    bytes.withUnsafeBytes { buffer in
      (0..<(buffer.count / 8)).map { buffer.loadUnaligned(fromByteOffset: 8 * $0, as: Double.self) }
    }
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let count = Glibc.write(descriptor, buffer.baseAddress! + done, buffer.count - done)
        guard count > 0 else { return false }
        done += count
      }
      return true
    }
  }

  /// All there is to read until the other end is closed; nil where that takes too long.
  private static func read(from descriptor: Int32, timeout: Double) -> [UInt8]? {
    var bytes: [UInt8] = []
    let end = ContinuousClock.now + .seconds(timeout)
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { chunk.deallocate() }
    while true {
      let left = (end - .now) / .milliseconds(1)
      guard left > 0 else { return nil }
      var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = poll(&request, 1, Int32(min(left, 1000)) + 1)
      if ready <= 0 { continue }
      let count = Glibc.read(descriptor, chunk.baseAddress, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return bytes }
      bytes += chunk[..<count]
    }
  }
}
