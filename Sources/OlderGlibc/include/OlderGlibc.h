/* What the shared library is linked with where the C library is GNU's: OlderGlibc.c says why. */
#ifndef NEURON_REDUCE_OLDER_GLIBC_H
#define NEURON_REDUCE_OLDER_GLIBC_H
#endif
