// A session for tests of what calls NEURON: the functions of `neuron_api` over a few sections, objects and
// names, and over a stack. It is one session, and not for several threads.

#ifndef FAKE_NEURON_H
#define FAKE_NEURON_H

#include "CNEURON.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

/// For `neuron_api_find_by`: the address of one of the session's functions. Those that it does not have throw.
void *_Nullable fake_neuron_function(void *_Nullable context, const char *name);

/// The same of functions that all throw: a `std::runtime_error` with the text that the context is, or where
/// that is NULL a number.
void *_Nullable fake_throwing_function(void *_Nullable context, const char *name);

/// The same where a function, the one whose name the context is, is missing.
void *_Nullable fake_function_but_one(void *_Nullable context, const char *name);

/// Begins a new session; what was of the one before is gone.
void fake_begin(void);

/// A section that is attached to the parent's end, or to nothing.
neuron_section *fake_section(const char *name, neuron_section *_Nullable parent);
void fake_attach(neuron_section *child, double own_end, neuron_section *parent, double position);
void fake_delete(neuron_section *section);
/// One, unless something else is said.
void fake_set_segments(neuron_section *section, int count);
int fake_section_references(neuron_section *section);

/// A new object with one reference.
neuron_object *fake_object(const char *class_name);
int fake_object_references(neuron_object *object);
void fake_append(neuron_object *section_list, neuron_section *section);
/// The sections that a SectionList has, those that were deleted too.
int fake_list_count(neuron_object *section_list);
neuron_section *fake_listed(neuron_object *section_list, int index);
/// Whether a point process is on a section, as all are at first.
void fake_place(neuron_object *point_process, bool is_placed);
/// Of a class, those that have references.
int fake_object_count(const char *class_name);

/// What a name stands for.
enum fake_kind {
  FAKE_FUNCTION = 1,
  FAKE_OBJECT_REFERENCE = 2,
  FAKE_TEMPLATE = 3,
  FAKE_BROKEN_TEMPLATE = 4,
  FAKE_NUMBER = 5,
  FAKE_ARRAY = 6,
};
void fake_name(const char *name, enum fake_kind kind);
/// What an object reference refers to.
neuron_object *_Nullable fake_referred(const char *name);
void fake_refer(const char *name, neuron_object *_Nullable object);

/// What is on the stack, and how many sections were pushed and not popped.
int fake_stack_depth(void);
int fake_pushed_sections(void);
/// How many hoc statements were executed.
int fake_statement_count(void);
/// The last of them.
const char *fake_last_statement(void);
/// How many of the next calls of a hoc function or method fail.
void fake_let_fail(const char *name, int times);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
