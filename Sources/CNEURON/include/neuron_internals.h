// What NEURON's C API does not reach: recordings, spike sources, POINTERs, and the sources of
// ParallelContext's transfers, by C++ functions that its library exports and by the layout of its
// objects. All of it is looked up in the running process; whoever uses a layout tests it there first,
// since another version of NEURON may have another.

#ifndef NEURON_INTERNALS_H
#define NEURON_INTERNALS_H

#include <stdint.h>

#include "CNEURON.h"

#pragma clang assume_nonnull begin

typedef struct neuron_node neuron_node;
typedef struct neuron_property neuron_property;

/// `neuron::container::data_handle<double>`: a variable that stays the same when NEURON sorts its
/// arrays. Holds a count on `control`: to be moved, not copied, or given back by
/// `neuron_handle_release`.
typedef struct neuron_handle {
  /// The row in the arrays; the largest number when what had it is gone; NULL where `storage` is
  /// the address of a plain double, and not that of an array's address.
  const uintptr_t *_Nullable row;
  void *_Nullable control;
  void *_Nullable storage;
  int dimension, index;
} neuron_handle;

/// `neuron::container::generic_data_handle`, the type of a mechanism's POINTER.
typedef struct neuron_datum {
  const uintptr_t *_Nullable row;
  void *_Nullable control;
  void *_Nullable storage;
  const void *_Nullable type;
  int dimension, index;
} neuron_datum;

/// A range variable's own part of a `Symbol`.
typedef struct neuron_range_symbol {
  const char *name;
  short type, subtype, is_public, on_the_fly;
  short mechanism;
  int index;
} neuron_range_symbol;

/// `std::vector<T *>`.
typedef struct neuron_pointer_vector {
  void *_Nullable *_Nullable begin;
  void *_Nullable *_Nullable end;
  void *_Nullable *_Nullable capacity;
} neuron_pointer_vector;

/// The classes of `PlayRecord`.
typedef enum neuron_record_kind {
  NEURON_RECORD_UNKNOWN,
  /// Vector.record(&t): at every step. The variable is the potential of the section that was accessed.
  NEURON_RECORD_TIME,
  /// Vector.record(&variable): at every step.
  NEURON_RECORD_STEPS,
  /// Vector.record(&variable, Dt)
  NEURON_RECORD_INTERVAL,
  /// Vector.record(&variable, times)
  NEURON_RECORD_TIMES,
  /// Vector.play(&variable, Dt or times)
  NEURON_PLAY_STEPS,
  /// Vector.play(&variable, times, continuous)
  NEURON_PLAY_CONTINUOUS,
  /// Vector.play("statement", …): each value is given to hoc. The variable is as RECORD_TIME has it.
  NEURON_PLAY_STATEMENT,
} neuron_record_kind;

/// `PlayRecord` and what its classes have in common.
typedef struct neuron_record {
  const void *virtual_table;
  neuron_handle variable;
  neuron_object *_Nullable point_process;
  void *_Nullable integrator;
  int thread;
  void *_Nullable vector;
  union {
    /// RECORD_INTERVAL
    double interval;
    /// RECORD_TIMES, PLAY_STEPS (NULL with an interval), PLAY_CONTINUOUS
    void *_Nullable times;
  } of;
  union {
    /// PLAY_STEPS
    double interval;
    /// PLAY_CONTINUOUS
    void *_Nullable discontinuities;
  } also;
} neuron_record;

/// All of PLAY_STEPS. With a statement it is PLAY_STATEMENT.
typedef struct neuron_played_steps {
  neuron_record record;
  int index;
  void *_Nullable event;
  void *_Nullable statement;
} neuron_played_steps;

/// All of PLAY_CONTINUOUS. With a statement it is PLAY_STATEMENT.
typedef struct neuron_played_lines {
  neuron_record record;
  int index, discontinuity, bound;
  void *_Nullable event;
  void *_Nullable statement;
} neuron_played_lines;

