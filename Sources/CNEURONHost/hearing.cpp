// What NEURON says, and its end.

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#define _Noreturn [[noreturn]]
#include "CNEURONHost.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *reason = NULL;

static void end_with(const char *text) {
  fflush(NULL);
  if (write(STDERR_FILENO, text, strlen(text)) < 0) _exit(1);
  _exit(1);
}

static void ended_by_another(void) {
  if (reason != NULL) end_with(reason);
}

void neuron_host_stay(const char *message) {
  static bool is_set = false;
  if (!is_set) is_set = atexit(ended_by_another) == 0;
  reason = message;
}

// Since neuron_host_forget, with the terminating zero.
static char said[1 << 16];
static size_t said_count = 0;

// NEURON hands over what it prints in pieces.
static int hear(int stream, char *text) {
  (void)stream;
  fputs(text, stderr);
  size_t count = strnlen(text, sizeof said - 1 - said_count);
  memcpy(said + said_count, text, count);
  said_count += count;
  said[said_count] = 0;
  return 0;
}

void neuron_host_listen(void) {
  void (*redirect)(int (*)(int, char *)) = NULL;
  void *address = dlsym(RTLD_DEFAULT, "nrn_stdout_redirect");
  if (address == NULL) return;
  memcpy(&redirect, &address, sizeof address);
  redirect(hear);
}

void neuron_host_forget(void) {
  said_count = 0;
  said[0] = 0;
}

const char *neuron_host_said(void) { return said; }
