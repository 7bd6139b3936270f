#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#define _Noreturn [[noreturn]]
#include "CNEURONHost.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include <exception>
#include <initializer_list>

// Weak: a library that NEURON loads has its own.
extern "C" __attribute__((visibility("default"), weak)) void modl_reg(void) {}

const char *neuron_reduce_version(void) { return NEURON_REDUCE_VERSION; }

bool neuron_host_open(const char *path, char *message, size_t size) {
  if (dlopen(path, RTLD_NOW | RTLD_GLOBAL) != NULL) return true;
  const char *reason = dlerror();
  snprintf(message, size, "%s", reason == NULL ? "it cannot be loaded" : reason);
  return false;
}

// What ends NEURON ends the process, or a copy of it, without a report of the machine's registers.
static void end_by_signals(void) {
  for (int number : {SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP}) signal(number, SIG_DFL);
}

bool neuron_host_start(int count, const char **arguments, char *message, size_t size) {
  end_by_signals();
  int (*init)(int, const char **) = NULL;
  void *address = dlsym(RTLD_DEFAULT, "nrn_init");
  if (address == NULL) {
    snprintf(message, size, "it has no C API (nrn_init is missing): it is older than NEURON 9.0");
    return false;
  }
  memcpy(&init, &address, sizeof address);
  try {
    init(count, arguments);
    return true;
  } catch (const std::exception &error) {
    snprintf(message, size, "%s", error.what());
  } catch (...) {
    snprintf(message, size, "an exception of unknown type");
  }
  return false;
}

int neuron_host_divert_output(void) {
  fflush(stdout);
  int kept = dup(STDOUT_FILENO);
  if (kept >= 0) dup2(STDERR_FILENO, STDOUT_FILENO);
  return kept;
}

int neuron_host_mute(void) {
  fflush(stderr);
  int kept = dup(STDERR_FILENO);
  int nowhere = open("/dev/null", O_WRONLY);
  if (kept >= 0 && nowhere >= 0) dup2(nowhere, STDERR_FILENO);
  if (nowhere >= 0) close(nowhere);
  return kept;
}

void neuron_host_unmute(int kept) {
  if (kept < 0) return;
  fflush(stderr);
  dup2(kept, STDERR_FILENO);
  close(kept);
}

// The file that hoc reads is shared with the original, which would go on where an error in a copy has left it: at the
// end, for hoc skips what comes after one.
static void leave_file_of_hoc(void) {
  FILE **file = (FILE **)dlsym(RTLD_DEFAULT, "hoc_fin");
  if (file == NULL || *file == NULL) return;
  FILE *nothing = fopen("/dev/null", "r");
  if (nothing != NULL) *file = nothing;
}

int neuron_host_fork(void) {
  fflush(NULL);
  int parent = (int)getpid();
  int child = (int)fork();
  if (child != 0) return child;
  // nrniv has handlers that go on with the user's script.
  end_by_signals();
  neuron_host_let_interruptions_end();
  leave_file_of_hoc();
#ifdef __linux__
  // Nothing waits for a copy whose original was ended.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if ((int)getppid() != parent) _exit(1);
#else
  (void)parent;
#endif
  return 0;
}

int neuron_host_wait(int child) {
  int status = 0;
  if (waitpid((pid_t)child, &status, 0) < 0) return 0;
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

const char *neuron_host_signal_name(int number) {
  switch (number) {
    case SIGABRT: return "SIGABRT";
    case SIGSEGV: return "SIGSEGV";
    case SIGBUS: return "SIGBUS";
    case SIGILL: return "SIGILL";
    case SIGFPE: return "SIGFPE";
    case SIGKILL: return "SIGKILL";
    case SIGTERM: return "SIGTERM";
    default: return "a signal";
  }
}

void neuron_host_exit(int status) { _exit(status); }