/// `PreSyn`: where NetCons have their events from.
typedef struct neuron_spike_source {
  const void *virtual_table;
  double old_value, old_time, threshold_value;
  void *_Nullable event;
  bool flag;
  neuron_pointer_vector connections;
  double threshold, delay;
  neuron_handle variable;
  neuron_object *_Nullable object;
  neuron_section *_Nullable section;
  void *_Nullable times;
  void *_Nullable identifiers;
  void *_Nullable statement;
  void *_Nullable thread;
  void *_Nullable threshold_item;
  long save_index;
  int use_min_delay, record_identifier, output_index, gid;
} neuron_spike_source;

/// `OcPtrVector`
typedef struct neuron_pointer_list {
  const void *virtual_table;
  struct {
    neuron_handle *_Nullable begin;
    neuron_handle *_Nullable end;
    neuron_handle *_Nullable capacity;
  } elements;
} neuron_pointer_list;

/// `LinearMechanism`
typedef struct neuron_linear_mechanism {
  const void *virtual_table;
  void *_Nullable model;
  void *_Nullable c;
  void *_Nullable g;
  void *_Nullable y;
  void *_Nullable y0;
  void *_Nullable b;
  int node_count;
  neuron_object *_Nullable callable;
  neuron_node *_Nullable *_Nullable nodes;
} neuron_linear_mechanism;

/// `RandomPlay`
typedef struct neuron_random_play {
  const void *virtual_table;
  const void *second_virtual_table;
  unsigned reference_count;
  void *_Nullable random;
  neuron_handle variable;
} neuron_random_play;

/// `Pt3d`: a 3D point of a section.
typedef struct neuron_point {
  float x, y, z, diameter;
  /// How far along the section, in um.
  double arc;
} neuron_point;

typedef struct neuron_internals {
  /// Vectors of `neuron_record *` and of `neuron_spike_source *`.
  neuron_pointer_vector *_Nullable (*_Nonnull records)(void);
  neuron_pointer_vector *_Nullable (*_Nonnull spike_sources)(void);
  /// The object of an `IvocVect`.
  neuron_object *_Nullable *_Nonnull (*_Nonnull vector_object)(void *_Nonnull vector);
  /// The section must have the variable, an element of an array its index on the stack.
  neuron_handle (*_Nonnull range_handle)(neuron_section *_Nonnull, neuron_symbol *_Nonnull, double position);
  const char *_Nonnull (*_Nonnull object_name)(neuron_object *_Nonnull);
  void *_Nullable (*_Nonnull point_process)(neuron_object *_Nonnull);
  neuron_handle (*_Nonnull point_process_handle)(void *_Nonnull point_process, neuron_symbol *_Nonnull, int element);
  neuron_node *_Nullable (*_Nonnull node)(neuron_section *_Nonnull, double position);
  /// How many nodes are a section's own: those of its segments, and one at its end.
  int (*_Nonnull node_count)(neuron_section *_Nonnull);
  neuron_node *_Nullable (*_Nonnull own_node)(neuron_section *_Nonnull, int index);
  /// The area of a node: a handle that is gone when the node is.
  neuron_handle (*_Nonnull area_of_node)(neuron_node *_Nonnull);
  /// NULL where the node does not have the mechanism.
  neuron_property *_Nullable (*_Nonnull property_of_node)(int mechanism, neuron_node *_Nonnull);
  /// Where a property has its datums.
  neuron_datum *_Nullable *_Nonnull (*_Nonnull datums)(neuron_property *_Nonnull);
  int (*_Nonnull mechanism_type)(const char *_Nonnull name);
  /// Lets an observer, a record or a spike source, know when a variable is gone.
  void (*_Nonnull observe)(neuron_handle *_Nonnull, void *_Nonnull observer);
  void (*_Nonnull stop_observing)(void *_Nonnull observer);
  void (*_Nonnull disconnect_source)(void *_Nonnull integrator, neuron_spike_source *_Nonnull);
  void (*_Nonnull append_source)(void *_Nonnull integrator, neuron_spike_source *_Nonnull);
  void *_Nullable *_Nonnull integrator;
  /// By type of mechanism, how many datums its properties have.
  const int *_Nullable const *_Nonnull datum_counts;
  const int *uses_fast_membrane_current;
  void *_Nullable *_Nonnull transfer;
  /// Where objects of the record classes, in the order of `neuron_record_kind`, point to.
  const void *_Nonnull record_tables[7];
} neuron_internals;

