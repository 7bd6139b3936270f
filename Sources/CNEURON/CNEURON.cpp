#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CNEURON.h"
#include "library.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include <cmath>
#include <exception>
#include <tuple>
#include <type_traits>

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

// The first exception that was caught since the last neuron_take_failure. All of it is NEURON's thread's.
static bool has_failed = false;
static char failure[512];
static long calls_to_failure = 0;

static void fail(const char *reason) {
  if (has_failed) return;
  has_failed = true;
  snprintf(failure, sizeof failure, "%s", reason);
}

bool neuron_take_failure(char *message, size_t size) {
  if (!has_failed) return false;
  has_failed = false;
  snprintf(message, size, "%s", failure);
  return true;
}

long neuron_fail_at_call(long calls) {
  long left = calls_to_failure;
  calls_to_failure = calls;
  return left;
}

// Whether the failure that a test asked for is due.
static bool is_to_fail(void) { return calls_to_failure > 0 && --calls_to_failure == 0; }

// What a function that failed returns. Of those with a status the status says it.
template <typename Result, typename... Arguments>
static Result nothing(const char *reason, Arguments... arguments) {
  constexpr size_t count = sizeof...(Arguments);
  if constexpr (std::is_same_v<Result, int> && count > 2) {
    auto all = std::make_tuple(arguments...);
    snprintf(std::get<count - 2>(all), std::get<count - 1>(all), "%s", reason);
    return 1;
  }
  fail(reason);
  if constexpr (std::is_same_v<Result, double>) {
    return std::nan("");
  } else if constexpr (std::is_same_v<Result, const char *>) {
    return "";
  } else {
    return Result();
  }
}

// One function of NEURON's, called such that no exception leaves it. The tag tells functions of one type
// apart.
template <typename Tag, bool changes, typename Function> struct Guarded;

template <typename Tag, bool changes, typename Result, typename... Arguments>
struct Guarded<Tag, changes, Result (*)(Arguments...)> {
  static inline Result (*function)(Arguments...) = nullptr;

  static Result call(Arguments... arguments) {
    if constexpr (changes) {
      if (is_to_fail()) {
        return nothing<Result>("the failure that a test asked for", arguments...);
      }
    }
    try {
      return function(arguments...);
    } catch (const std::exception &error) {
      return nothing<Result>(error.what(), arguments...);
    } catch (...) {
      return nothing<Result>("an exception of unknown type", arguments...);
    }
  }
};

// POSIX guarantees that a function's address survives in a data pointer; ISO C++ only offers a copy of
// its bytes.
static bool store(void *address, void *slot, const char *name, const char **missing) {
  if (address == NULL) {
    *missing = name;
    return false;
  }
  memcpy(slot, &address, sizeof address);
  return true;
}

bool neuron_find(void *library, void *slot, const char *name, const char **missing) {
  return store(dlsym(library, name), slot, name, missing);
}

// NEURON 9.0's nrn_object_pop ends the process where the object is none. It consists of these, which have
// been part of NEURON's interpreter for decades; without them its own has to do.
static neuron_object **(*pop_reference)(void);
static void (*release_temporary)(neuron_object **reference);
static void (*add_reference)(neuron_object *object);

static neuron_object *pop_object_or_none(void) {
  try {
    neuron_object **reference = pop_reference();
    neuron_object *object = *reference;
    if (object != NULL) add_reference(object);
    release_temporary(reference);
    return object;
  } catch (const std::exception &error) {
    return nothing<neuron_object *>(error.what());
  } catch (...) {
    return nothing<neuron_object *>("an exception of unknown type");
  }
}

static void find_safe_pop(neuron_api *api, neuron_address address, void *context) {
  const char *missing;
  if (store(address(context, "_Z10hoc_objpopv"), &pop_reference, "", &missing) &&
      store(address(context, "_Z14hoc_tobj_unrefPP6Object"), &release_temporary, "", &missing) &&
      store(address(context, "nrn_object_ref"), &add_reference, "", &missing)) {
    api->object_pop = pop_object_or_none;
  }
}

bool neuron_api_find(neuron_api *api, const char **missing) {
  return neuron_api_find_by(api, dlsym, neuron_library(), missing);
}

