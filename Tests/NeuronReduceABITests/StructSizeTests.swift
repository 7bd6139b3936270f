import CNeuronReduce
import Testing

@Suite struct StructSizeTests {
  @Test func saysTheVersionOfTheHeader() {
    #expect(nr_abi_version() == NR_ABI_VERSION)
  }

  /// Sizes as Swift, which reads the header by itself, has them.
  @Test(arguments: [
    ("nr_response", MemoryLayout<nr_response>.stride),
    ("nr_argument_names", MemoryLayout<nr_argument_names>.stride),
    ("nr_error_value", MemoryLayout<nr_error_value>.stride),
    ("nr_cell_request", MemoryLayout<nr_cell_request>.stride),
    ("nr_cable_membrane", MemoryLayout<nr_cable_membrane>.stride),
    ("nr_place", MemoryLayout<nr_place>.stride),
    ("nr_process_place", MemoryLayout<nr_process_place>.stride),
    ("nr_reduced_connection", MemoryLayout<nr_reduced_connection>.stride),
    ("nr_shared_compartment", MemoryLayout<nr_shared_compartment>.stride),
    ("nr_settings", MemoryLayout<nr_settings>.stride),
    ("nr_building", MemoryLayout<nr_building>.stride),
    ("nr_process_group", MemoryLayout<nr_process_group>.stride),
    ("nr_inexact_merge", MemoryLayout<nr_inexact_merge>.stride),
    ("nr_leak", MemoryLayout<nr_leak>.stride),
    ("nr_cable", MemoryLayout<nr_cable>.stride),
    ("nr_counts", MemoryLayout<nr_counts>.stride),
    ("nr_expected_loss", MemoryLayout<nr_expected_loss>.stride),
    ("nr_joint", MemoryLayout<nr_joint>.stride),
    ("nr_gain", MemoryLayout<nr_gain>.stride),
    ("nr_section", MemoryLayout<nr_section>.stride),
    ("nr_trace", MemoryLayout<nr_trace>.stride),
    ("nr_stand", MemoryLayout<nr_stand>.stride),
    ("nr_measured", MemoryLayout<nr_measured>.stride),
    ("nr_export_format", MemoryLayout<nr_export_format>.stride),
    ("nr_exported_file", MemoryLayout<nr_exported_file>.stride),
  ])
  func saysHowLargeItsStructsAre(name: String, size: Int) {
    #expect(nr_struct_size(name) == size)
  }

  @Test(arguments: ["", "nr_respons", "nr_responses", "nr_cell"])
  func ofOtherNamesThereIsNone(name: String) { #expect(nr_struct_size(name) == 0) }
}
