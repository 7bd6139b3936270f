// How the files of this target find NEURON's functions.

#ifndef CNEURON_LIBRARY_H
#define CNEURON_LIBRARY_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The handle under which dlsym finds NEURON's functions.
void *neuron_library(void);

/// Copies a function's or variable's address to `slot`; where there is none of that name, returns
/// false and sets `missing`.
bool neuron_find(void *library, void *slot, const char *name, const char **missing);

#ifdef __cplusplus
}
#endif

#endif
