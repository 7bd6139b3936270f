// swift-format-ignore-file: AlwaysUseLowerCamelCase
// The functions have the names that the C header declares.

import CNeuronReduce
import CellExport
import CellFile

@c(nr_export_format_at) @implementation
public func nr_export_format_at(_ index: Int) -> nr_export_format {
  guard ExportFormat.allCases.indices.contains(index) else { return nr_export_format() }
  return nr_export_format(name: formatNames[index], ending: formatEndings[index][0])
}

@c(nr_export_write) @implementation
public func nr_export_write(
  _ bytes: UnsafePointer<UInt8>, _ count: Int, _ format: UnsafePointer<CChar>,
  _ name: UnsafePointer<CChar>, _ written: UnsafeMutablePointer<OpaquePointer?>
) -> OpaquePointer? {
  do throws(ExportRequestError) {
    let format = try ExportFormat(named: String(cString: format))
    let cell = try savedCell(Array(elements(bytes, count)))
    do throws(ExportError) {
      let export = try CellExport(of: cell, as: format, named: String(cString: name))
      written.pointee = OpaquePointer(Unmanaged.passRetained(WrittenExport(export)).toOpaque())
      return nil
    } catch {
      return ErrorReport(error, NR_SAVED_CELL) { _ in error.description }.retained
    }
  } catch {
    return ErrorReport(error, error.status) { _ in error.description }.retained
  }
}

@c(nr_export_free) @implementation
public func nr_export_free(_ written: OpaquePointer) {
  Unmanaged<WrittenExport>.fromOpaque(UnsafeRawPointer(written)).release()
}

@c(nr_export_file) @implementation
public func nr_export_file(_ written: OpaquePointer, _ index: Int) -> nr_exported_file {
  nr_exported_file(path: export(written).paths[index], text: export(written).texts[index])
}

@c(nr_export_warning) @implementation
public func nr_export_warning(_ written: OpaquePointer, _ index: Int) -> UnsafePointer<CChar>? {
  export(written).warnings[index]
}

private func export(_ written: OpaquePointer) -> WrittenExport {
  Unmanaged<WrittenExport>.fromOpaque(UnsafeRawPointer(written)).takeUnretainedValue()
}

private nonisolated(unsafe) let formatNames = CStrings(ExportFormat.allCases.map(\.rawValue))
/// None or one for each format.
private nonisolated(unsafe) let formatEndings = ExportFormat.allCases.map {
  CStrings([$0.ending].compactMap { $0 })
}

/// An export as C callers read it.
private final class WrittenExport {
  let paths, texts, warnings: CStrings

  init(_ export: CellExport) {
    paths = CStrings(export.files.map(\.path))
    texts = CStrings(export.files.map(\.text))
    warnings = CStrings(export.warnings)
  }
}

private func savedCell(_ text: [UInt8]) throws(ExportRequestError) -> KeptCell {
  do {
    return try KeptCell(text: text)
  } catch {
    throw .noSavedCell(problem: "\(error)")
  }
}

extension ExportFormat {
  fileprivate init(named name: String) throws(ExportRequestError) {
    guard let known = Self(rawValue: name) else {
      throw .unknownFormat(name: name, known: Self.allCases.map(\.rawValue))
    }
    self = known
  }
}
