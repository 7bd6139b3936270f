// What the library says about its own interface.

#include "neuron_reduce.h"

#include <string.h>

// Callers such as ctypes take enumerations for int32_t.
_Static_assert(sizeof(nr_status) == 4 && sizeof(nr_nature) == 4 && sizeof(nr_role) == 4 &&
                   sizeof(nr_superposition) == 4 && sizeof(nr_merging) == 4 &&
                   sizeof(nr_spines) == 4,
               "enumerations have 32 bits");

int nr_abi_version(void) { return NR_ABI_VERSION; }

size_t nr_struct_size(const char *name) {
#define SIZE(type) {#type, sizeof(type)}
  static const struct {
    const char *name;
    size_t size;
  } sizes[] = {
      SIZE(nr_response),
      SIZE(nr_steady_event),
      SIZE(nr_argument_names),
      SIZE(nr_error_value),
      SIZE(nr_cell_request),
      SIZE(nr_cable_membrane),
      SIZE(nr_settings),
      SIZE(nr_building),
      SIZE(nr_process_group),
      SIZE(nr_inexact_merge),
      SIZE(nr_leak),
      SIZE(nr_cable),
      SIZE(nr_mapped_segment),
      SIZE(nr_place),
      SIZE(nr_process_place),
      SIZE(nr_reduced_connection),
      SIZE(nr_shared_compartment),
      SIZE(nr_counts),
      SIZE(nr_expected_loss),
      SIZE(nr_joint),
      SIZE(nr_gain),
      SIZE(nr_section),
      SIZE(nr_synapse_kind),
      SIZE(nr_named_value),
      SIZE(nr_impedance),
      SIZE(nr_trace),
      SIZE(nr_span),
      SIZE(nr_spike_comparison),
      SIZE(nr_voltage_comparison),
      SIZE(nr_spike_shape),
      SIZE(nr_complex),
      SIZE(nr_equivalent_cable),
      SIZE(nr_measuring_clock),
      SIZE(nr_stand),
      SIZE(nr_voltage_step),
      SIZE(nr_measured),
      SIZE(nr_program_request),
      SIZE(nr_function_table),
      SIZE(nr_program_instance),
      SIZE(nr_recording),
      SIZE(nr_export_format),
      SIZE(nr_exported_file),
      SIZE(nr_netcon),
      SIZE(nr_netstim),
      SIZE(nr_session_event),
  };
#undef SIZE
  for (size_t index = 0; index < sizeof sizes / sizeof sizes[0]; index++)
    if (strcmp(sizes[index].name, name) == 0) return sizes[index].size;
  return 0;
}
