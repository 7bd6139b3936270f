// Starts NEURON in a process that is not NEURON's own, without Python, and makes copies of that process.

#ifndef CNEURONHOST_H
#define CNEURONHOST_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

/// The version of this package.
const char *neuron_reduce_version(void);

/// What NEURON calls for the mechanisms that a program was linked with: none. NEURON's library looks for it
/// in the program, which has to export it.
void modl_reg(void);

/// Loads NEURON's library such that its names are the process's own.
///
/// Returns false with the reason in `message`, cut to `size` bytes with the terminating zero.
bool neuron_host_open(const char *path, char *message, size_t size);

/// Starts NEURON, once in a process, with the arguments of its command line, NULL after the last.
///
/// Returns false with the reason in `message`, as `neuron_host_open` does: without the C API of NEURON 9, or
/// where NEURON refuses.
bool neuron_host_start(int count, const char *_Nullable *_Nonnull arguments, char *message, size_t size);

/// Lets what is written to the standard output go to the standard error from now on, and gives a descriptor of
/// what was the standard output; -1 where there is none.
int neuron_host_divert_output(void);

/// Lets what is written to the standard error go nowhere; gives a descriptor of what it was, for
/// `neuron_host_unmute`.
int neuron_host_mute(void);
void neuron_host_unmute(int kept);

/// Copies the process: 0 in the copy, in the original the copy's number, or -1.
int neuron_host_fork(void);

/// Waits until a copy has ended; gives the signal that ended it, 0 for none.
int neuron_host_wait(int child);

/// Such as SIGABRT.
const char *neuron_host_signal_name(int number);

/// Ends a copy of the process at once: nothing is flushed or destroyed.
_Noreturn void neuron_host_exit(int status);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
