// What hoc calls, and what Swift does for it.

#ifndef CNEURONREDUCEHOC_H
#define CNEURONREDUCEHOC_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

/// An object of NEURON's.
typedef struct neuron_hoc_object neuron_hoc_object;

/// What hoc asks to be reduced. The objects are those of its arguments, NULL for NULLobject.
typedef struct neuron_reduce_hoc_request {
  /// The cell, and Lists of its point processes and of the NetCons onto these, one for one.
  neuron_hoc_object *_Nullable cell, *_Nullable synapses, *_Nullable netcons;
  const char *method;
  double segments;
  /// SectionLists that are filled with the reduced cell's sections. What `soma` has before is the original's soma;
  /// nothing where that is found by its name.
  neuron_hoc_object *_Nullable all, *_Nullable soma, *_Nullable apical, *_Nullable basal, *_Nullable axonal;
} neuron_reduce_hoc_request;

/// Reduces a cell in place. Returns NULL, or what is wrong, to be given to free(): the session is then as it was.
char *_Nullable neuron_reduce_hoc_reduce(const neuron_reduce_hoc_request *request);

/// Makes an instance of a saved cell, hoc's neuron_reduce_made. Returns as neuron_reduce_hoc_reduce.
char *_Nullable neuron_reduce_hoc_load(const char *file, bool sets_globals);

/// Gives the session the template of what neuron_reduce returns. Returns as neuron_reduce_hoc_reduce.
char *_Nullable neuron_reduce_hoc_define(void);

/// Writes a sentence to the standard error.
void neuron_reduce_hoc_warn(const char *sentence);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
