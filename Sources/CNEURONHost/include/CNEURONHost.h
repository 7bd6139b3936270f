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

/// Hears what NEURON prints, which goes on to the standard error.
void neuron_host_listen(void);

/// What NEURON has printed since the last `neuron_host_forget`, the first 64 KiB of it.
const char *neuron_host_said(void);
void neuron_host_forget(void);

/// Lets the end of the process by what NEURON runs, such as a model's quit(), be an error with status 1, and with a
/// message, which is kept; NULL lets it end as it does.
void neuron_host_stay(const char *_Nullable message);

/// Holds interruptions back, SIGINT, SIGTERM and SIGHUP, or lets them come again, those meanwhile too.
void neuron_host_hold_interruptions(bool holds);

/// Lets interruptions end the process, even where what started it holds them back; those that are ignored stay so.
void neuron_host_let_interruptions_end(void);

/// Runs a program in a group of its own, which an interruption of this process ends; its standard input is empty.
///
/// Gives its number, and in `output` a descriptor of what it writes, or -1. It is to be waited for by
/// `neuron_host_wait_for_run`, which gives its status, or 128 more than the signal that ended it.
int neuron_host_run(const char *_Nullable *_Nonnull arguments, const char *_Nullable *_Nonnull variables,
  const char *folder, int *output);
int neuron_host_wait_for_run(int child, int output);

/// Whether there was an interruption while the last program ran; and ends this process as that would have.
bool neuron_host_was_interrupted(void);
void neuron_host_end_as_interrupted(void);

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
