import CellFile

/// A kept cell as a Python module that needs NEURON alone.
struct PythonModule {
  let text: String

  /// - Parameter name: the module's.
  init(_ cell: KeptCell, named name: String) {
    text = Self.head(of: cell, name) + Self.builder + "\n" + Self.tail(name, Self.quoted(cell.text))
  }

  /// What builds cells, of this package: its imports are among those of the head, and its own words on what it is are
  /// not wanted.
  private static let builder: String = {
    let source = String(decoding: PackageResources.building_py, as: UTF8.self)
    let imports = "from neuron import h\n"
    var body = source.firstRange(of: imports).map { source[$0.upperBound...] } ?? source[...]
    while body.last == "\n" { body.removeLast() }
    return String(body)
  }()

  /// JSON, between single quotes: in JSON only texts have this character.
  private static func quoted(_ json: String) -> String {
    var result: [UInt8] = []
    result.reserveCapacity(json.utf8.count)
    for byte in json.utf8 {
      if byte == UInt8(ascii: "'") { result += "\\u0027".utf8 } else { result.append(byte) }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func head(of cell: KeptCell, _ name: String) -> String {
    #"""
    """\#(inDocstring(cell.title.withoutAddresses)).

    Needs NEURON alone, with the mechanisms \#(cell.mechanisms.map(\.name).joined(separator: ", ")).

        import \#(inDocstring(name))
        cell = \#(inDocstring(name)).make()  # Or make(with_sources=False), and then cell.connect(0, source).

    celsius was \#(cell.temperature.general()) and v_init \#(cell.initialPotential.general()): set_globals() sets them, and the mechanisms' GLOBALs.
    """

    import ctypes
    import itertools
    import json
    import struct
    import warnings

    from neuron import h

    """#
  }

  private static func inDocstring(_ text: String) -> String {
    // By scalars, as Python reads it: a quote may be a part of a character.
    String(text.unicodeScalars.filter { $0 != "\\" && $0 != "\"" })
  }

  private static func tail(_ name: String, _ content: String) -> String {
    #"""


    CONTENT = json.loads(
        r'''
    \#(content)'''
    )

    _numbers = itertools.count()


    def make(with_sources=True, gid=None, threshold=None, name=None):
        """A new cell, beside all that is there.

        :param with_sources: whether with the NetCons and NetStims that it had.
        :param gid: makes the soma a source of spikes of this number, for ParallelContext.
        :param threshold: of these, in mV; if not given that of the cell's own NetCons from its soma,
            or 10.
        :param name: by which its sections are known.
        """
        if name is None:
            name = f"\#(inFormatted(name))_{next(_numbers)}"
        return Cell(CONTENT, name, with_sources, gid, threshold)


    def set_globals():
        """Sets celsius, v_init and the GLOBALs of the mechanisms to what they were."""
        h.celsius = CONTENT["celsius"]
        h("v_init = %r" % CONTENT["v_init"])
        for each in CONTENT["mechanisms"]:
            for variable, value in each["globals"].items():
                if isinstance(value, list):
                    for index, element in enumerate(value):
                        getattr(h, variable)[index] = number(element)
                else:
                    setattr(h, variable, number(value))

    """#
  }

  /// As part of a text that Python formats.
  private static func inFormatted(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      switch scalar {
      case "{", "}": "\(scalar)\(scalar)"
      case "\"", "\\": "\\\(scalar)"
      case "\n": "\\n"
      case "\r": "\\r"
      default: "\(scalar)"
      }
    }.joined()
  }
}
