// NEURON's C API (declared in the neuronapi.h of NEURON 9 and documented in its docs/capi.rst) as a
// table of function pointers, looked up in the running process. Nothing here links to NEURON.
//
// NEURON reports errors as C++ exceptions, which must not cross a frame of another language: every
// function of the table catches them. A function that caught one returns nothing (0, NULL, not a number),
// and the reason is kept for neuron_take_failure.

#ifndef CNEURON_H
#define CNEURON_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

typedef struct neuron_symbol neuron_symbol;
typedef struct neuron_object neuron_object;
typedef struct neuron_section neuron_section;
typedef struct neuron_section_iterator neuron_section_iterator;
typedef struct neuron_item neuron_item;
typedef struct neuron_symbol_table neuron_symbol_table;
typedef struct neuron_symbol_iterator neuron_symbol_iterator;

/// What lies on top of NEURON's stack after a call.
enum {
  NEURON_STACK_STRING = 1,
  NEURON_STACK_VARIABLE = 2,
  NEURON_STACK_NUMBER = 3,
  NEURON_STACK_OBJECT = 4,
  NEURON_STACK_TEMPORARY_OBJECT = 5,
  NEURON_STACK_INTEGER = 6,
  NEURON_STACK_SYMBOL = 7,
};

typedef struct neuron_api {
  // Sections
  neuron_section *_Nullable (*_Nonnull section_new)(const char *_Nonnull name);
  void (*_Nonnull section_push)(neuron_section *_Nonnull section);
  void (*_Nonnull section_pop)(void);
  const char *_Nonnull (*_Nonnull section_name)(neuron_section *_Nonnull section);
  bool (*_Nonnull section_is_active)(neuron_section *_Nonnull section);
  void (*_Nonnull section_ref)(neuron_section *_Nonnull section);
  void (*_Nonnull section_unref)(neuron_section *_Nonnull section);
  double (*_Nonnull section_length)(neuron_section *_Nonnull section);
  void (*_Nonnull section_set_length)(neuron_section *_Nonnull section, double length);
  double (*_Nonnull section_axial_resistivity)(neuron_section *_Nonnull section);
  void (*_Nonnull section_set_axial_resistivity)(neuron_section *_Nonnull section, double resistivity);
  double (*_Nonnull section_rallbranch)(neuron_section *_Nonnull section);
  void (*_Nonnull section_connect)(neuron_section *_Nonnull child, double child_position,
                          neuron_section *_Nonnull parent, double parent_position);
  int (*_Nonnull segment_count)(neuron_section *_Nonnull section);
  void (*_Nonnull set_segment_count)(neuron_section *_Nonnull section, int count);
  void (*_Nonnull mechanism_insert)(neuron_section *_Nonnull section, neuron_symbol *_Nonnull mechanism);
  neuron_section *_Nonnull (*_Nonnull accessed_section)(void);
  neuron_item *_Nonnull (*_Nonnull all_sections)(void);
  neuron_item *_Nonnull (*_Nonnull section_list_items)(neuron_object *_Nonnull section_list);
  neuron_section_iterator *_Nonnull (*_Nonnull section_iterator_new)(neuron_item *_Nonnull items);
  void (*_Nonnull section_iterator_free)(neuron_section_iterator *_Nonnull iterator);
  neuron_section *_Nullable (*_Nonnull section_iterator_next)(neuron_section_iterator *_Nonnull iterator);
  int (*_Nonnull section_iterator_done)(neuron_section_iterator *_Nonnull iterator);

  // Segments
  double (*_Nonnull segment_diameter)(neuron_section *_Nonnull section, double position);
  void (*_Nonnull segment_set_diameter)(neuron_section *_Nonnull section, double position, double diameter);
  double (*_Nonnull range_variable)(neuron_symbol *_Nonnull symbol, neuron_section *_Nonnull section, double position);
  void (*_Nonnull set_range_variable)(neuron_symbol *_Nonnull symbol, neuron_section *_Nonnull section, double position,
                             double value);

  void (*_Nonnull range_variable_push)(neuron_symbol *_Nonnull symbol, neuron_section *_Nonnull section, double position);

  // Symbols and the stack
  neuron_symbol *_Nullable (*_Nonnull symbol)(const char *_Nonnull name);
  int (*_Nonnull symbol_type)(neuron_symbol *_Nonnull symbol);
  neuron_symbol_table *_Nullable (*_Nonnull symbol_table)(neuron_symbol *_Nonnull template_symbol);
  double *_Nullable (*_Nonnull symbol_data)(neuron_symbol *_Nonnull symbol);
  bool (*_Nonnull symbol_is_array)(neuron_symbol *_Nonnull symbol);
  int (*_Nonnull symbol_subtype)(neuron_symbol *_Nonnull symbol);
  const char *_Nonnull (*_Nonnull symbol_name)(neuron_symbol *_Nonnull symbol);
  neuron_symbol_table *_Nullable (*_Nonnull global_symbols)(void);
  neuron_symbol_iterator *_Nonnull (*_Nonnull symbol_iterator_new)(neuron_symbol_table *_Nonnull table);
  void (*_Nonnull symbol_iterator_free)(neuron_symbol_iterator *_Nonnull iterator);
  neuron_symbol *_Nullable (*_Nonnull symbol_iterator_next)(neuron_symbol_iterator *_Nonnull iterator);
  int (*_Nonnull symbol_iterator_done)(neuron_symbol_iterator *_Nonnull iterator);
  void (*_Nonnull double_push)(double value);
  double (*_Nonnull double_pop)(void);
  /// After the subscripts of an array's element, how many there are. Has a C++ name.
  void (*_Nonnull push_dimensions)(int count);
  void (*_Nonnull address_push)(double *_Nonnull address);
  double *_Nullable (*_Nonnull address_pop)(void);
  void (*_Nonnull string_push)(char *_Nonnull *_Nonnull string);
  char *_Nonnull *_Nonnull (*_Nonnull string_pop)(void);
  int (*_Nonnull integer_pop)(void);
  void (*_Nonnull object_push)(neuron_object *_Nonnull object);
  neuron_object *_Nullable (*_Nonnull object_pop)(void);
  int (*_Nonnull stack_type)(void);

  // Objects
  neuron_object *_Nullable (*_Nonnull object_new)(neuron_symbol *_Nonnull class_symbol, int arguments);
  void (*_Nonnull object_ref)(neuron_object *_Nonnull object);
  void (*_Nonnull object_unref)(neuron_object *_Nonnull object);
  neuron_symbol *_Nullable (*_Nonnull method_symbol)(neuron_object *_Nonnull object, const char *_Nonnull name);
  int (*_Nonnull method_call)(neuron_object *_Nonnull object, neuron_symbol *_Nonnull method, int arguments,
                     char *_Nonnull message, size_t message_size);
  int (*_Nonnull function_call)(neuron_symbol *_Nonnull function, int arguments, char *_Nonnull message,
                       size_t message_size);
  const char *_Nonnull (*_Nonnull class_name)(neuron_object *_Nonnull object);
  int (*_Nonnull vector_size)(neuron_object *_Nonnull vector);
  double *_Nullable (*_Nonnull vector_data)(neuron_object *_Nonnull vector);
  bool (*_Nonnull point_process_is_placed)(neuron_object *_Nonnull point_process);
  double (*_Nonnull property)(neuron_object *_Nonnull object, const char *_Nonnull name);
  void (*_Nonnull property_push)(neuron_object *_Nonnull object, const char *_Nonnull name);
  void (*_Nonnull property_element_push)(neuron_object *_Nonnull object, const char *_Nonnull name, int index);
  double (*_Nonnull property_element)(neuron_object *_Nonnull object, const char *_Nonnull name, int index);
  void (*_Nonnull set_property_element)(neuron_object *_Nonnull object, const char *_Nonnull name, int index, double value);
} neuron_api;

/// Finds every function of the table in the process.
///
/// Returns true when `api` is complete; otherwise false, with `missing` set to the name of the first
/// function that the process does not have.
bool neuron_api_find(neuron_api *api, const char *_Nullable *_Nonnull missing);

/// The address of a function by its name, NULL where there is none.
typedef void *_Nullable (*neuron_address)(void *_Nullable context, const char *_Nonnull name);

/// For tests: the same with functions from elsewhere. The process has one table at a time: one that was
/// found before calls these functions too.
bool neuron_api_find_by(neuron_api *api, neuron_address _Nonnull address, void *_Nullable context,
                        const char *_Nullable *_Nonnull missing);

/// Whether a function of the table caught an exception since this was last asked.
///
/// Writes the reason, cut to `size` bytes with the terminating zero, and forgets it.
bool neuron_take_failure(char *message, size_t size);

/// For tests: lets a later call of those functions that change a session fail as if NEURON had.
///
/// `calls` says which: 1 for the next, 0 for none. Returns how many calls were still to come before the
/// failure that was asked for earlier, 0 where it happened or none was asked for.
long neuron_fail_at_call(long calls);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
