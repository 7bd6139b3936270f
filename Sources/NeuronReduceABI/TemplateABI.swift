// swift-format-ignore-file: AlwaysUseLowerCamelCase
// The functions have the names that the C header declares.

import CNeuronReduce
import NEURONBridge

@c(nr_define_template) @implementation
public func nr_define_template(
  _ name: UnsafePointer<CChar>, _ message: UnsafeMutablePointer<CChar>, _ messageSize: Int
) -> nr_status {
  do throws(BridgeError) {
    try ReducedTemplate(name: String(cString: name), isBuiltIn: true).prepare(in: NEURON())
    return NR_OK
  } catch {
    write(error.description, to: message, size: messageSize)
    return error.status
  }
}