/// Finds every function of the table in the process.
///
/// Returns true when `internals` is complete; otherwise false, with `missing` set to the name of the
/// first that the process does not have.
bool neuron_internals_find(neuron_internals *internals, const char *_Nullable *_Nonnull missing);

/// How many handles share what a handle counts on; 0 where it is a plain double's.
int neuron_handle_count(const neuron_handle *handle);

/// Gives back a handle that was not moved anywhere.
void neuron_handle_release(neuron_handle *handle);

/// Where a handle's number is at the moment; NULL where it is gone.
double *_Nullable neuron_handle_address(const neuron_handle *handle);

/// Where a POINTER's target is at the moment; NULL where it is not set, gone, or no number.
double *_Nullable neuron_datum_address(const neuron_datum *datum);

/// Whether a POINTER leads to something that is no number, such as a stream of random numbers.
bool neuron_datum_is_raw(const neuron_datum *datum);

/// Writes the three ids of the stream of random numbers behind a datum, which must be a RANDOM's; false where it
/// has none.
bool neuron_datum_stream(const neuron_datum *datum, uint32_t *_Nullable ids);

/// Lets an event come: of a point process where `movable` is the datum that keeps it, with weights or 0; a
/// DiscreteEvent, such as a NetCon, where it is 0. False where NEURON has no functions for that.
bool neuron_send_event(uintptr_t target, uintptr_t weights, uintptr_t movable, double time, double flag);

/// Sets a stream of Random123, one of the datums of a `Point_process`, to how many words come before the next; false
/// where it has none there.
bool neuron_set_stream(uintptr_t process, int datum, uint64_t position);

/// The distance along the tree between two places of a cell in um, whatever hoc's distance() counts from; not a number
/// where NEURON has no function for that.
double neuron_distance(neuron_section *from, double from_position, neuron_section *to, double to_position);

/// One more handle on a POINTER's target.
neuron_handle neuron_datum_shared(const neuron_datum *datum);

/// The part of a symbol that a range variable has.
static inline const neuron_range_symbol *neuron_symbol_range(const neuron_symbol *symbol) {
  return (const neuron_range_symbol *)symbol;
}

/// The 3D points of a section, of which there are `count`; NULL where it has none.
static inline neuron_point *_Nullable neuron_section_points(const neuron_section *section, int *count) {
  const char *content = (const char *)section;
  *count = *(const int16_t *)(content + 64);
  return *(neuron_point *_Nullable const *)(content + 72);
}

/// The property of a `Point_process`; NULL where it is on no section.
static inline neuron_property *_Nullable neuron_point_process_property(const void *point_process) {
  return ((neuron_property *_Nullable const *)point_process)[2];
}

/// The node of a `Point_process`; NULL where it is on no section.
static inline neuron_node *_Nullable neuron_point_process_node(const void *point_process) {
  return ((neuron_node *_Nullable const *)point_process)[1];
}

/// The one after a property in the list of its node; NULL after the last. `member` says which of a property's members
/// that is: in NEURON 9.0 the first or the second.
static inline neuron_property *_Nullable neuron_property_next(const neuron_property *property, int member) {
  return ((neuron_property *_Nullable const *)property)[member];
}

/// A variable of NEURON's library that has no public name, by the symbols that the library's file
/// carries; NULL where it carries none.
void *_Nullable neuron_private_variable(const char *name);

#pragma clang assume_nonnull end

#endif
