// The library as NEURON's nrn_load_dll has it: modl_reg gives hoc its functions. They take their arguments and
// report errors here, since NEURON does both by C++ exceptions, which must not cross a frame of Swift.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CNeuronReduceHoc.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stdexcept>
#include <string>

namespace {

struct Hoc {
  void (*register_function)(void (*)(), const char *, int);
  void *(*symbol)(const char *);
  int (*symbol_type)(const void *);
  void (*end_function)();
  void (*push_number)(double);
  neuron_hoc_object **(*object_argument)(int);
  char *(*text_argument)(int);
  double *(*number_argument)(int);
  // Those that have C++ names may be missing.
  void (*raise)(const char *, const char *);
};

Hoc hoc;

template <typename Function> bool find(Function &slot, const char *name) {
  void *address = dlsym(RTLD_DEFAULT, name);
  memcpy(&slot, &address, sizeof address);
  return address != NULL;
}

// Tells hoc of an error. Nothing in the calling function may be left to destroy.
[[noreturn]] void raise(const char *function, const char *reason) {
  // NEURON copies the text in part after the call.
  static std::string text;
  text = std::string(function) + ": " + reason;
  if (hoc.raise != NULL) hoc.raise(text.c_str(), NULL);
  throw std::runtime_error(text);
}

void finish(const char *function, char *reason) {
  if (reason != NULL) {
    static std::string text;
    text = reason;
    free(reason);
    raise(function, text.c_str());
  }
  hoc.end_function();
  hoc.push_number(1);
}

// Where hoc is in the file that it reads: an error of NEURON's, though it is caught, lets hoc skip the rest of it.
class Reading {
public:
  Reading() {
    FILE **found = (FILE **)dlsym(RTLD_DEFAULT, "hoc_fin");
    file = found == NULL ? NULL : *found;
    place = file == NULL || file == stdin ? -1 : ftell(file);
  }
  ~Reading() {
    if (place >= 0 && ftell(file) != place) fseek(file, place, SEEK_SET);
  }

private:
  FILE *file;
  long place;
};

void reduce() {
  neuron_reduce_hoc_request request = {};
  request.cell = *hoc.object_argument(1);
  request.synapses = *hoc.object_argument(2);
  request.netcons = *hoc.object_argument(3);
  request.method = hoc.text_argument(4);
  request.segments = *hoc.number_argument(5);
  request.all = *hoc.object_argument(6);
  request.soma = *hoc.object_argument(7);
  request.apical = *hoc.object_argument(8);
  request.basal = *hoc.object_argument(9);
  request.axonal = *hoc.object_argument(10);
  char *reason;
  {
    Reading here;
    reason = neuron_reduce_hoc_reduce(&request);
  }
  finish("neuron_reduce", reason);
}

void load() {
  const char *file = hoc.text_argument(1);
  char *reason;
  {
    Reading here;
    reason = neuron_reduce_hoc_load(file, *hoc.number_argument(2) != 0);
  }
  finish("neuron_reduce_load", reason);
}

void define() { finish("neuron_reduce.hoc", neuron_reduce_hoc_define()); }

} // namespace

void neuron_reduce_hoc_warn(const char *sentence) {
  fflush(stdout);
  fprintf(stderr, "neuron_reduce: %s\n", sentence);
}

extern "C" __attribute__((visibility("default"))) void modl_reg(void) {
  // Without them hoc's names stay undefined, and neuron_reduce.hoc says what it needs.
  if (!find(hoc.register_function, "nrn_register_function") || !find(hoc.symbol, "nrn_symbol") ||
      !find(hoc.symbol_type, "nrn_symbol_type") || !find(hoc.end_function, "nrn_hoc_ret") ||
      !find(hoc.push_number, "nrn_double_push") || !find(hoc.object_argument, "nrn_objgetarg") ||
      !find(hoc.text_argument, "nrn_gargstr") || !find(hoc.number_argument, "nrn_getarg")) {
    return;
  }
  find(hoc.raise, "_Z13hoc_execerrorPKcS0_");
  // Which number the grammar of this NEURON has for a function that is built in: that of one that is.
  void *known = hoc.symbol("nrn_load_dll");
  if (known == NULL) return;
  int type = hoc.symbol_type(known);
  hoc.register_function(reduce, "neuron_reduce_in_place_", type);
  hoc.register_function(load, "neuron_reduce_instance_", type);
  hoc.register_function(define, "neuron_reduce_define_", type);
}
