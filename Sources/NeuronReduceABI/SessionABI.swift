// swift-format-ignore-file: AlwaysUseLowerCamelCase
// The functions have the names that the C header declares.

// What NEURON has of many objects at once: what it goes on from when the engine has run, events and streams of
// random numbers, and what is behind POINTERs.

import CNEURON
import CNeuronReduce
import NEURONBridge

@c(nr_raw_pointers) @implementation
public func nr_raw_pointers(
  _ processes: UnsafePointer<UnsafeMutableRawPointer?>, _ count: Int,
  _ found: UnsafeMutablePointer<Int32>
) -> Int32 {
  let given = elements(processes, count).compactMap { OpaquePointer($0) }
  guard given.count == count, let areSet = try? RawPointers.areSet(of: given) else { return -1 }
  for (index, isSet) in areSet.enumerated() { found[index] = isSet ? 1 : 0 }
  return 0
}

@c(nr_session_send) @implementation
public func nr_session_send(_ events: UnsafePointer<nr_session_event>?, _ count: Int) -> Int32 {
  for event in UnsafeBufferPointer(start: events, count: count) {
    let isSent = neuron_send_event(
      UInt(event.target), UInt(event.weights), UInt(event.movable), event.time, event.flag)
    if !isSent { return -1 }
  }
  return 0
}

@c(nr_session_set_streams) @implementation
public func nr_session_set_streams(
  _ processes: UnsafePointer<UInt64>?, _ positions: UnsafePointer<Int64>?, _ count: Int,
  _ datum: Int32
) -> Int32 {
  guard let processes, let positions else { return count == 0 ? 0 : -1 }
  for index in 0..<count
  where !neuron_set_stream(UInt(processes[index]), datum, UInt64(positions[index])) {
    return -1
  }
  return 0
}

@c(nr_session_words) @implementation
public func nr_session_words(
  _ addresses: UnsafePointer<UInt64>?, _ count: Int, _ offset: Int64,
  _ words: UnsafeMutablePointer<UInt64>?
) {
  guard let addresses, let words else { return }
  for index in 0..<count {
    // Nothing is there, wherever in it.
    let start = UnsafeRawPointer(bitPattern: UInt(addresses[index]))
    words[index] = start?.load(fromByteOffset: Int(offset), as: UInt64.self) ?? 0
  }
}
