#define _GNU_SOURCE
#include "neuron_internals.h"
#include "library.h"

#include <dlfcn.h>
#include <math.h>
#include <string.h>

bool neuron_internals_find(neuron_internals *internals, const char **missing) {
  *missing = NULL;
  void *library = neuron_library();
#define FIND(member, name)                                                                         \
  if (!neuron_find(library, &internals->member, name, missing)) return false
  FIND(records, "_Z22net_cvode_instance_prlv");
  FIND(spike_sources, "_Z22net_cvode_instance_pslv");
  FIND(vector_object, "_Z11vector_pobjPv");
  FIND(range_handle, "_Z16nrn_rangepointerP7SectionP6Symbold");
  FIND(object_name, "_Z15hoc_object_nameP6Object");
  FIND(point_process, "_Z12ob2pntproc_0P6Object");
  FIND(point_process_handle, "_Z21point_process_pointerP13Point_processP6Symboli");
  FIND(node, "_Z10node_exactP7Sectiond");
  FIND(node_count, "_Z24_nrn_mechanism_get_nnodeP7Section");
  FIND(own_node, "_Z23_nrn_mechanism_get_nodeP7Sectioni");
  FIND(area_of_node, "_Z30_nrn_mechanism_get_area_handleP4Node");
  FIND(property_of_node, "_Z13nrn_mechanismiP4Node");
  FIND(datums, "_Z28_nrn_mechanism_access_dparamP4Prop");
  FIND(mechanism_type, "_Z16nrn_get_mechtypePKc");
  FIND(observe, "_ZN6neuron9container23notify_when_handle_diesENS0_11data_handleIdEEP10ivObserver");
  FIND(stop_observing, "_Z29nrn_notify_pointer_disconnectP10ivObserver");
  FIND(disconnect_source, "_ZN8NetCvode17presyn_disconnectEP6PreSyn");
  FIND(append_source, "_ZN8NetCvode10psl_appendEP6PreSyn");
  FIND(integrator, "net_cvode_instance");
  FIND(datum_counts, "nrn_prop_dparam_size_");
  FIND(uses_fast_membrane_current, "nrn_use_fast_imem");
  FIND(transfer, "nrnthread_v_transfer_");
#undef FIND
  static const char *const tables[] = {
      NULL,           "_ZTV10TvecRecord",   "_ZTV10YvecRecord",      "_ZTV11VecRecordDt",
      "_ZTV17VecRecordDiscrete", "_ZTV11VecPlayStep", "_ZTV17VecPlayContinuous"};
  for (int kind = 1; kind < 7; ++kind) {
    const void *table;
    if (!neuron_find(library, &table, tables[kind], missing)) return false;
    // Objects point past the table's two first entries.
    internals->record_tables[kind] = (const char *)table + 2 * sizeof(void *);
  }
  internals->record_tables[0] = NULL;
  return true;
}

// The count in what a `std::shared_ptr` of GNU's C++ library shares, after its virtual table.
static int *shared_count(const neuron_handle *handle) {
  return handle->control == NULL ? NULL : (int *)((char *)handle->control + sizeof(void *));
}

int neuron_handle_count(const neuron_handle *handle) {
  int *count = shared_count(handle);
  return count == NULL ? 0 : __atomic_load_n(count, __ATOMIC_ACQUIRE);
}

void neuron_handle_release(neuron_handle *handle) {
  int *count = shared_count(handle);
  // The last one is never given back here: whatever is handled holds one of its own.
  if (count != NULL && __atomic_load_n(count, __ATOMIC_ACQUIRE) > 1)
    __atomic_sub_fetch(count, 1, __ATOMIC_ACQ_REL);
  *handle = (neuron_handle){0};
}

neuron_handle neuron_datum_shared(const neuron_datum *datum) {
  neuron_handle handle = {datum->row, datum->control, datum->storage, datum->dimension, datum->index};
  int *count = shared_count(&handle);
  if (count != NULL) __atomic_add_fetch(count, 1, __ATOMIC_ACQ_REL);
  return handle;
}

static double *address(
    const uintptr_t *row, void *storage, int dimension, int index) {
  if (row == NULL) return storage;
  if (*row == UINTPTR_MAX || storage == NULL) return NULL;
  double *base = *(double *const *)storage;
  return base == NULL ? NULL : base + (uintptr_t)dimension * *row + index;
}

double *neuron_handle_address(const neuron_handle *handle) {
  return address(handle->row, handle->storage, handle->dimension, handle->index);
}

double *neuron_datum_address(const neuron_datum *datum) {
  if (datum->type == NULL) return NULL;
  // `std::type_info`: a virtual table, then the type's mangled name.
  const char *name = ((const char *const *)datum->type)[1];
  if (strcmp(name + (*name == '*'), "Pd") != 0) return NULL;
  return address(datum->row, datum->storage, datum->dimension, datum->index);
}

bool neuron_datum_is_raw(const neuron_datum *datum) {
  if (datum->type == NULL || datum->row != NULL || datum->storage == NULL) return false;
  const char *name = ((const char *const *)datum->type)[1];
  return strcmp(name + (*name == '*'), "Pv") == 0;
}

