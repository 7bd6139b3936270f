import CNEURON

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// NEURON's own pointer to a section, an object, a name.
package typealias SectionReference = OpaquePointer
package typealias ObjectReference = OpaquePointer
package typealias SymbolReference = OpaquePointer

/// The NEURON that runs in this process, through its C API.
///
/// NEURON reports errors as C++ exceptions, which must not cross a Swift frame. The functions of `api`
/// catch them: some return a status, of the others `check(doing:)` tells whether one failed.
package struct NEURON {
  package let api: neuron_api
  /// Where a failing call leaves its reason.
  let message = MessageBuffer()
  /// Names that were looked up before.
  let symbols = SymbolCache()

  /// Finds NEURON in the process.
  ///
  /// - Throws: `BridgeError.noNEURON`.
  package init() throws(BridgeError) { try self.init(findingBy: neuron_api_find) }

  /// For tests: with functions that are found in another way.
  init(
    findingBy find: (
      UnsafeMutablePointer<neuron_api>, UnsafeMutablePointer<UnsafePointer<CChar>?>
    ) -> Bool
  ) throws(BridgeError) {
    var missing: UnsafePointer<CChar>?
    let found = withUnsafeTemporaryAllocation(of: neuron_api.self, capacity: 1) {
      buffer -> neuron_api? in
      guard let table = buffer.baseAddress, find(table, &missing) else { return nil }
      return table.pointee
    }
    guard let found else {
      throw .noNEURON(missingFunction: missing.map { String(cString: $0) } ?? "unknown")
    }
    api = found
  }
}

/// Names that were looked up before: NEURON searches its tables from one end to the other.
///
/// A cache lives as long as one call into this library, in which names do not change their meaning.
final class SymbolCache {
  struct Method: Hashable {
    /// NEURON's own copy of the class's name, one for all its objects.
    let className: UnsafePointer<CChar>
    let name: String
  }
  var byName: [String: SymbolReference] = [:]
  var byMethod: [Method: SymbolReference] = [:]
}

/// Memory for the text of an error.
final class MessageBuffer {
  let size = 2048
  let base: UnsafeMutablePointer<CChar>

  init() {
    base = .allocate(capacity: size)
    base.initialize(repeating: 0, count: size)
  }

  deinit { base.deallocate() }

  var text: String { mended(String(cString: base), bytes: size - 1) }
}

/// A text that NEURON may read and replace: what hoc calls a strdef.
package final class HocString {
  let reference: UnsafeMutablePointer<UnsafeMutablePointer<CChar>>

  package init(_ text: String = "") {
    reference = .allocate(capacity: 1)
    reference.initialize(to: Self.copy(text))
  }

  deinit {
    // NEURON replaces a text by freeing it and allocating its successor.
    free(reference.pointee)
    reference.deallocate()
  }

  package var text: String { String(cString: reference.pointee) }

  /// The text for C, valid as long as this object lives.
  package var cString: UnsafePointer<CChar> { UnsafePointer(reference.pointee) }

  private static func copy(_ text: String) -> UnsafeMutablePointer<CChar> {
    guard let copy = strdup(text) else { preconditionFailure("out of memory") }
    return copy
  }
}
