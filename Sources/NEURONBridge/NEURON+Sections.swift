import CNEURON

extension NEURON {
  package func name(of section: SectionReference) -> String {
    String(cString: api.section_name(section))
  }

  /// The sections of a SectionList object.
  package func sections(of sectionList: ObjectReference) -> [SectionReference] {
    sections(in: api.section_list_items(sectionList))
  }

  /// Every section of the session.
  package func allSections() -> [SectionReference] { sections(in: api.all_sections()) }

  /// What a name of hoc stands for.
  package enum MemberKind {
    case array, objectReference
    /// A section, a number, a text, a function, or nothing.
    case other
  }

  /// What a member of an object, or for nil a name of hoc's top level, stands for.
  package func memberKind(_ name: String, of object: ObjectReference?) -> MemberKind {
    let found = if let object { api.method_symbol(object, name) } else { api.symbol(name) }
    guard let found else { return .other }
    if api.symbol_is_array(found) { return .array }
    // NEURON's own object references are found under this name.
    guard let known = api.symbol("hoc_obj_") else { return .other }
    return api.symbol_type(found) == api.symbol_type(known) ? .objectReference : .other
  }

  /// Deletes a section, if it is still there.
  package func delete(_ section: SectionReference) {
    // Where it is called there is no way back: should NEURON fail once, for want of memory say, it is
    // asked again.
    for _ in 0..<2 where api.section_is_active(section) {
      _ = try? with(section: section) { () throws(BridgeError) in
        try call(symbol("delete_section"))
      }
    }
  }

  /// What a SectionList method such as children or wholetree finds from a section.
  package func sectionList(
    _ methodName: String, of section: SectionReference
  ) throws(BridgeError) -> [SectionReference] {
    let list = try newObject("SectionList")
    defer { api.object_unref(list) }
    let method = try method(methodName, of: list)
    return try with(section: section) { () throws(BridgeError) in
      try call(method, of: list)
      return sections(of: list)
    }
  }

  private func sections(in items: OpaquePointer) -> [SectionReference] {
    let iterator = api.section_iterator_new(items)
    defer { api.section_iterator_free(iterator) }
    var sections: [SectionReference] = []
    while api.section_iterator_done(iterator) == 0 {
      guard let section = api.section_iterator_next(iterator) else { break }
      sections.append(section)
    }
    return sections
  }
}
