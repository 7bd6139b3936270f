// What an interruption by the user or the system ends, and what it does not.

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#define _Noreturn [[noreturn]]
#include "CNEURONHost.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <initializer_list>

static const int interruptions[] = {SIGINT, SIGTERM, SIGHUP};

void neuron_host_hold_interruptions(bool holds) {
  sigset_t all;
  sigemptyset(&all);
  for (int number : interruptions) sigaddset(&all, number);
  sigprocmask(holds ? SIG_BLOCK : SIG_UNBLOCK, &all, NULL);
}

static volatile sig_atomic_t running = 0;
static volatile sig_atomic_t interruption = 0;

static void interrupt(int number) {
  interruption = number;
  if (running > 0) kill(-(pid_t)running, SIGTERM);
}

// What is ignored, as SIGHUP under nohup, stays so.
static void handle_interruptions(void (*handler)(int)) {
  struct sigaction action;
  for (int number : interruptions) {
    if (sigaction(number, NULL, &action) != 0 || action.sa_handler == SIG_IGN) continue;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    sigaction(number, &action, NULL);
  }
}

void neuron_host_let_interruptions_end(void) {
  handle_interruptions(SIG_DFL);
  neuron_host_hold_interruptions(false);
}

int neuron_host_run(const char **arguments, const char **variables, const char *folder, int *output) {
  int ends[2];
  if (pipe(ends) != 0) return -1;
  interruption = 0;
  handle_interruptions(interrupt);
  int child = (int)fork();
  if (child == 0) {
    setpgid(0, 0);
    handle_interruptions(SIG_DFL);
    int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, STDIN_FILENO);
    dup2(ends[1], STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
    for (int each : {nothing, ends[0], ends[1]}) {
      if (each > STDERR_FILENO) close(each);
    }
    if (chdir(folder) == 0) {
      execve(arguments[0], const_cast<char *const *>(arguments), const_cast<char *const *>(variables));
    }
    dprintf(STDERR_FILENO, "error: %s: %s\n", arguments[0], strerror(errno));
    _exit(127);
  }
  close(ends[1]);
  if (child < 0) {
    close(ends[0]);
    handle_interruptions(SIG_DFL);
    return -1;
  }
  setpgid(child, child);
  running = child;
  // What came before there was a group to end.
  if (interruption != 0) kill(-child, SIGTERM);
  *output = ends[0];
  return child;
}

int neuron_host_wait_for_run(int child, int output) {
  close(output);
  int status = 0;
  while (waitpid((pid_t)child, &status, 0) < 0 && errno == EINTR) {
  }
  running = 0;
  handle_interruptions(SIG_DFL);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool neuron_host_was_interrupted(void) { return interruption != 0; }

void neuron_host_end_as_interrupted(void) {
  fflush(NULL);
  if (interruption != 0) raise(interruption);
}
