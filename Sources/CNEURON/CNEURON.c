#define _GNU_SOURCE
#include "CNEURON.h"
#include "library.h"

#include <dlfcn.h>
#include <string.h>

#ifdef __linux__
#include <link.h>

// Python may have loaded NEURON privately, where a search of the process's global names does not
// reach: then its library is found among the loaded ones by having the function.
static int search_object(struct dl_phdr_info *info, size_t size, void *result) {
  (void)size;
  if (info->dlpi_name == NULL || strstr(info->dlpi_name, "nrniv") == NULL) return 0;
  void *handle = dlopen(info->dlpi_name, RTLD_LAZY | RTLD_NOLOAD);
  if (handle == NULL) return 0;
  if (dlsym(handle, "nrn_method_call_nothrow") == NULL) {
    dlclose(handle);
    return 0;
  }
  *(void **)result = handle;
  return 1;
}
#endif

void *neuron_library(void) {
  if (dlsym(RTLD_DEFAULT, "nrn_method_call_nothrow") != NULL) return RTLD_DEFAULT;
  void *handle = RTLD_DEFAULT;
#ifdef __linux__
  dl_iterate_phdr(search_object, &handle);
#endif
  return handle;
}

// POSIX guarantees that a function's address survives in a data pointer; ISO C only offers a copy of
// its bytes.
bool neuron_find(void *library, void *slot, const char *name, const char **missing) {
  void *address = dlsym(library, name);
  if (address == NULL) {
    *missing = name;
    return false;
  }
  memcpy(slot, &address, sizeof address);
  return true;
}

bool neuron_api_find(neuron_api *api, const char **missing) {
  *missing = NULL;
  void *library = neuron_library();
#define FIND(member, name)                                                                         \
  if (!neuron_find(library, &api->member, name, missing)) return false
  FIND(section_new, "nrn_section_new");
  FIND(section_push, "nrn_section_push");
  FIND(section_pop, "nrn_section_pop");
  FIND(section_name, "nrn_secname");
  FIND(section_is_active, "nrn_section_is_active");
  FIND(section_length, "nrn_section_length_get");
  FIND(section_set_length, "nrn_section_length_set");
  FIND(section_axial_resistivity, "nrn_section_Ra_get");
  FIND(section_set_axial_resistivity, "nrn_section_Ra_set");
  FIND(section_rallbranch, "nrn_section_rallbranch_get");
  FIND(section_connect, "nrn_section_connect");
  FIND(segment_count, "nrn_nseg_get");
  FIND(set_segment_count, "nrn_nseg_set");
  FIND(mechanism_insert, "nrn_mechanism_insert");
  FIND(accessed_section, "nrn_cas");
  FIND(all_sections, "nrn_allsec");
  FIND(section_list_items, "nrn_sectionlist_data");
  FIND(section_iterator_new, "nrn_sectionlist_iterator_new");
  FIND(section_iterator_free, "nrn_sectionlist_iterator_free");
  FIND(section_iterator_next, "nrn_sectionlist_iterator_next");
  FIND(section_iterator_done, "nrn_sectionlist_iterator_done");
  FIND(segment_diameter, "nrn_segment_diam_get");
  FIND(segment_set_diameter, "nrn_segment_diam_set");
  FIND(range_variable, "nrn_rangevar_get");
  FIND(set_range_variable, "nrn_rangevar_set");
  FIND(range_variable_push, "nrn_rangevar_push");
  FIND(symbol, "nrn_symbol");
  FIND(symbol_type, "nrn_symbol_type");
  FIND(symbol_table, "nrn_symbol_table");
  FIND(symbol_data, "nrn_symbol_dataptr");
  FIND(symbol_is_array, "nrn_symbol_is_array");
  FIND(symbol_subtype, "nrn_symbol_subtype");
  FIND(symbol_name, "nrn_symbol_name");
  FIND(global_symbols, "nrn_global_symbol_table");
  FIND(symbol_iterator_new, "nrn_symbol_table_iterator_new");
  FIND(symbol_iterator_free, "nrn_symbol_table_iterator_free");
  FIND(symbol_iterator_next, "nrn_symbol_table_iterator_next");
  FIND(symbol_iterator_done, "nrn_symbol_table_iterator_done");
  FIND(double_push, "nrn_double_push");
  FIND(double_pop, "nrn_double_pop");
  FIND(push_dimensions, "_Z13hoc_push_ndimi");
  FIND(address_push, "nrn_double_ptr_push");
  FIND(address_pop, "nrn_double_ptr_pop");
  FIND(string_push, "nrn_str_push");
  FIND(string_pop, "nrn_str_pop");
  FIND(integer_pop, "nrn_int_pop");
  FIND(object_push, "nrn_object_push");
  FIND(object_pop, "nrn_object_pop");
  FIND(stack_type, "nrn_stack_type");
  FIND(object_new, "nrn_object_new");
  FIND(object_unref, "nrn_object_unref");
  FIND(object_ref, "nrn_object_ref");
  FIND(method_symbol, "nrn_method_symbol");
  FIND(method_call, "nrn_method_call_nothrow");
  FIND(function_call, "nrn_function_call_nothrow");
  FIND(class_name, "nrn_class_name");
  FIND(vector_size, "nrn_vector_capacity");
  FIND(vector_data, "nrn_vector_data");
  FIND(point_process_is_placed, "nrn_prop_exists");
  FIND(property, "nrn_property_get");
  FIND(property_push, "nrn_property_push");
  FIND(property_element_push, "nrn_property_array_push");
  FIND(property_element, "nrn_property_array_get");
  FIND(set_property_element, "nrn_property_array_set");
#undef FIND
  return true;
}
