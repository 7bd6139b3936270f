// Counts instructions, by single steps, and samples times, of a function in a library. Linux, x86-64.

#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <ucontext.h>

/// Of the library's code: by byte how often an instruction that begins there was met. What is outside counts
/// for the last instruction inside, in an array of its own.
static uint64_t *inside, *outside;
static uintptr_t lowest, size, last;

static void meet(int signal, siginfo_t *information, void *context) {
  (void)signal, (void)information;
  const uintptr_t place = (uintptr_t)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] - lowest;
  if (place < size) {
    last = place;
    inside[place]++;
  } else {
    outside[last]++;
  }
}

static void begin(int signal, uint64_t *counts, uintptr_t base, uintptr_t length) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = meet;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  sigaction(signal, &action, NULL);
  inside = counts, outside = counts + length;
  lowest = base, size = length, last = 0;
}

typedef void (*function)(void *runs, double end, int64_t steps);

/// `counts` has twice as many elements as the library has bytes.
void count_instructions(function called, void *runs, double end, int64_t steps, uint64_t *counts, uintptr_t base,
                       uintptr_t length) {
  begin(SIGTRAP, counts, base, length);
  // The trap flag, set beyond what the compiler keeps below the stack pointer.
  __asm__ volatile("subq $128, %%rsp; pushfq; orq $0x100, (%%rsp); popfq; addq $128, %%rsp" ::: "memory", "cc");
  called(runs, end, steps);
  __asm__ volatile("subq $128, %%rsp; pushfq; andq $~0x100, (%%rsp); popfq; addq $128, %%rsp" ::: "memory", "cc");
}

/// A sample every 50 µs.
int sample_times(function called, void *runs, double end, int64_t steps, uint64_t *counts, uintptr_t base,
                 uintptr_t length) {
  begin(SIGALRM, counts, base, length);
  struct sigevent event;
  memset(&event, 0, sizeof event);
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGALRM;
  timer_t timer;
  if (timer_create(CLOCK_MONOTONIC, &event, &timer)) return -1;
  const struct itimerspec often = {{0, 50000}, {0, 50000}};
  timer_settime(timer, 0, &often, NULL);
  called(runs, end, steps);
  timer_delete(timer);
  return 0;
}