bool neuron_api_find_by(neuron_api *api, neuron_address address, void *context,
                        const char **missing) {
  *missing = NULL;
#define GUARD(member, name, changes)                                                               \
  {                                                                                                \
    struct Tag {};                                                                                 \
    using Call = Guarded<Tag, changes, std::remove_reference_t<decltype(api->member)>>;            \
    if (!store(address(context, name), &Call::function, name, missing)) return false;              \
    api->member = Call::call;                                                                      \
  }
#define READS(member, name) GUARD(member, name, false)
#define CHANGES(member, name) GUARD(member, name, true)
  CHANGES(section_new, "nrn_section_new")
  READS(section_push, "nrn_section_push")
  READS(section_pop, "nrn_section_pop")
  READS(section_name, "nrn_secname")
  READS(section_is_active, "nrn_section_is_active")
  READS(section_ref, "nrn_section_ref")
  READS(section_unref, "nrn_section_unref")
  READS(section_length, "nrn_section_length_get")
  CHANGES(section_set_length, "nrn_section_length_set")
  READS(section_axial_resistivity, "nrn_section_Ra_get")
  CHANGES(section_set_axial_resistivity, "nrn_section_Ra_set")
  READS(section_rallbranch, "nrn_section_rallbranch_get")
  CHANGES(section_connect, "nrn_section_connect")
  READS(segment_count, "nrn_nseg_get")
  CHANGES(set_segment_count, "nrn_nseg_set")
  CHANGES(mechanism_insert, "nrn_mechanism_insert")
  READS(accessed_section, "nrn_cas")
  READS(all_sections, "nrn_allsec")
  READS(section_list_items, "nrn_sectionlist_data")
  READS(section_iterator_new, "nrn_sectionlist_iterator_new")
  READS(section_iterator_free, "nrn_sectionlist_iterator_free")
  READS(section_iterator_next, "nrn_sectionlist_iterator_next")
  READS(section_iterator_done, "nrn_sectionlist_iterator_done")
  READS(segment_diameter, "nrn_segment_diam_get")
  CHANGES(segment_set_diameter, "nrn_segment_diam_set")
  READS(range_variable, "nrn_rangevar_get")
  CHANGES(set_range_variable, "nrn_rangevar_set")
  READS(range_variable_push, "nrn_rangevar_push")
  READS(symbol, "nrn_symbol")
  READS(symbol_type, "nrn_symbol_type")
  READS(symbol_table, "nrn_symbol_table")
  READS(symbol_data, "nrn_symbol_dataptr")
  READS(symbol_is_array, "nrn_symbol_is_array")
  READS(symbol_subtype, "nrn_symbol_subtype")
  READS(symbol_name, "nrn_symbol_name")
  READS(global_symbols, "nrn_global_symbol_table")
  READS(symbol_iterator_new, "nrn_symbol_table_iterator_new")
  READS(symbol_iterator_free, "nrn_symbol_table_iterator_free")
  READS(symbol_iterator_next, "nrn_symbol_table_iterator_next")
  READS(symbol_iterator_done, "nrn_symbol_table_iterator_done")
  READS(double_push, "nrn_double_push")
  READS(double_pop, "nrn_double_pop")
  READS(push_dimensions, "_Z13hoc_push_ndimi")
  READS(address_push, "nrn_double_ptr_push")
  READS(address_pop, "nrn_double_ptr_pop")
  READS(string_push, "nrn_str_push")
  READS(string_pop, "nrn_str_pop")
  READS(integer_pop, "nrn_int_pop")
  READS(object_push, "nrn_object_push")
  READS(object_pop, "nrn_object_pop")
  find_safe_pop(api, address, context);
  READS(stack_type, "nrn_stack_type")
  CHANGES(object_new, "nrn_object_new")
  READS(object_unref, "nrn_object_unref")
  READS(object_ref, "nrn_object_ref")
  READS(method_symbol, "nrn_method_symbol")
  CHANGES(method_call, "nrn_method_call_nothrow")
  CHANGES(function_call, "nrn_function_call_nothrow")
  READS(class_name, "nrn_class_name")
  READS(vector_size, "nrn_vector_capacity")
  READS(vector_data, "nrn_vector_data")
  READS(point_process_is_placed, "nrn_prop_exists")
  READS(property, "nrn_property_get")
  READS(property_push, "nrn_property_push")
  READS(property_element_push, "nrn_property_array_push")
  READS(property_element, "nrn_property_array_get")
  CHANGES(set_property_element, "nrn_property_array_set")
#undef CHANGES
#undef READS
#undef GUARD
  return true;
}
