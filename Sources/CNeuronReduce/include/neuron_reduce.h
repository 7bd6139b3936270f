// The C interface of neuron-reduce, which the Python package calls. It has no algorithms.
//
// A reduction takes three steps: `nr_cell_read` reads a cell of the session, `nr_cell_reduce` reduces what
// was read, which needs no NEURON, and `nr_reduction_build` changes the session, all of it in one call.
//
// What can fail says so; no cell, synapse or number that a request names ends the process. Objects and
// SectionLists are NEURON's own references (Python: `object.hocobjptr()`). All functions must be called
// from the thread that runs NEURON.
//
// C99 and newer, C++11 and newer. Pointers are not null unless NR_NULLABLE says that they may be.

#ifndef NEURON_REDUCE_H
#define NEURON_REDUCE_H

#include <stddef.h>
#include <stdint.h>

/// The version of this interface: raised whenever something that is declared here changes its meaning
/// or its layout, or goes.
#define NR_ABI_VERSION 3

#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wnullability-extension"
#pragma clang assume_nonnull begin
#define NR_NULLABLE _Nullable
#define NR_NONNULL _Nonnull
#else
#define NR_NULLABLE
#define NR_NONNULL
#endif

#ifdef __cplusplus
extern "C" {
#endif

/// The NR_ABI_VERSION that the library was compiled with. To be asked before all else.
int nr_abi_version(void);

/// The size in bytes of one of the structs below, by its name, as the library knows it; 0 for a name
/// that is none's.
size_t nr_struct_size(const char *name);

/// What a call came to; each but NR_OK is one of the Python package's exceptions.
typedef enum nr_status {
  NR_OK = 0,
  /// No NEURON, or one older than 9.
  NR_UNSUPPORTED_NEURON = 1,
  /// A number or option that has no meaning.
  NR_ARGUMENT = 2,
  /// The cell cannot be reduced: its sections, topology or passive properties.
  NR_CELL = 3,
  /// A synapse or NetCon is not what was expected.
  NR_SYNAPSE = 4,
  /// The hoc template for the reduced cell.
  NR_TEMPLATE = 5,
  /// NEURON reported an error.
  NR_NEURON = 6,
  /// The cell cannot be compiled.
  NR_ENGINE = 7,
  /// A saved cell is none, or cannot be written in some format.
  NR_SAVED_CELL = 8,
} nr_status;

/// What a point process does when an event arrives.
typedef enum nr_nature {
  /// A conductance that is proportional to the weight and does not depend on voltage.
  NR_NATURE_LINEAR = 0,
  /// A conductance that depends on voltage, on the weight, or on earlier events.
  NR_NATURE_NONLINEAR = 1,
  /// Another response each time.
  NR_NATURE_STOCHASTIC = 2,
  /// A current that does not depend on voltage.
  NR_NATURE_CURRENT = 3,
  /// Nothing that was seen.
  NR_NATURE_NONE = 4,
} nr_nature;

/// What a section is to its cell.
typedef enum nr_role {
  NR_ROLE_SOMA = 0,
  NR_ROLE_AXON = 1,
  NR_ROLE_APICAL = 2,
  NR_ROLE_BASAL = 3,
} nr_role;

/// How a point process was found to respond to one event.
typedef struct nr_response {
  nr_nature nature;
  /// Whether one point process can stand for two of its kind: 1 where events of two NetCons act on one
  /// as on two, 0 where they do not, -1 where that is not known.
  int32_t superposes;
  /// The conductance in µS per unit of weight at times in ms from the event on, `count` of each.
  const double *NR_NULLABLE times;
  const double *NR_NULLABLE conductances;
  size_t count;
  /// Where the current reverses, in mV; not a number where that is not known.
  double reversal;
  /// 1 where the current of one event is linear in the voltage and proportional to the weight, whatever an event
  /// does to the next.
  int32_t is_ohmic;
  /// `nr_potential_count` numbers that `nr_analyse_currents` wrote; NULL where they are not known.
  const double *NR_NULLABLE charges;
} nr_response;

/// What an event of a NetCon does in the mean when they come at their rate, for synapses that remember earlier
/// events or fail at random.
typedef struct nr_steady_event {
  /// The integral of the conductance, in uS ms per unit of weight; not a number where it is that of a first event.
  double charge;
  /// The charge grows as the weight to this power.
  double exponent;
} nr_steady_event;

/// Why a call did not do what it was asked for: a status, a code, a payload, and a sentence.
typedef struct nr_error nr_error;

/// What a front calls its arguments, for sentences that name them.
typedef struct nr_argument_names {
  const char *frequency;
  const char *segments;
  const char *synapses;
  const char *connections;
  const char *compared_parameters;
} nr_argument_names;

/// One thing that an error is about: a text, or where that is NULL a number.
typedef struct nr_error_value {
  /// Such as `section`; NULL past the last one.
  const char *NR_NULLABLE name;
  const char *NR_NULLABLE text;
  double number;
} nr_error_value;

/// Which of a front's exceptions it is.
nr_status nr_error_status(const nr_error *error);
/// Which error it is, such as `missingLeak`. Valid, as what follows, as long as the error.
const char *nr_error_code(const nr_error *error);
nr_error_value nr_error_payload(const nr_error *error, size_t index);
/// One sentence, or more, that names what is at fault and what was expected.
const char *nr_error_message(const nr_error *error, const nr_argument_names *names);
void nr_error_free(nr_error *error);

/// A cell of the session. Pointers are read during the call only.
typedef struct nr_cell_request {
  /// For messages.
  const char *name;
  /// SectionLists: the soma's sections; which sections are apical; which are axon.
  void *soma_sections;
  void *apical_sections;
  void *axonal_sections;
  /// Point processes, and the NetCons that target them, one for one.
  void *NR_NULLABLE const *NR_NULLABLE synapses;
  size_t synapse_count;
  void *NR_NULLABLE const *NR_NULLABLE connections;
  size_t connection_count;
  /// Not 0 for a cell that is to be compiled: the point processes are all that it has, and there are no
  /// connections.
  int32_t is_whole;
  /// Not 0 where the list of what is apical, or axon, is all there is to say of it, be it empty; else names say
  /// what the lists do not.
  int32_t is_apical_given, is_axon_given;
} nr_cell_request;

/// Which of several equal point processes become one.
typedef enum nr_merging {
  /// Those of which it is known that one responds to the events of all as all did.
  NR_MERGING_EXACT = 0,
  /// All, as published.
  NR_MERGING_PUBLISHED = 1,
  NR_MERGING_NONE = 2,
} nr_merging;

/// Passive properties that the cable of a stem gets in place of the stem's own.
typedef struct nr_cable_membrane {
  /// cm in µF/cm2, Rm in ohm cm2, Ra in ohm cm.
  double capacitance, membrane_resistance, axial_resistivity;
  /// The propagation factor per space constant, with real part >= imaginary part >= 0.
  double factor_real, factor_imaginary;
} nr_cable_membrane;

/// What a part of the reduced cell's dendrites is multiplied by: `excitation` and `inhibition`, the first weights
/// of connections onto conductances that reverse above -50 mV or not; `leak`; or by an ion's name the conductances
/// of mechanisms that let it in.
typedef struct nr_gain {
  const char *name;
  double factor;
} nr_gain;

/// A place on a section, which is numbered as `nr_cell_sections` orders them.
typedef struct nr_place {
  int64_t section;
  /// 0 to 1.
  double position;
} nr_place;

/// What becomes of dendritic spines.
typedef enum nr_spines {
  /// They are branches as any other.
  NR_SPINES_COLLAPSED = 0,
  /// Each goes with the segment that it hangs on, for methods with NR_TRAIT_CHANGES_WEIGHTS.
  NR_SPINES_FOLDED = 1,
  /// They stay, on the compartment of that segment.
  NR_SPINES_KEPT = 2,
} nr_spines;

/// How to reduce. Pointers are read during the call only.
typedef struct nr_settings {
  /// The name of a method.
  const char *method;
  /// In Hz.
  double frequency;
  /// As `total_segments_manual`: -1, a share up to 1, or a total.
  double total_segments;
  nr_merging merging;
  /// Pairs of a point process's class and one of its parameters: the parameters that count when two
  /// are compared before merging. Classes that do not appear are compared by all; a pair whose
  /// parameter is NULL names a class and no parameter.
  const char *NR_NULLABLE const *NR_NULLABLE compared_parameters;
  size_t compared_parameter_pairs;
  /// How the synapses respond: the responses, and for each synapse the index of its own, -1 for one
  /// that was not measured. NULL where nothing is known.
  const nr_response *NR_NULLABLE responses;
  size_t response_count;
  const int64_t *NR_NULLABLE response_indices;
  size_t response_index_count;
  /// The mean rate of each NetCon's events in Hz, not a number where it is not known; NULL where none
  /// is.
  const double *NR_NULLABLE rates;
  size_t rate_count;
  /// One for each NetCon; NULL where each event does what a first one does.
  const nr_steady_event *NR_NULLABLE steady_events;
  size_t steady_event_count;
  /// One for each stem, in the order of `nr_cell_stems`; NULL where the stems' own properties hold.
  const nr_cable_membrane *NR_NULLABLE membranes;
  size_t membrane_count;
  /// What the reduced cell's dendrites are multiplied by at last.
  const nr_gain *NR_NULLABLE gains;
  size_t gain_count;
  /// Places that stay compartments of their own, for methods with NR_TRAIT_KEEPS_SITES; NULL for none.
  const nr_place *NR_NULLABLE sites;
  size_t site_count;
  /// Potentials of the cell's segments in a run, in mV: section by section in the order of `nr_cell_sections`,
  /// segment by segment, as many of each; NULL for none.
  const double *NR_NULLABLE observed;
  /// Of all segments together.
  size_t observed_count;
  /// Between two of a segment, in ms.
  double observed_interval;
  /// Where it is not 0, the loss that is expected at most, in mV, instead of `total_segments`.
  double tolerance;
  /// Sections, as `nr_cell_sections` orders them, that are collapsed with all dendrites beyond them; NULL for all
  /// dendrites.
  const int64_t *NR_NULLABLE roots;
  size_t root_count;
  /// Sections that stay, with all dendrites between them and the soma; NULL for none.
  const int64_t *NR_NULLABLE kept;
  size_t kept_count;
  /// What becomes of spines that are sections.
  nr_spines spines;
  /// Sections, each of which is a spine with all beyond it; NULL for those that are found.
  const int64_t *NR_NULLABLE spine_sections;
  size_t spine_section_count;
} nr_settings;

/// Where a reduced cell is built.
typedef struct nr_building {
  /// The hoc template, and an instance of it, with its name, which the cables' sections are created in.
  const char *template_name;
  void *instance;
  const char *instance_name;
  /// SectionLists that are filled with the reduced cell's sections.
  void *all_sections;
  void *somatic_sections;
  void *apical_sections;
  void *basal_sections;
  void *axonal_sections;
  /// Whether the instance gets the name `reduced_cell` at hoc's top level.
  int is_named;
} nr_building;

/// A cell that was read.
typedef struct nr_cell nr_cell;

/// Point processes of one class with equal parameters.
typedef struct nr_process_group {
  /// The class; valid as long as the cell.
  const char *NR_NULLABLE mechanism;
  /// One of them, and a connection onto it, of positive weight where there is one: indices of the
  /// request's lists.
  int64_t synapse, connection;
} nr_process_group;

/// A finished reduction.
typedef struct nr_reduction nr_reduction;

/// One of the reduced cell's cables.
typedef struct nr_cable {
  /// 1 for an apical cable, 0 for a basal one.
  int32_t is_apical;
  int32_t segment_count;
  /// In µm, and in space constants.
  double length, diameter, electrotonic_length;
  /// Its name in the reduced cell, the original section that its subtree began with, and the section
  /// that it is attached to; valid as long as the reduction.
  const char *NR_NULLABLE name;
  const char *NR_NULLABLE stem;
  const char *NR_NULLABLE parent;
  /// 1 where that is a section of the original that stays, 0 where it is an earlier cable.
  int32_t is_on_original;
} nr_cable;

/// A segment of the original and the point of a cable that it went to.
typedef struct nr_mapped_segment {
  /// For `nr_reduction_section_name`.
  int64_t section;
  /// The segment's centre on its section, 0 to 1.
  double position;
  int64_t cable;
  /// On the cable, 0 to 1.
  double cable_position;
} nr_mapped_segment;

/// A compartment that branches with channels of inward currents have in common, so that what each of them
/// does by itself is lost.
typedef struct nr_shared_compartment {
  int64_t cable;
  /// On the cable, 0 to 1: that of one of its segments in the segment map.
  double cable_position;
  /// What it has of the dendrites' inward conductance, 0 to 1.
  double inward_share;
} nr_shared_compartment;

/// How many of what.
typedef struct nr_counts {
  int64_t segments_before, segments_after;
  /// Of the point processes that were listed.
  int64_t point_processes_before, point_processes_after;
} nr_counts;

/// A section of the original.
typedef struct nr_section {
  const char *NR_NULLABLE name;
  nr_role role;
  /// 1 where it is collapsed, 0 where it stays.
  int32_t is_collapsed;
} nr_section;

/// Point processes of one mechanism that are equal in all that is compared before merging.
typedef struct nr_synapse_kind {
  const char *NR_NULLABLE mechanism;
  /// How they were treated, in one sentence.
  const char *NR_NULLABLE treatment;
  int64_t before, after, connections;
} nr_synapse_kind;

typedef struct nr_named_value {
  /// NULL past the last one.
  const char *NR_NULLABLE name;
  double value;
} nr_named_value;

/// Moduli of impedances of the passive cells: frequency in Hz, impedances in MΩ.
typedef struct nr_impedance {
  double frequency, full, reduced;
} nr_impedance;

/// Reads a cell of the session, and changes nothing.
///
/// Returns NULL on success, and sets `cell`, to be given back with `nr_cell_free`. The request's objects
/// must live until the cell was built.
nr_error *NR_NULLABLE nr_cell_read(const nr_cell_request *request,
                                   nr_cell *NR_NULLABLE *NR_NONNULL cell);
void nr_cell_free(nr_cell *cell);

/// The kinds of point process among the request's, and for each of these the index of its kind.
size_t nr_cell_group_count(const nr_cell *cell);
nr_process_group nr_cell_group(const nr_cell *cell, size_t index);
const int64_t *nr_cell_groups_of_synapses(const nr_cell *cell, size_t *count);

/// The mean rates of the events of the request's NetCons in Hz, as the NetStims that drive them have it;
/// not a number where it is not known.
const double *nr_cell_rates(const nr_cell *cell, size_t *count);

/// Appends the sections to a SectionList that what is collapsed by some settings begins with.
nr_error *NR_NULLABLE nr_cell_stems(const nr_cell *cell, const nr_settings *settings, void *sections);

/// A conductance of a density mechanism that is there at rest and depends on nothing.
typedef struct nr_leak {
  const char *mechanism;
  /// Its parameter that is the conductance per area, and the one that is the reversal potential, NULL for
  /// none; with or without the mechanism's name at the end.
  const char *conductance;
  const char *NR_NULLABLE reversal;
  /// From the conductance's unit to S/cm2; not a number for what the unit says.
  double factor;
} nr_leak;

/// The density mechanisms of the dendrites that may be leaks: NULL past the last one, and where most
/// dendritic sections have pas. Valid as long as the cell.
const char *NR_NULLABLE nr_cell_possible_leak(const nr_cell *cell, size_t index);

/// Says which conductances are leaks, beside that of pas where the cell has it.
nr_error *NR_NULLABLE nr_cell_set_leaks(nr_cell *cell, const nr_leak *NR_NULLABLE leaks,
                                        size_t count);

/// Reduces a cell that was read. Needs no NEURON.
///
/// Returns NULL on success, and sets `reduction`, to be given back with `nr_reduction_free`.
nr_error *NR_NULLABLE nr_cell_reduce(const nr_cell *cell, const nr_settings *settings,
                                     nr_reduction *NR_NULLABLE *NR_NONNULL reduction);

/// Builds a reduced cell, moves synapses and NetCons to it, and deletes the original's dendrites.
///
/// What refers to the dendrites and cannot follow is told before it is lost: where there is something that
/// `nr_reduction_loss` does not say yet, it says so afterwards, `is_built` is 0, and the session is as it
/// was. The next call builds, unless there is something else by then.
///
/// Returns NULL on success, otherwise the session is as it was. The cables live as long as the soma, and
/// longer where others refer to the instance.
nr_error *NR_NULLABLE nr_reduction_build(nr_reduction *reduction, const nr_building *building,
                                         int *is_built);

/// Builds the reduced cell's sections beside the original, where nothing is changed: in the instance, cables and
/// copies of what was not reduced. Its point processes and NetCons are the caller's to make. As often as asked.
///
/// Returns NULL on success, otherwise the session is as it was. The sections live as long as the instance.
nr_error *NR_NULLABLE nr_reduction_build_beside(nr_reduction *reduction,
                                                const nr_building *building);

/// By section of the reduced cell the section of the original that it is or copies, in the order of
/// `nr_cell_sections`; -1 for cables.
const int64_t *nr_reduction_kept_sections(const nr_reduction *reduction, size_t *count);

/// Where a point process of the original is in the reduced cell.
typedef struct nr_process_place {
  /// The point process that stands for it: itself, where it was not merged into another one.
  int64_t representative;
  /// That one's section, in the order of the reduced cell's, and the position on it.
  int64_t section;
  double position;
} nr_process_place;

/// For each point process of the original: those that the request listed, then those of `nr_cell_unlisted`.
const nr_process_place *nr_reduction_process_places(const nr_reduction *reduction, size_t *count);

/// What a connection of the original is in the reduced cell.
typedef struct nr_reduced_connection {
  /// Its point process, among the original's: one that stands for itself.
  int64_t target;
  /// The first weight; not a number where it has none.
  double weight;
  /// Where the source is a potential of the cell's own, its section in the order of the reduced cell's; else -1.
  int64_t source_section;
  /// On that section; not a number for another variable than the potential.
  double source_position;
} nr_reduced_connection;

/// For each connection of the original: those that the request listed, each once, then those of
/// `nr_cell_unlisted`.
const nr_reduced_connection *nr_reduction_connections(const nr_reduction *reduction, size_t *count);

/// Makes sure that the session has a template that can hold a reduced cell, defining the one that is
/// built in.
nr_error *NR_NULLABLE nr_template_prepare(const char *name, int is_built_in);

/// The error that a template cannot hold a reduced cell for a reason that was found outside.
nr_error *nr_template_error(const char *name, const char *problem);

/// Whether there are cables whose soma is gone.
int nr_has_orphans(void);

/// Gives up the cables whose soma is gone: not to be called while NEURON runs, when nothing may be deleted.
void nr_release_orphans(void);

/// For tests: `neuron_fail_at_call` of the library's own NEURON layer.
long nr_fail_at_call(long calls);

/// What tells one kind of method from another.
typedef enum nr_trait {
  /// Weights may change, for which it asks `responses` and `rates`.
  NR_TRAIT_CHANGES_WEIGHTS = 1,
  /// Shapes and places depend on the frequency; where not, at most the number of segments does.
  NR_TRAIT_USES_FREQUENCY = 2,
  /// Channels and leaks keep their totals over the membrane.
  NR_TRAIT_CONSERVES_TOTALS = 4,
  /// Each cable is one compartment that gathers membrane from several branches.
  NR_TRAIT_CABLES_ARE_LUMPS = 8,
  /// It has a use for `sites`.
  NR_TRAIT_KEEPS_SITES = 16
} nr_trait;

/// The sum of a method's traits; 0 for a name that is no method's.
int nr_method_traits(const char *method);

/// Whether a public member of a template's instance (NULL: a name of hoc's top level) is an array or
/// an object reference. Python may ask for those without danger; asking for a single section that was
/// deleted ends the process.
int nr_is_array_or_object(void *NR_NULLABLE object, const char *name);

/// Gives back a reduction; nothing that was read of it may be used afterwards.
void nr_reduction_free(nr_reduction *reduction);

/// The surviving synapses, as indices into the request's, in the order of the result.
const int64_t *nr_reduction_survivors(const nr_reduction *reduction, size_t *count);

size_t nr_reduction_cable_count(const nr_reduction *reduction);

/// A cable by its index; all zero past the last one.
nr_cable nr_reduction_cable(const nr_reduction *reduction, size_t index);

/// Where the original's dendritic segments went.
const nr_mapped_segment *nr_reduction_segment_map(const nr_reduction *reduction, size_t *count);

/// For each of the settings' sites the index in the segment map of the segment that it is in, -1 for one that
/// stays.
const int64_t *nr_reduction_site_segments(const nr_reduction *reduction, size_t *count);

/// The compartments that branches with channels of inward currents share, those with most of it first.
const nr_shared_compartment *nr_reduction_shared_compartments(const nr_reduction *reduction, size_t *count);

/// The name of a section that the segment map numbers, or NULL past the last one. Valid as long as
/// the reduction.
const char *NR_NULLABLE nr_reduction_section_name(const nr_reduction *reduction, size_t index);

/// The stages so far, of reading, reducing and building, and the seconds each took; NULL past the last
/// one.
const char *NR_NULLABLE nr_reduction_stage_name(const nr_reduction *reduction, size_t index);
double nr_reduction_stage_seconds(const nr_reduction *reduction, size_t index);

/// Point processes of a mechanism that were merged though that is not known to be exact.
typedef struct nr_inexact_merge {
  /// NULL past the last one; valid as long as the reduction.
  const char *NR_NULLABLE mechanism;
  /// Whether it is known not to be: an event of one NetCon changes the response to another's.
  int32_t is_known;
  /// How many were merged into others.
  int64_t count;
} nr_inexact_merge;

nr_inexact_merge nr_reduction_inexact_merge(const nr_reduction *reduction, size_t index);

/// What in the session refers to the dendrites and cannot follow, one sentence each, once the cell was to be
/// built; NULL past the last one. Valid until it is to be built again, and as long as the reduction.
const char *NR_NULLABLE nr_reduction_loss(const nr_reduction *reduction, size_t index);

// What was done in detail, worked out when one of these is first asked. Their texts are valid as long as the
// reduction.

nr_counts nr_reduction_counts(const nr_reduction *reduction);

/// The original's sections.
size_t nr_reduction_section_count(const nr_reduction *reduction);
nr_section nr_reduction_section(const nr_reduction *reduction, size_t index);

size_t nr_reduction_synapse_kind_count(const nr_reduction *reduction);
nr_synapse_kind nr_reduction_synapse_kind(const nr_reduction *reduction, size_t index);

/// The parameters that tell a kind apart from the others of its mechanism.
nr_named_value nr_reduction_kind_parameter(const nr_reduction *reduction, size_t kind,
                                           size_t index);

/// Why those of a kind that remain were not merged further, and how many of them.
nr_named_value nr_reduction_kind_obstacle(const nr_reduction *reduction, size_t kind, size_t index);

/// What a user of the reduced cell should know; NULL past the last sentence.
const char *NR_NULLABLE nr_reduction_note(const nr_reduction *reduction, size_t index);

/// Impedances over frequency: at the middle of the soma (site -1), or from a site to there. NULL past
/// the last site, and where the cell has none that a number can hold.
const nr_impedance *NR_NULLABLE nr_reduction_impedances(const nr_reduction *reduction, ptrdiff_t site,
                                                      size_t *count);

/// What is expected to be lost at the soma, by linear theory.
typedef struct nr_expected_loss {
  /// Root mean square, and the standard deviation of the full cell's potential, in mV; not a number where
  /// nothing is known of any event.
  double rmsd, deviation;
  /// How many connections are counted, and how many there are.
  int64_t counted, connections;
} nr_expected_loss;

/// A compartment of the reduced cell that stands for segments that are not all on one way to the soma.
typedef struct nr_joint {
  int64_t cable;
  /// On the cable, 0 to 1.
  double cable_position;
  /// For `nr_reduction_section`; NULL past the last joint.
  const int64_t *NR_NULLABLE sections;
  size_t section_count;
} nr_joint;

nr_expected_loss nr_reduction_expected_loss(const nr_reduction *reduction);
/// For each of `nr_reduction_section` what would be lost were only the events of its own synapses there, in mV; not
/// a number where nothing is known of any.
const double *nr_reduction_expected_losses(const nr_reduction *reduction, size_t *count);

nr_joint nr_reduction_joint(const nr_reduction *reduction, size_t index);

/// A mechanism of the dendrites and which share of its conductance is in joints; the name is NULL past the last
/// one.
nr_named_value nr_reduction_shared_conductance(const nr_reduction *reduction, size_t index);

/// The parts of the dendrites that there can be gains of; NULL past the last one.
const char *NR_NULLABLE nr_reduction_gain(const nr_reduction *reduction, size_t index);

/// For each connection of the request the index of the gain that it is multiplied by; -1 for none.
const int64_t *nr_reduction_gains_of_connections(const nr_reduction *reduction, size_t *count);

/// The parameters of the cables' mechanisms that a gain multiplies, as sections have them; NULL past the last one.
const char *NR_NULLABLE nr_reduction_gain_parameter(const nr_reduction *reduction, size_t gain,
                                                    size_t index);

/// A site's section and the position on it.
nr_named_value nr_reduction_site(const nr_reduction *reduction, size_t index);

/// A voltage recorded over time; read during the call only.
typedef struct nr_trace {
  /// In ms, never falling.
  const double *NR_NULLABLE times;
  /// In mV.
  const double *NR_NULLABLE voltages;
  /// Of both; at least 2.
  size_t count;
} nr_trace;

/// The stretch of time that is compared, in ms, both ends included.
typedef struct nr_span {
  double start, end;
} nr_span;

/// How two spike trains differ.
typedef struct nr_spike_comparison {
  /// In Hz.
  double first_rate, second_rate;
  /// |n2 - n1| / n1; infinite where only the first train has no spikes.
  double rate_error;
  /// The coincidence factor; not a number where the windows of the second train fill all time.
  double coincidence_factor;
  /// The share of all spikes that are matched.
  double matched_share;
  double spike_synchronization, spike_distance;
} nr_spike_comparison;

/// How two voltages differ where neither cell has a spike, second less first; not a number where no
/// time is left.
typedef struct nr_voltage_comparison {
  /// In mV: the root of the mean square of the difference, and the differences of means and of
  /// standard deviations.
  double root_mean_square, mean, deviation;
  /// The share of the time that was compared.
  double compared_share;
} nr_voltage_comparison;

/// A trace's spikes, averaged; not a number where there are none.
typedef struct nr_spike_shape {
  /// Voltage of the peak, in mV; width at half height and time from the span's start to the first
  /// peak, in ms.
  double height, half_width, latency;
} nr_spike_shape;

/// Whether a trace is one: at least two samples, finite numbers, times that do not fall.
///
/// Here and in the functions below NULL is success. None of them needs NEURON.
nr_error *NR_NULLABLE nr_check_trace(const nr_trace *trace);

/// When a voltage crosses a threshold upwards, in ms. The first `capacity` times are written to
/// `times`, and to `count` how many there are: half the number of samples at most.
nr_error *NR_NULLABLE nr_spike_times(const nr_trace *trace, nr_span span, double threshold,
                                     double *NR_NULLABLE times, size_t capacity, size_t *count);

/// Compares two spike trains, the first of which is right. Spikes in ms, never falling, within the
/// span; `window` in ms: how far apart two spikes still coincide.
nr_error *NR_NULLABLE nr_compare_spikes(const double *NR_NULLABLE first, size_t first_count,
                                        const double *NR_NULLABLE second, size_t second_count,
                                        nr_span span, double window, nr_spike_comparison *result);

/// Compares two voltages, the first of which is right, outside of the time from `cut_before` ms before
/// to `cut_after` ms after each of some spikes.
nr_error *NR_NULLABLE nr_compare_voltages(const nr_trace *first, const nr_trace *second,
                                          nr_span span, const double *NR_NULLABLE spikes,
                                          size_t spike_count, double cut_before, double cut_after,
                                          nr_voltage_comparison *result);

/// Measures the spikes that begin within the span.
nr_error *NR_NULLABLE nr_measure_spikes(const nr_trace *trace, nr_span span, double threshold,
                                        nr_spike_shape *result);

// Cable theory, by itself: what the published package's functions are made of. None of this needs
// NEURON. Rm is in ohm cm2, Ra in ohm cm, cm in uF/cm2; impedances are in MOhm; q is the propagation
// factor per space constant, with real part >= imaginary part >= 0. What has no meaning is
// an error of status NR_ARGUMENT.

/// An impedance or a propagation factor.
typedef struct nr_complex {
  double real, imaginary;
} nr_complex;

/// A cylinder with a sealed end.
typedef struct nr_equivalent_cable {
  /// In space constants.
  double electrotonic_length;
  /// In um.
  double diameter, space_constant, length;
} nr_equivalent_cable;

/// q = sqrt(1 + i 2 pi f Rm cm), with f in Hz, 0 or greater.
nr_error *NR_NULLABLE nr_propagation_factor(double membrane_resistance, double capacitance,
                                            double frequency, nr_complex *result);

/// The cylinder with an input impedance, and with the modulus of the transfer impedance from its tip.
nr_error *NR_NULLABLE nr_solve_cable(nr_complex input_impedance, double tip_transfer_impedance,
                                     double membrane_resistance, double axial_resistivity,
                                     nr_complex propagation_factor, nr_equivalent_cable *result);

/// A cylinder's space constant in cm, from its diameter in cm.
nr_error *NR_NULLABLE nr_space_constant(double diameter, double membrane_resistance,
                                        double axial_resistivity, double *result);

/// How long a cable is, in space constants, whose tip has a given |Z_tip / Z_in|; `longest` at most.
nr_error *NR_NULLABLE nr_cable_length(double tip_ratio, nr_complex propagation_factor,
                                      double longest, double *result);

/// How far from the proximal end, in space constants, a cable of some length has a given
/// |Z_x / Z_in|; just beside the nearer end where it has that nowhere. Never an end itself: those are no
/// segment's in NEURON.
nr_error *NR_NULLABLE nr_cable_position(double ratio, nr_complex propagation_factor, double length,
                                        double *result);

/// The segments of each of `count` cables of given electrotonic lengths: one per 0.1 space constants,
/// an odd number, where `total` is -1; otherwise shares of `total`, less one for the soma. The counts
/// are whole and at least 1.
nr_error *NR_NULLABLE nr_segment_counts(const double *NR_NULLABLE electrotonic_lengths,
                                        size_t count, double total, double *NR_NULLABLE counts);

/// The centre of the segment that a relative position lies in, of a section of some segments.
nr_error *NR_NULLABLE nr_segment_center(double segment_count, double position, double *result);

// Measuring how point processes respond to events. A caller puts them on stands, compartments of so
// large a capacitance that the voltage stays, does there what a protocol says, and gives back the
// currents that it recorded. None of these functions needs NEURON.

/// Why one point process cannot stand for two of its kind, as far as is known.
typedef enum nr_superposition {
  /// It can: events of two NetCons act on one as on two.
  NR_SUPERPOSITION_HOLDS = 0,
  /// An event of one NetCon changes the response to an event of another.
  NR_SUPERPOSITION_INTERACTION = 1,
  /// A current flows without any event.
  NR_SUPERPOSITION_TONIC_CURRENT = 2,
  /// The response varies by itself.
  NR_SUPERPOSITION_RANDOMNESS = 3,
  /// Not known, since no response was seen.
  NR_SUPERPOSITION_NOTHING_SEEN = 4,
} nr_superposition;

/// The steps of time that every run takes, in ms: first those of `fine_step` for `before`, after which
/// the first event comes and time is counted; then until `fine_end`; then those of `coarse_step` until
/// `end`.
typedef struct nr_measuring_clock {
  double before, fine_step, fine_end, coarse_step, end;
  /// What is recorded in a whole run: one value at its beginning, and one after each step.
  size_t sample_count;
  /// When responses are given, in ms from the event on.
  const double *times;
  size_t time_count;
} nr_measuring_clock;

/// What happens to a point process on one stand.
typedef struct nr_stand {
  /// In mV.
  double holding;
  /// Whether the voltage takes the steps of `nr_voltage_step_at`.
  int32_t is_stepped;
  /// Whether this stand repeats the one before, best with another instance of the same kind.
  int32_t is_repetition;
  /// Of each of two NetCons the factor on its weight, and its events in ms.
  double scales[2];
  const double *NR_NULLABLE events[2];
  size_t event_counts[2];
} nr_stand;

typedef struct nr_voltage_step {
  /// In ms and mV.
  double time, voltage;
} nr_voltage_step;

/// What was found out about one kind of point process.
typedef struct nr_measured {
  /// Whether the protocol was the right one: 0 where it found something else than it asks for.
  int32_t is_known;
  nr_nature nature;
  nr_superposition superposition;
  /// The protocol that is enough for others of its class; -1 where there is none.
  int32_t brief_protocol;
  /// How many conductances were written.
  size_t count;
  /// Where the current reverses, in mV; not a number where there is no conductance.
  double reversal;
  /// 0 where several events of one NetCon do not make what one makes, several times.
  int32_t adds_up;
  /// 1 where the current of one event is linear in the voltage and, as far as the protocol tells, proportional to
  /// the weight.
  int32_t is_ohmic;
} nr_measured;

/// The protocol that finds out everything. Others are given as `brief_protocol`.
#define NR_PROTOCOL_THOROUGH 0

nr_measuring_clock nr_measuring_times(void);

/// The number of stands of a protocol; 0 for what is none.
size_t nr_stand_count(int32_t protocol);

/// A stand, by its index; all zero past the last one.
nr_stand nr_stand_at(int32_t protocol, size_t index);

/// How many potentials the thorough protocol has.
size_t nr_potential_count(void);

size_t nr_voltage_step_count(void);
nr_voltage_step nr_voltage_step_at(size_t index);

/// What follows from the currents of some kinds of point process.
///
/// `densities` has for each kind, and for each stand of the protocol, the stand's recorded capacitive
/// currents in mA/cm2, `sample_count` of each: fewer than those of a whole run where nothing changed
/// any more. `areas` of the stands in um2, `weights` of the first NetCon, both by kind. To `results` it
/// writes one for each kind, and to `conductances`, for each kind in `time_count` places, those at the
/// first of the clock's times, in uS per unit of weight. To `charges`, for each kind in `nr_potential_count` places,
/// what an event of a voltage-dependent conductance lets in at each of the thorough protocol's potentials, in nA ms
/// per unit of weight, not numbers where that is not known. Of a protocol that there is not, nothing is known.
void nr_analyse_currents(int32_t protocol, const double *NR_NONNULL const *NR_NULLABLE densities,
                         size_t sample_count, const double *areas, const double *weights,
                         size_t kind_count, nr_measured *results, double *conductances,
                         double *charges);

/// Whether recorded currents, `sample_count` of each of `count` stands, are back at what they were before
/// the first event, so that a run need not go on; of protocols other than the thorough one.
int nr_are_over(const double *NR_NONNULL const *NR_NULLABLE densities, size_t sample_count,
                size_t count);

/// Chooses kinds that stand for all, such that none is far from the nearest of them: 2*|a - b| /
/// (|a| + |b|), the largest of all values. `values` has `value_count` of each kind. For each kind the
/// one that stands for it is written to `nearest`, its own index for those that were chosen, and the
/// distance to `distances`. At most `limit` are chosen.
void nr_choose_kinds(const double *NR_NULLABLE values, size_t kind_count, size_t value_count,
                     size_t limit, int64_t *nearest, double *distances);

// A cell compiled to C. The code is compiled with simulation.h, which also says how it is run, and is run
// with a copy of `nr_program_memory`.

/// A cell as a program: its code, and where what is in its memory.
typedef struct nr_program nr_program;

/// A FUNCTION_TABLE of a mechanism: `count` values at ascending arguments.
typedef struct nr_function_table {
  const char *NR_NONNULL mechanism;
  const char *NR_NONNULL name;
  const double *NR_NULLABLE arguments;
  const double *NR_NULLABLE values;
  size_t count;
} nr_function_table;

/// How to compile. Pointers are read during the call only.
typedef struct nr_program_request {
  /// The syntax trees of the cell's mechanisms, as NEURON's `nmodl` writes them (JSON), and the mechanisms'
  /// names; any order, more than the cell has do no harm.
  const char *NR_NONNULL const *NR_NULLABLE trees;
  size_t tree_count;
  /// In ms and mV.
  double time_step, initial_potential;
  /// Not 0 where states are advanced and the next step's currents computed in one pass: faster, but what
  /// BREAKPOINT sets cannot be recorded.
  int32_t is_fused;
  /// Not 0 where steps of states that depend on the potential alone come from tables.
  int32_t uses_tables;
  /// Not 0 where NEURON goes on from a run's end: all that a step does not set anyway is in the memory.
  int32_t is_continued;
  /// Range variables that are to be in the memory, and parameters that change from run to run.
  const char *NR_NONNULL const *NR_NULLABLE recorded;
  size_t recorded_count;
  const char *NR_NONNULL const *NR_NULLABLE adjustable;
  size_t adjustable_count;
  /// Parameters of point processes that change during runs, with their class's name: `IClamp.amp`.
  const char *NR_NONNULL const *NR_NULLABLE played;
  size_t played_count;
  /// How many weights all NetCons have.
  size_t weight_count;
  /// What FUNCTION_TABLEs give, of those that it is known of.
  const nr_function_table *NR_NULLABLE function_tables;
  size_t function_table_count;
} nr_program_request;

/// Where a point process went: several may be one.
typedef struct nr_program_instance {
  int32_t kind, index;
} nr_program_instance;

/// Compiles a cell that was read whole to C. Returns NULL on success, and sets `program`, to be given back
/// with `nr_program_free`.
nr_error *NR_NULLABLE nr_cell_compile(const nr_cell *cell, const nr_program_request *request,
                                      nr_program *NR_NULLABLE *NR_NONNULL program);
void nr_program_free(nr_program *program);

const char *nr_program_source(const nr_program *program);
const double *nr_program_memory(const nr_program *program, size_t *count);
const int32_t *nr_program_indices(const nr_program *program, size_t *count);
/// By point process of the request.
const nr_program_instance *nr_program_instances(const nr_program *program, size_t *count);
/// By kind of point process: of which events at the same time the order may matter to its NET_RECEIVE; 0 of none, 1 of
/// those that it has sent itself, 2 of all.
const int32_t *nr_program_event_orders(const nr_program *program, size_t *count);
/// In pairs: a point process whose NET_RECEIVE reads through a POINTER what that of the other one sets, and this one.
const nr_program_instance *nr_program_joined(const nr_program *program, size_t *count);
/// Where in the memory the weights begin.
int64_t nr_program_weights(const nr_program *program);
/// Whether trials of it can be run at once, compiled with NR_TOGETHER: 1 or 0.
int32_t nr_program_runs_together(const nr_program *program);
/// Where in the memory a range variable is, at a position (0 to 1) of a section, by its index; -1 where it
/// is not there.
int64_t nr_program_variable(const nr_program *program, size_t section, double position, const char *name);
/// The same of a point process's member.
int64_t nr_program_member(const nr_program *program, size_t point_process, const char *name);
/// The same of a GLOBAL that blocks set, by hoc's name.
int64_t nr_program_global(const nr_program *program, const char *name);
/// The same of a mechanism's range variable in all segments, one section after the other.
void nr_program_variables(const nr_program *program, const char *name, int64_t *places);

/// An event of NEURON's that is to come: a NetCon delivers, or what else is one, or a point process has one of its own.
typedef struct nr_session_event {
  /// NEURON's own: a DiscreteEvent, or a Point_process.
  uint64_t target;
  /// Of a point process: where the weights are, 0 for none, and the datum that keeps the event; that is 0 otherwise.
  uint64_t weights, movable;
  double time, flag;
} nr_session_event;

/// Lets events come, none of them in the past. Returns 0, or -1 where NEURON has not what that takes.
int32_t nr_session_send(const nr_session_event *NR_NULLABLE events, size_t count);
/// Sets streams of Random123, RANDOM variables of the point processes that are given (NEURON's own), to how many words
/// come before the next; `datum` says which of their datums the stream is. Returns 0 or -1 likewise.
int32_t nr_session_set_streams(const uint64_t *NR_NULLABLE processes, const int64_t *NR_NULLABLE positions,
                               size_t count, int32_t datum);
/// What is at addresses: words of 64 bits, each `offset` bytes behind.
void nr_session_words(const uint64_t *NR_NULLABLE addresses, size_t count, int64_t offset,
                      uint64_t *NR_NULLABLE words);

/// The classes of point process on a cell, one after the other; NULL past the last.
const char *NR_NULLABLE nr_cell_process_kind(const nr_cell *cell, size_t index);

/// Appends a cell's sections to a SectionList, in the order of their indices.
nr_error *NR_NULLABLE nr_cell_sections(const nr_cell *cell, void *sections);

/// Whether point processes have POINTERs that lead to something that is no number, such as a stream of random
/// numbers: 1 in `found` for those that have one which is set, otherwise 0.
///
/// Returns 0; -1 where this NEURON's POINTERs cannot be read.
int nr_raw_pointers(void *NR_NULLABLE const *NR_NONNULL processes, size_t count, int32_t *found);

/// Appends what is attached to a cell's dendrites and was not listed to two Lists: point processes, and NetCons
/// onto point processes of the cell.
nr_error *NR_NULLABLE nr_cell_unlisted(const nr_cell *cell, void *processes, void *connections);

/// What a Vector of the session records, or is played into.
typedef struct nr_recording {
  /// NEURON's reference to the Vector; NULL for one that is no object.
  void *NR_NULLABLE vector;
  /// Not 0 where it is played: 1 for steps, 2 for lines between values.
  int32_t is_play;
  /// The variable, by hoc's name, an element of an array with its index; NULL for what is none of the
  /// cell's.
  const char *NR_NULLABLE name;
  /// The section's index, and where on it; -1 for point processes and for the time, whose name is t.
  int64_t section;
  double position;
  /// The point process's index; -1 for other variables.
  int64_t point_process;
  /// In ms; 0 for all steps.
  double interval;
  /// Whether a Vector has the times, and NEURON's reference to it.
  int32_t has_times;
  void *NR_NULLABLE times;
  /// Of lines: whether a Vector has the indices of the times at which they may jump, and NEURON's reference to
  /// it.
  int32_t has_breaks;
  void *NR_NULLABLE breaks;
} nr_recording;

/// All recordings and plays of the session; valid until the next call. NULL for `recordings` where NEURON
/// does not tell of them.
nr_error *NR_NULLABLE nr_cell_recordings(const nr_cell *cell,
                                         const nr_recording *NR_NULLABLE *NR_NONNULL recordings,
                                         size_t *count);

/// Whether ParallelContext transfers variables in this session.
int nr_cell_has_transfers(const nr_cell *cell);
/// Whether a Random is played into a variable of this session: 1 with NEURON's reference to it, NULL where it is no
/// object; 0; or -1 where NEURON does not tell.
int nr_cell_random_plays(const nr_cell *cell, void *NR_NULLABLE *NR_NONNULL random);

/// What programs of a cell are made of, apart from the session that it was read in: once one was compiled. Valid
/// as long as the cell; NULL before.
const uint8_t *NR_NULLABLE nr_cell_written(const nr_cell *cell, size_t *count);

/// A cell that was written so.
typedef struct nr_written_cell nr_written_cell;

/// Reads what `nr_cell_written` gave. Returns NULL on success, and sets `cell`, to be given back with
/// `nr_written_cell_free`.
nr_error *NR_NULLABLE nr_written_cell_read(const uint8_t *bytes, size_t count,
                                           nr_written_cell *NR_NULLABLE *NR_NONNULL cell);
void nr_written_cell_free(nr_written_cell *cell);

/// The same as `nr_cell_compile`.
nr_error *NR_NULLABLE nr_written_cell_compile(const nr_written_cell *cell, const nr_program_request *request,
                                              nr_program *NR_NULLABLE *NR_NONNULL program);

/// What a NetCon has, apart from what it has its events from where that is no object.
typedef struct nr_netcon {
  /// NEURON's references to the object that it targets, and to the one that it has its events from; NULL for
  /// none.
  void *NR_NULLABLE target;
  void *NR_NULLABLE source;
  /// Where the source's NetStim is among those of the inputs; -1 for another source, or none.
  int64_t netstim;
  /// In ms.
  double delay;
  /// Not 0 where it passes events on, and where it has what it had its events from.
  int32_t is_active, is_valid;
  /// Where its weights are among those of the inputs, and how many.
  int64_t first_weight, weight_count;
} nr_netcon;

/// What a NetStim's events follow from.
typedef struct nr_netstim {
  /// In ms, but for the number of events and the noise, 0 to 1 or what else there is.
  double interval, number, start, noise;
  /// Of its stream; not known where `has_ids` is 0.
  uint32_t ids[3];
  int32_t has_ids;
} nr_netstim;

/// What some NetCons do.
typedef struct nr_inputs nr_inputs;

/// Reads NetCons of the session. Returns NULL on success, and sets `inputs`, to be given back with
/// `nr_inputs_free`.
nr_error *NR_NULLABLE nr_inputs_read(void *NR_NONNULL const *NR_NULLABLE netcons, size_t count,
                                     nr_inputs *NR_NULLABLE *NR_NONNULL inputs);
void nr_inputs_free(nr_inputs *inputs);
/// One for each NetCon.
const nr_netcon *nr_inputs_netcons(const nr_inputs *inputs, size_t *count);
const double *nr_inputs_weights(const nr_inputs *inputs, size_t *count);
/// Each NetStim once.
const nr_netstim *nr_inputs_netstims(const nr_inputs *inputs, size_t *count);

// Saved cells (docs/saved.md) for those who do not have this library. None of this needs NEURON.

/// What saved cells are written as.
typedef struct nr_export_format {
  /// Such as `hoc`; NULL past the last one.
  const char *NR_NULLABLE name;
  /// What the names of files end with, such as `.hoc`; NULL for what is a folder.
  const char *NR_NULLABLE ending;
} nr_export_format;

/// Valid as long as the library.
nr_export_format nr_export_format_at(size_t index);

/// One file of what was written.
typedef struct nr_exported_file {
  /// In the folder; empty for what is a file by itself. NULL past the last one.
  const char *NR_NULLABLE path;
  /// In UTF-8.
  const char *NR_NULLABLE text;
} nr_exported_file;

/// A saved cell as text in some format.
typedef struct nr_export nr_export;

/// Writes a saved cell, `count` bytes of JSON, in a format, by its name. `name` is that of the file or the folder
/// without an ending. Returns NULL on success, and sets `written`, to be given back with `nr_export_free`.
nr_error *NR_NULLABLE nr_export_write(const uint8_t *bytes, size_t count, const char *format,
                                      const char *name,
                                      nr_export *NR_NULLABLE *NR_NONNULL written);
void nr_export_free(nr_export *written);
nr_exported_file nr_export_file(const nr_export *written, size_t index);
/// What of the cell the format has no place for and was left out, a sentence each; NULL past the last one.
const char *NR_NULLABLE nr_export_warning(const nr_export *written, size_t index);

#ifdef __cplusplus
}
#endif

#ifdef __clang__
#pragma clang assume_nonnull end
#pragma clang diagnostic pop
#endif

#endif
