/* The shared library and the command run with glibc 2.28 and the libstdc++ of GCC 8, wherever they
 * were built: that is what NEURON's own wheels run with.
 *
 * A linker binds to the newest version of each function that the machine has, so that what is built
 * with glibc 2.36 asks for `dlopen` of 2.34, which is the one of 2.2.5 moved into another file. The
 * linker is therefore told to `--wrap` the functions named here (Package.swift): calls of `f` become
 * calls of `__wrap_f`, which goes on to the version that has been there from the start. That covers
 * Swift's runtime and Foundation too, whose objects are linked in as they come.
 *
 * Add a function here and in Package.swift when `make wheel` says that a newer glibc is needed.
 */
#if defined(__linux__)

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <spawn.h>
#include <stddef.h>
#include <sys/stat.h>

#if defined(__x86_64__)
#define FIRST "GLIBC_2.2.5"
#define BEFORE_2_4(version) version
#define GO_ON(name) "jmp *" name "@GOTPCREL(%rip)"
#define STAT_VERSION 1
#elif defined(__aarch64__)
#define FIRST "GLIBC_2.17"
#define BEFORE_2_4(version) FIRST
#define GO_ON(name) "b " name
#define STAT_VERSION 0
#else
#error "which version of glibc was the first on this processor, and how does one jump there?"
#endif

/* `__wrap_name` is a jump to a version of `name`. */
#define JUMP(name, version) \
  __asm__(".symver first_" #name ", " #name "@" version "\n" \
          ".text\n" \
          ".globl __wrap_" #name "\n" \
          ".hidden __wrap_" #name "\n" \
          ".type __wrap_" #name ", %function\n" \
          "__wrap_" #name ":\n" \
          GO_ON("first_" #name) "\n" \
          ".size __wrap_" #name ", . - __wrap_" #name "\n");

/* 2.29, 2.35: `errno` is all that changed; values are the same. */
JUMP(exp, FIRST)
JUMP(exp2, FIRST)
JUMP(log, FIRST)
JUMP(log2, FIRST)
JUMP(pow, FIRST)
JUMP(hypot, FIRST)
JUMP(hypotf, FIRST)

/* 2.32, 2.34: moved from libdl and libpthread, which older ones need: Package.swift links them. */
JUMP(dlopen, FIRST)
JUMP(dlsym, FIRST)
JUMP(dladdr, FIRST)
JUMP(dlclose, FIRST)
JUMP(dlerror, FIRST)
JUMP(pthread_attr_getstack, FIRST)
JUMP(pthread_attr_getstacksize, FIRST)
JUMP(pthread_attr_setstacksize, FIRST)
JUMP(pthread_create, FIRST)
JUMP(pthread_getaffinity_np, BEFORE_2_4("GLIBC_2.3.4"))
JUMP(pthread_getattr_np, FIRST)
JUMP(pthread_getname_np, BEFORE_2_4("GLIBC_2.12"))
JUMP(pthread_getspecific, FIRST)
JUMP(pthread_key_create, FIRST)
JUMP(pthread_kill, FIRST)
JUMP(pthread_mutex_timedlock, FIRST)
JUMP(pthread_mutex_trylock, FIRST)
JUMP(pthread_mutexattr_destroy, FIRST)
JUMP(pthread_mutexattr_init, FIRST)
JUMP(pthread_mutexattr_settype, FIRST)
JUMP(pthread_once, FIRST)
JUMP(pthread_setname_np, BEFORE_2_4("GLIBC_2.12"))
JUMP(pthread_setspecific, FIRST)
JUMP(pthread_sigmask, FIRST)
JUMP(sem_destroy, FIRST)
JUMP(sem_init, FIRST)
JUMP(sem_open, FIRST)
JUMP(sem_post, FIRST)
JUMP(sem_timedwait, FIRST)
JUMP(sem_wait, FIRST)

/* std::condition_variable::wait of GCC 12: became noexcept. */
JUMP(_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE, "GLIBCXX_3.4.11")

/* 2.33: had the layout of `struct stat` as an argument before. */
#define STAT(name, older, argument) \
  int first_##name(int version, argument, struct stat *found); \
  __asm__(".symver first_" #name ", " #older "@" FIRST); \
  int __wrap_##name(argument, struct stat *found); \
  int __wrap_##name(argument, struct stat *found)

STAT(stat, __xstat, const char *path) { return first_stat(STAT_VERSION, path, found); }
STAT(lstat, __lxstat, const char *path) { return first_lstat(STAT_VERSION, path, found); }
STAT(fstat, __fxstat, int file) { return first_fstat(STAT_VERSION, file, found); }

/* 2.29: there was none. Foundation has it for the working directory of a process that it starts. */
int __wrap_posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);
int __wrap_posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path) {
  int (*add)(posix_spawn_file_actions_t *, const char *) =
      (int (*)(posix_spawn_file_actions_t *, const char *))dlsym(
          RTLD_DEFAULT, "posix_spawn_file_actions_addchdir_np");
  return add ? add(actions, path) : ENOSYS;
}

/* 2.34: finds a program's initialisers by itself; before, the program ran them, when asked to. */
typedef void (*initialiser)(int, char **, char **);
extern initialiser __preinit_array_start[], __preinit_array_end[];
extern initialiser __init_array_start[], __init_array_end[];

int first_start(
    int (*)(int, char **, char **), int, char **, initialiser, void (*)(void), void (*)(void), void *);

__asm__(".symver first_start, __libc_start_main@" FIRST);

static void initialise(int count, char **arguments, char **environment) {
  for (initialiser *each = __preinit_array_start; each < __preinit_array_end; each++) {
    (*each)(count, arguments, environment);
  }
  for (initialiser *each = __init_array_start; each < __init_array_end; each++) {
    (*each)(count, arguments, environment);
  }
}

int __wrap___libc_start_main(
    int (*main)(int, char **, char **), int count, char **arguments, initialiser init,
    void (*fini)(void), void (*rtld_fini)(void), void *stack_end);
int __wrap___libc_start_main(
    int (*main)(int, char **, char **), int count, char **arguments, initialiser init,
    void (*fini)(void), void (*rtld_fini)(void), void *stack_end) {
  return first_start(
      main, count, arguments, init ? init : initialise, fini, rtld_fini, stack_end);
}

/* libstdc++ of GCC 11: before, programs had this of the ABI's library. */
extern void __cxa_throw_bad_array_new_length(void) __attribute__((noreturn));
void _ZSt28__throw_bad_array_new_lengthv(void) __attribute__((noreturn));
void _ZSt28__throw_bad_array_new_lengthv(void) { __cxa_throw_bad_array_new_length(); }

#endif
