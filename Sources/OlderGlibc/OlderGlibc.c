/* The shared library loads with glibc 2.28, wherever it was built: the oldest that NEURON's own
 * wheels load with.
 *
 * A linker binds to the newest version of each function that the machine has, so that a library
 * built with glibc 2.36 asks for `dlopen` of 2.34, which is the one of 2.2.5 moved into another
 * file. The linker is therefore told to `--wrap` the functions named here (Package.swift): calls of
 * `f` become calls of `__wrap_f`, which calls the version that has been there from the start. That
 * covers Swift's runtime too, whose objects are linked in as they come.
 *
 * Add a function here and in Package.swift when `make wheel` says that the library needs a newer
 * glibc. What has no older version cannot be helped this way.
 */
#if defined(__linux__)

#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/stat.h>

#if defined(__x86_64__)
#define FIRST_VERSION "GLIBC_2.2.5"
#define STAT_VERSION 1
#elif defined(__aarch64__)
#define FIRST_VERSION "GLIBC_2.17"
#define STAT_VERSION 0
#else
#error "which version of glibc was the first on this processor?"
#endif

#define FIRST(result, name, ...) \
  result first_##name(__VA_ARGS__); \
  __asm__(".symver first_" #name ", " #name "@" FIRST_VERSION); \
  result __wrap_##name(__VA_ARGS__); \
  result __wrap_##name(__VA_ARGS__)

/* 2.29, 2.35: `errno` is all that changed; values are the same. */
FIRST(double, exp, double x) { return first_exp(x); }
FIRST(double, exp2, double x) { return first_exp2(x); }
FIRST(double, log, double x) { return first_log(x); }
FIRST(double, log2, double x) { return first_log2(x); }
FIRST(double, pow, double x, double y) { return first_pow(x, y); }
FIRST(double, hypot, double x, double y) { return first_hypot(x, y); }
FIRST(float, hypotf, float x, float y) { return first_hypotf(x, y); }

/* 2.32, 2.34: moved from libdl and libpthread, which the library is linked with for older ones. */
FIRST(void *, dlopen, const char *file, int mode) { return first_dlopen(file, mode); }
FIRST(void *, dlsym, void *handle, const char *name) { return first_dlsym(handle, name); }
FIRST(int, dladdr, const void *address, Dl_info *found) { return first_dladdr(address, found); }
FIRST(int, dlclose, void *handle) { return first_dlclose(handle); }
FIRST(char *, dlerror, void) { return first_dlerror(); }
FIRST(int, pthread_getattr_np, pthread_t thread, pthread_attr_t *attributes) {
  return first_pthread_getattr_np(thread, attributes);
}
FIRST(int, pthread_attr_getstack, const pthread_attr_t *attributes, void **stack, size_t *size) {
  return first_pthread_attr_getstack(attributes, stack, size);
}

/* 2.33: had the layout of `struct stat` as an argument before. */
int first_stat(int version, const char *path, struct stat *found);
__asm__(".symver first_stat, __xstat@" FIRST_VERSION);
int __wrap_stat(const char *path, struct stat *found);
int __wrap_stat(const char *path, struct stat *found) {
  return first_stat(STAT_VERSION, path, found);
}

int first_fstat(int version, int file, struct stat *found);
__asm__(".symver first_fstat, __fxstat@" FIRST_VERSION);
int __wrap_fstat(int file, struct stat *found);
int __wrap_fstat(int file, struct stat *found) { return first_fstat(STAT_VERSION, file, found); }

/* libstdc++ of GCC 11: before, programs had this of the ABI's library. */
extern void __cxa_throw_bad_array_new_length(void) __attribute__((noreturn));
void _ZSt28__throw_bad_array_new_lengthv(void) __attribute__((noreturn));
void _ZSt28__throw_bad_array_new_lengthv(void) { __cxa_throw_bad_array_new_length(); }

#endif