bool neuron_datum_stream(const neuron_datum *datum, uint32_t *ids) {
  typedef void (*get_ids)(void *, uint32_t *, uint32_t *, uint32_t *);
  static get_ids get;
  if (!neuron_datum_is_raw(datum) || ids == NULL) return false;
  const char *missing;
  if (get == NULL
      && !neuron_find(neuron_library(), &get, "_Z17nrnran123_getids3P15nrnran123_StatePjS1_S1_", &missing))
    return false;
  get(datum->storage, &ids[0], &ids[1], &ids[2]);
  return true;
}

double neuron_distance(neuron_section *from, double from_position, neuron_section *to, double to_position) {
  typedef double (*distance)(neuron_section *, double, neuron_section *, double);
  static distance found;
  const char *missing;
  if (found == NULL && !neuron_find(neuron_library(), &found, "nrn_distance", &missing)) return NAN;
  return found(from, from_position, to, to_position);
}

bool neuron_send_event(uintptr_t target, uintptr_t weights, uintptr_t movable, double time, double flag) {
  typedef void (*send_to_itself)(void *, double *, void *, double, double);
  typedef void *(*send)(void *, double, void *, void *);
  static send_to_itself to_itself;
  static send plain;
  static void **integrator, **threads;
  if (threads == NULL) {
    void *library = neuron_library();
    const char *missing;
    if (!neuron_find(library, &to_itself, "_Z12nrn_net_sendPvPdP13Point_processdd", &missing)
        || !neuron_find(library, &plain, "_ZN8NetCvode5eventEdP13DiscreteEventP9NrnThread", &missing)
        || !neuron_find(library, &integrator, "net_cvode_instance", &missing)
        || !neuron_find(library, &threads, "nrn_threads", &missing)) {
      threads = NULL;
      return false;
    }
  }
  if (movable != 0) {
    to_itself((void *)movable, (double *)weights, (void *)target, time, flag);
  } else {
    plain(*integrator, time, (void *)target, *threads);
  }
  return true;
}

bool neuron_set_stream(uintptr_t process, int datum, uint64_t position) {
  typedef neuron_datum **(*datums)(neuron_property *);
  typedef void (*set_sequence)(void *, uint32_t, char);
  static datums datums_of;
  static set_sequence set;
  const char *missing;
  if (set == NULL
      && (!neuron_find(neuron_library(), &datums_of, "_Z28_nrn_mechanism_access_dparamP4Prop", &missing)
          || !neuron_find(neuron_library(), &set, "_Z16nrnran123_setseqP15nrnran123_Statejc", &missing)))
    return false;
  neuron_property *property = neuron_point_process_property((const void *)process);
  if (property == NULL || *datums_of(property) == NULL) return false;
  uint32_t ids[3];
  const neuron_datum *stream = *datums_of(property) + datum;
  if (!neuron_datum_stream(stream, ids)) return false;
  set(stream->storage, (uint32_t)(position / 4), (char)(position % 4));
  return true;
}

#ifdef __linux__

#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

// The value of a symbol in a mapped ELF file; 0 where there is none.
static uintptr_t symbol_value(const char *file, size_t size, const char *name) {
  const Elf64_Ehdr *header = (const Elf64_Ehdr *)file;
  if (size < sizeof *header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
      header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_shentsize != sizeof(Elf64_Shdr) ||
      header->e_shoff > size || header->e_shnum > (size - header->e_shoff) / sizeof(Elf64_Shdr))
    return 0;
  const Elf64_Shdr *sections = (const Elf64_Shdr *)(file + header->e_shoff);
  for (int i = 0; i < header->e_shnum; ++i) {
    const Elf64_Shdr *table = &sections[i];
    if (table->sh_type != SHT_SYMTAB || table->sh_link >= header->e_shnum) continue;
    const Elf64_Shdr *texts = &sections[table->sh_link];
    if (table->sh_offset > size || table->sh_size > size - table->sh_offset ||
        texts->sh_offset > size || texts->sh_size > size - texts->sh_offset ||
        texts->sh_size == 0 || file[texts->sh_offset + texts->sh_size - 1] != 0)
      continue;
    const Elf64_Sym *symbols = (const Elf64_Sym *)(file + table->sh_offset);
    for (size_t s = 0; s < table->sh_size / sizeof *symbols; ++s) {
      if (symbols[s].st_name < texts->sh_size && symbols[s].st_value != 0 &&
          strcmp(file + texts->sh_offset + symbols[s].st_name, name) == 0)
        return symbols[s].st_value;
    }
  }
  return 0;
}

void *neuron_private_variable(const char *name) {
  Dl_info info;
  void *known = dlsym(neuron_library(), "nrnthread_v_transfer_");
  if (known == NULL || dladdr(known, &info) == 0 || info.dli_fname == NULL) return NULL;
  int descriptor = open(info.dli_fname, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return NULL;
  struct stat status;
  uintptr_t value = 0;
  if (fstat(descriptor, &status) == 0 && status.st_size > 0) {
    size_t size = (size_t)status.st_size;
    void *file = mmap(NULL, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (file != MAP_FAILED) {
      value = symbol_value(file, size, name);
      munmap(file, size);
    }
  }
  close(descriptor);
  return value == 0 ? NULL : (char *)info.dli_fbase + value;
}

#else

void *neuron_private_variable(const char *name) {
  (void)name;
  return NULL;
}

#endif
