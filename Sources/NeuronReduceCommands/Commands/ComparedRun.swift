import CellFile
import NEURONSession
import ResponseMeasuring

/// A run in a copy of the process, whose session is as this one's is now, with what was done to the cell before.
struct ComparedRun {
  let record: RunRecord
  /// Of the reduction, as files have it; null of the full cell, and where it is not known.
  let reduction: JSONValue

  /// - Throws: `CommandFailure`, with what the copy says went wrong.
  init(_ work: () throws -> (RunRecord, JSONValue)) throws {
    let bytes: [UInt8]
    do throws(CopyError) {
      bytes = try ProcessCopy.bytes(timeout: 1e9) {
        let (record, reduction) = try work()
        let text = Array(JSONWriter.line(reduction).utf8)
        let numbers =
          [Double(text.count), record.seconds, Double(record.times.count)] + record.times
          + record.voltages.joined()
        return numbers.withUnsafeBytes { Array($0) } + text
      }
    } catch {
      guard case .failed(let reason) = error else {
        throw CommandFailure("a run gave no result: \(error)")
      }
      throw CommandFailure(reason)
    }
    guard let (numbers, text) = Self.parts(of: bytes) else {
      throw CommandFailure("a run gave no result")
    }
    let count = Int(numbers[2])
    let rows = stride(from: 3, to: numbers.count, by: count).map {
      Array(numbers[$0..<($0 + count)])
    }
    record = RunRecord(times: rows[0], voltages: Array(rows.dropFirst()), seconds: numbers[1])
    reduction = try JSONParser.value(of: text)
  }

  /// The numbers, of which the third says how many each row has that follows, and what comes after them.
  private static func parts(of bytes: [UInt8]) -> (numbers: [Double], text: [UInt8])? {
    guard bytes.count >= 24 else { return nil }
    return bytes.withUnsafeBytes { buffer in
      let number = { (index: Int) in
        buffer.loadUnaligned(fromByteOffset: 8 * index, as: Double.self)
      }
      let end = bytes.count - Int(number(0))
      let (count, rest) = (Int(number(2)), end / 8 - 3)
      guard end % 8 == 0, count > 0, rest >= 2 * count, rest % count == 0 else { return nil }
      return ((0..<(end / 8)).map(number), Array(bytes[end...]))
    }
  }
}
