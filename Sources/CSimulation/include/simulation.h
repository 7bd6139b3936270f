// What a compiled cell runs on: its description of one run, and the loop of time steps with events, spike
// detection and recording. The code that is made for a cell includes this after it defined the cell's parts
// (`nr_cell_...` below). Semantics are those of NEURON's fixed step with `secondorder` 0.

#ifndef NR_SIMULATION_H
#define NR_SIMULATION_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "function_tables.h"
#include "gate_tables.h"
#include "time_step.h"
#include "vector_math.h"

/// Where events come from.
enum {
  /// A NetStim.
  NR_SOURCE_STREAM = 0,
  /// Times that are given.
  NR_SOURCE_TIMES = 1,
  /// A potential that crosses a threshold upwards.
  NR_SOURCE_CROSSING = 2,
  /// A point process, by net_event.
  NR_SOURCE_PROCESS = 3,
};

/// A stream of Random123: how many numbers were drawn and the last four words, its ids, and the global index.
typedef struct nr_draws {
  uint32_t drawn, words[4], ids[3], global;
} nr_draws;

typedef struct nr_source {
  int32_t kind;
  /// Its connections: the first, and how many.
  int32_t first, count;
  /// Whether the times of its events are kept, see `nr_run.spikes`.
  int32_t isRecorded;

  /// NR_SOURCE_STREAM: NetStim's parameters, in ms, how many events were sent, and its random numbers.
  double interval, noise, number, sent;
  nr_draws draws;
  int32_t isAbove;
  double start;
  /// The next event's time.
  double next;

  /// NR_SOURCE_TIMES: in ms, ascending; the delay of connections is added.
  const double *times;
  int64_t timeCount, timeIndex;

  /// NR_SOURCE_CROSSING: where in the memory the potential is, and the threshold in mV; `isAbove` says whether
  /// it was above. NR_SOURCE_PROCESS: where in the memory the process finds this source's index.
  int64_t offset;
  double threshold;
} nr_source;

typedef struct nr_connection {
  /// The kind of point process and which of them.
  int32_t kind, instance;
  /// Where in the memory its weight vector begins.
  int64_t weights;
  double delay;
} nr_connection;

/// A Vector that is played into a number of the memory.
typedef struct nr_play {
  int64_t offset;
  /// What is played; and its times in ms, never falling: NULL where each value follows the one before it after
  /// `interval` ms.
  const double *values, *times;
  int64_t count, timeCount;
  double interval;
  /// Whether it is a line through the values rather than steps; and the indices of those times at which the line
  /// may jump: NULL for all of them.
  int32_t isContinuous;
  const int64_t *breaks;
  int64_t breakCount;

  /// The run's own: the next value of steps, or the last that lines are drawn to; the next of the breaks; where
  /// the line was last; and when the next event is.
  int64_t index, breakIndex, place;
  double next;
} nr_play;

/// One run of one cell. Arrays are the caller's.
///
/// NR_TRIALS of them, side by side, are run at once.
typedef struct nr_run {
  /// All numbers of the cell, and the program's table of indices. That of the first run is aligned to 64 bytes;
  /// those of others run with it begin one number later each.
  double *memory;
  const int32_t *indices;
  nr_source *sources;
  int64_t sourceCount;
  const nr_connection *connections;
  int64_t connectionCount;
  /// How many of them, the first ones, are NetCons: others deliver what a NetCon among these is told to.
  int64_t initialCount;
  /// What is recorded: where in the memory, and rows of `recordCapacity` numbers, one for each of them.
  const int64_t *records;
  int64_t recordCount, recordCapacity;
  double *values;
  double *times;
  /// How many samples there are.
  int64_t samples;
  /// Events of recorded sources: which and when.
  int32_t *spikeSources;
  double *spikeTimes;
  int64_t spikeCapacity, spikeCount;
  nr_play *plays;
  int64_t playCount;
  /// In ms; `t` as it was accumulated.
  double t;
  /// NR_OK, or why it stands still.
  int32_t failure;
  /// How often a point process whose NET_RECEIVE depends on the order of events had two at the same time, and
  /// which had so first, and when; not 0 where one of the two was one of a point process that is joined with it.
  int32_t tieKind, tieInstance, tieIsJoined;
  int64_t tieCount;
  double tieTime;
  /// The run's own; NULL before `nr_start` and after `nr_end`.
  void *state;
} nr_run;

/// 0, or why a run cannot go on.
enum {
  NR_OK = 0,
  NR_OUT_OF_MEMORY = 1,
  NR_SPIKES_FULL = 2,
  NR_SAMPLES_FULL = 3,
  NR_NOT_A_NUMBER = 4,
  NR_EVENT_IN_THE_PAST = 5,
  NR_NOTHING_TO_MOVE = 6,
};

#include "events.h"
#include "pending.h"
#include "plays.h"
#include "streams.h"

// ---- The cell's parts, made for it ------------------------------------------------------------------------

/// The tables of gates, for the time step.
static void nr_make_all_gates(void);
/// INITIAL of all mechanisms; potentials are set.
static void nr_cell_initial(double *M, const int32_t *X, nr_run *runs);
/// Currents of the membrane in all compartments, from the state at the step's start.
static void nr_cell_currents(double *M, const int32_t *X, double t);
/// Currents of point processes, added to them.
static void nr_cell_points(double *M, const int32_t *X, double t);
/// The potentials at the step's end.
static void nr_cell_solve(double *M, const int32_t *X);
/// States, with the new potentials.
static void nr_cell_advance(double *M, const int32_t *X, double t);
/// Both `nr_cell_advance` at `t` and, of density mechanisms, the next step's `nr_cell_currents` at `next`.
static void nr_cell_advance_currents(double *M, const int32_t *X, double t, double next);
/// NET_RECEIVE of a point process.
static void nr_cell_receive(nr_run *run, int32_t kind, int32_t instance, double *weights, double flag, double t);
/// Whether connections to a kind of point process have one weight each, which no event changes.
static int nr_has_own_weight(int32_t kind);
/// INITIAL in NET_RECEIVE.
static void nr_cell_receive_initial(nr_run *run, int32_t kind, int32_t instance, double *weights);
#ifdef NR_HAS_WATCH
/// Looks at what WATCH statements watch.
static void nr_cell_watch(nr_run *run, double t);
#endif
#ifdef NR_HAS_BEFORE_STEP
/// BEFORE STEP, before the first sample; later ones are part of `nr_cell_advance`.
static void nr_cell_before_step(double *M, const int32_t *X, double t);
#endif

// ---- Running ----------------------------------------------------------------------------------------------

/// What mechanisms that send events to themselves call.
__attribute__((unused)) static void nr_send_to_itself(
    nr_run *run, int32_t kind, int32_t instance, int64_t weights, double now, double time, double flag) {
  nr_queue *queue = run->state;
  if (time < now) {
    queue->failure = NR_EVENT_IN_THE_PAST;
    return;
  }
  nr_push(queue, (nr_event){.time = time, .target = NR_TO_ITSELF, .kind = kind,
                                 .instance = instance, .flag = flag, .weights = weights});
}

/// The same of a mechanism that has net_move: which event that would move is kept, with its weights.
__attribute__((unused)) static void nr_send_movable(
    nr_run *run, int32_t kind, int32_t instance, int64_t weights, double now, double time, double flag,
    double *slots, int stride) {
  nr_queue *queue = run->state;
  nr_send_to_itself(run, kind, instance, weights, now, time, flag);
  if (flag == 1 && !queue->failure) {
    slots[0] = (double)(queue->order - 1);
    slots[stride] = (double)weights;
  }
}

static int nr_cancel_among(nr_event *events, int64_t count, uint64_t order) {
  for (int64_t index = 0; index < count; index++) {
    if (events[index].order == order && events[index].target == NR_TO_ITSELF
        && events[index].kind != NR_NO_KIND) {
      events[index].kind = NR_NO_KIND;
      return 1;
    }
  }
  return 0;
}

/// net_move: the last event of flag 1 that an instance sent to itself comes at another time.
__attribute__((unused)) static void nr_move(
    nr_run *run, int32_t kind, int32_t instance, double now, double time, double *slots, int stride) {
  nr_queue *queue = run->state;
  const uint64_t order = slots[0] >= 0 ? (uint64_t)slots[0] : UINT64_MAX;
  const int isFound = nr_cancel_among(queue->due.events, queue->due.count, order)
                      || nr_cancel_among(queue->later.events, queue->later.count, order)
                      || nr_cancel_among(queue->pool, queue->poolCount, order);
  if (!isFound) {
    queue->failure = NR_NOTHING_TO_MOVE;
  } else if (time < now) {
    queue->failure = NR_EVENT_IN_THE_PAST;
  } else {
    nr_send_movable(run, kind, instance, (int64_t)slots[stride], now, time, 1, slots, stride);
  }
}

/// WATCH: the first one of a NET_RECEIVE ends those before. Each has a state (0 off, 1 below, 2 above), the flag
/// and the order of its event.
__attribute__((unused)) static void nr_watch(
    double *slots, int stride, int count, int which, int *isFirst, double value, double flag) {
  if (*isFirst) {
    for (int each = 0; each < count; each++) {
      slots[3 * each * stride] = 0;
      slots[(3 * each + 2) * stride] = -1;
    }
    *isFirst = 0;
  }
  double *own = slots + 3 * which * stride;
  own[0] = value >= -1e-11 ? 2 : 1;
  own[stride] = flag;
  own[2 * stride] = -1;
}

/// Whether a watched condition begins to hold.
__attribute__((unused)) static void nr_look(
    nr_run *run, int32_t kind, int32_t instance, double *own, int stride, double value) {
  nr_queue *queue = run->state;
  if (own[0] == 0) return;
  if (!(value > 0)) {
    own[0] = 1;
  } else if (own[0] == 1) {
    own[0] = 2;
    nr_push(queue, (nr_event){.time = run->t, .target = NR_FROM_WATCH, .kind = kind, .instance = instance,
                              .flag = own[stride], .weights = own + 2 * stride - run->memory});
    own[2 * stride] = (double)(queue->order - 1);
  }
}

static void nr_count_tie(nr_run *run, int32_t kind, int32_t instance, double t, int isJoined) {
  if (run->tieCount == 0) {
    run->tieKind = kind;
    run->tieInstance = instance;
    run->tieTime = t;
    run->tieIsJoined = isJoined;
  }
  run->tieCount++;
}

/// Counts an event at the time of one that sets what it reads through a POINTER, or that reads so what it sets.
__attribute__((unused)) static void nr_note_joined(nr_run *run, int32_t kind, int32_t instance, double t) {
  nr_count_tie(run, kind, instance, t, 1);
}

/// Looks whether an event comes at the very time of the one before it, where the order of the two may matter:
/// that of `last` came at its first number, with these weights, this flag, and with so many before it at that time;
/// less than none where one of them was sent by the process to itself.
///
/// What does the same is the same event: of one NetCon, or, where `compared` is not negative, with so many equal
/// weights.
__attribute__((unused)) static void nr_note(
    nr_run *run, int32_t kind, int32_t instance, const double *weights, double flag, double t, double *last,
    int stride, int compared, int isWithin) {
  const double place = (double)(uintptr_t)weights;
  if (last[0] == t) {
    const double *others = (const double *)(uintptr_t)last[stride];
    int isSame = others == weights;
    // Of events of several NetCons one that was sent to itself may belong to any beside it.
    const int isOfOne = isSame || (last[3 * stride] != 0 && (last[3 * stride] < 0 || flag != 0));
    if (!isSame && compared >= 0) {
      isSame = 1;
      for (int each = 0; each < compared; each++) {
        isSame = isSame && weights[NR_AT(each)] == others[NR_AT(each)];
      }
    }
    isSame = isSame && last[2 * stride] == flag;
    if (!isSame && (isOfOne || !isWithin)) nr_count_tie(run, kind, instance, t, 0);
    last[3 * stride] = last[3 * stride] < 0 || flag != 0 ? -1 : 1;
  } else {
    last[3 * stride] = flag != 0 ? -1 : 0;
  }
  last[0] = t;
  last[stride] = place;
  last[2 * stride] = flag;
}

static void nr_send(nr_run *run, int32_t index, double time) {
  nr_queue *queue = run->state;
  const nr_source *source = &run->sources[index];
  if (source->isRecorded) {
    if (run->spikeCount == run->spikeCapacity) {
      queue->failure = NR_SPIKES_FULL;
    } else {
      run->spikeSources[run->spikeCount] = index;
      run->spikeTimes[run->spikeCount++] = time;
    }
  }
  for (int32_t each = source->first; each < source->first + source->count; each++) {
    nr_push(queue, (nr_event){.time = time + run->connections[each].delay, .target = each});
  }
}

/// net_event: what a point process sends to NetCons; `source` is the index of the source that it is, or -1.
__attribute__((unused)) static void nr_send_event(nr_run *run, double source, double now, double time) {
  nr_queue *queue = run->state;
  if (source < 0) return;
  if (time < now) {
    queue->failure = NR_EVENT_IN_THE_PAST;
  } else {
    nr_send(run, (int32_t)source, time);
  }
}

/// Whether a source's events go to one connection only, so that its next event can be made when that has
/// delivered the last.
NR_INLINE int nr_is_direct(const nr_run *run, const nr_source *source) {
  return source->count == 1 && !source->isRecorded
         && (source->kind == NR_SOURCE_STREAM || source->kind == NR_SOURCE_TIMES)
         && run->connections[source->first].kind <= INT16_MAX;
}

/// Lets a source's event come.
static void nr_schedule(nr_run *run, int32_t index, double time) {
  if (!(time < INFINITY)) return;
  nr_source *source = &run->sources[index];
  source->next = time;
  nr_push(run->state, (nr_event){.time = time, .target = -1 - index});
}

static void nr_schedule_direct(nr_queue *queue, int32_t index, double time) {
  if (!(time < INFINITY)) return;
  nr_direct *direct = &queue->table.directs[index];
  direct->next = time;
  direct->order = queue->order++;
  nr_await(&queue->table, index);
}

static void nr_deliver_direct(nr_run *run, nr_coming event) {
  nr_queue *queue = run->state;
  nr_direct *direct = &queue->table.directs[event.source];
  nr_cell_receive(run, direct->kind, direct->instance,
                  direct->hasOwnWeight ? &direct->weight : direct->weights, 0, event.time);
  nr_schedule_direct(queue, event.source,
                     nr_following_directly(&queue->table, direct, &run->sources[event.source]));
}

static void nr_deliver_other(nr_run *run, nr_event event) {
  if (event.target == NR_TO_ITSELF) {
    nr_cell_receive(run, event.kind, event.instance, run->memory + event.weights, event.flag, event.time);
  } else if (event.target == NR_FROM_WATCH) {
    double *order = run->memory + event.weights;
    if (*order != (double)event.order) return;
    *order = -1;
    nr_cell_receive(run, event.kind, event.instance, run->memory, event.flag, event.time);
  } else if (event.target < 0) {
    const int32_t index = -1 - event.target;
    nr_source *source = &run->sources[index];
    nr_send(run, index, source->next);
    nr_schedule(run, index, nr_following(source, source->next));
  } else {
    const nr_connection *connection = &run->connections[event.target];
    nr_cell_receive(run, connection->kind, connection->instance,
                    run->memory + NR_AT(connection->weights), 0, event.time);
  }
}

/// Delivers what comes up to a time, in order.
static void nr_deliver(nr_run *run, double until) {
  nr_queue *queue = run->state;
  nr_timetable *table = &queue->table;
  nr_gather_due(queue, until);
  const int64_t bucket = nr_half_step(until) >> table->shift;
  while (table->bucket < bucket) nr_open_bucket(table);
  if (table->fetched != NR_NONE) nr_fetch(table, &run->sources->draws, sizeof *run->sources);
  for (;;) {
    const nr_coming *coming = &table->coming[table->next];
    const int isDirect = table->next < table->count && coming->time <= until;
    const nr_event *other = queue->due.count ? queue->due.events : NULL;
    if (isDirect
        && !(other && (other->time < coming->time
                       || (other->time == coming->time && other->order < coming->order)))) {
      table->next++;
      nr_deliver_direct(run, *coming);
    } else if (other) {
      nr_deliver_other(run, nr_heap_pop(&queue->due));
    } else {
      break;
    }
  }
}

static void nr_detect(nr_run *run) {
  const nr_queue *queue = run->state;
  for (int64_t each = 0; each < queue->crossingCount; each++) {
    const int32_t index = queue->crossings[each];
    nr_source *source = &run->sources[index];
    const int isAbove = run->memory[NR_AT(source->offset)] - source->threshold > 0;
    if (isAbove && !source->isAbove) nr_send(run, index, run->t + 1e-10);
    source->isAbove = isAbove;
  }
#ifdef NR_HAS_WATCH
  nr_cell_watch(run, run->t);
#endif
}

static void nr_record(nr_run *run) {
  nr_queue *queue = run->state;
  if (run->samples == run->recordCapacity) {
    queue->failure = NR_SAMPLES_FULL;
    return;
  }
  for (int64_t each = 0; each < run->recordCount; each++) {
    run->values[each * run->recordCapacity + run->samples] =
        run->memory[NR_AT(run->records[each])];
  }
  run->times[run->samples++] = run->t;
}

/// How many runs are done at once.
int nr_trial_count(void) { return NR_TRIALS; }

/// Before anything is run, by one thread at a time: the time step in ms, of all runs.
void nr_set_time_step(double timeStep) {
  if (nr_time_step == timeStep) return;
  nr_time_step = timeStep;
  nr_half_time_step = 0.5 * timeStep;
  nr_half_steps_per_ms = 2.0 / timeStep;
  nr_make_all_gates();
}

/// A number of bytes such that what comes after them begins a cache line of its own.
NR_INLINE size_t nr_padded(size_t size) {
  return (size + 127) / 128 * 128;
}

/// Memory that arrays are cut from; where there is none yet their sizes are added up.
typedef struct nr_block {
  char *memory;
  size_t size;
} nr_block;

static void *nr_cut(nr_block *block, size_t count, size_t size) {
  void *place = block->memory ? block->memory + block->size : NULL;
  block->size += nr_padded(count * size);
  return place;
}

/// What a run's queue has in the memory that all runs have together.
static nr_queue nr_queue_in(nr_block *block, const nr_run *run) {
  double rate = 0;
  for (int64_t index = 0; index < run->sourceCount; index++) {
    const nr_source *source = &run->sources[index];
    if (source->kind == NR_SOURCE_STREAM && source->interval > 0) rate += 1 / source->interval;
  }
  const size_t sources = (size_t)run->sourceCount + 1;
  nr_queue queue = {.free = NR_NO_EVENT, .until = -INFINITY};
  nr_timetable *table = &queue.table;
  table->bucket = -1;
  table->fetched = NR_NONE;
  table->shift = nr_bucket_shift(rate * nr_half_time_step);
  table->bucketCount = nr_bucket_count(table->shift);
  table->directs = nr_cut(block, sources, sizeof *table->directs);
  table->paces = nr_cut(block, sources, sizeof *table->paces);
  table->capacity = (int32_t)sources;
  table->coming = nr_cut(block, sources, sizeof *table->coming);
  table->buckets = nr_cut(block, (size_t)table->bucketCount, sizeof *table->buckets);
  queue.ring = nr_cut(block, NR_RING, sizeof *queue.ring);
  queue.crossings = nr_cut(block, sources, sizeof *queue.crossings);
  return queue;
}

/// Memory that is looked at all over: on large pages where the system has them, which saves looking for pages.
static void *nr_allocate(size_t size) {
  const size_t page = (size_t)1 << 21;
  if (size < page) return aligned_alloc(128, size);
  size = (size + page - 1) / page * page;
  void *memory = aligned_alloc(page, size);
#ifdef MADV_HUGEPAGE
  if (memory) madvise(memory, size, MADV_HUGEPAGE);
#endif
  return memory;
}

static int nr_make_queues(nr_run *runs) {
  nr_block block = {0};
  for (int trial = 0; trial < NR_TRIALS; trial++) {
    nr_cut(&block, 1, sizeof(nr_queue));
    nr_queue_in(&block, &runs[trial]);
  }
  block.memory = nr_allocate(block.size);
  if (!block.memory) return NR_OUT_OF_MEMORY;
  block.size = 0;
  for (int trial = 0; trial < NR_TRIALS; trial++) {
    nr_run *run = &runs[trial];
    nr_queue *queue = nr_cut(&block, 1, sizeof *queue);
    *queue = nr_queue_in(&block, run);
    for (int step = 0; step < NR_RING; step++) queue->ring[step] = NR_NO_EVENT;
    for (int64_t each = 0; each < queue->table.bucketCount; each++) queue->table.buckets[each] = NR_NONE;
    run->state = queue;
    run->t = 0;
    run->samples = run->spikeCount = run->tieCount = 0;
  }
  return NR_OK;
}

/// Lets the events of a source that has one connection come.
static void nr_start_direct(nr_run *run, int32_t index) {
  nr_queue *queue = run->state;
  nr_source *source = &run->sources[index];
  nr_direct *direct = &queue->table.directs[index];
  const nr_connection *connection = &run->connections[source->first];
  double *weights = run->memory + NR_AT(connection->weights);
  *direct = (nr_direct){.kind = (int16_t)connection->kind, .instance = connection->instance, .isDirect = 1,
                        .hasOwnWeight = nr_has_own_weight(connection->kind) != 0};
  if (direct->hasOwnWeight) {
    direct->weight = *weights;
  } else {
    direct->weights = weights;
  }
  const double first = nr_first(source);
  nr_pace pace = {.delay = connection->delay};
  if (source->kind == NR_SOURCE_STREAM) {
    pace.isStream = 1;
    pace.fixed = nr_fixed_interval(source);
    pace.random = nr_random_interval(source);
    pace.number = source->number;
    direct->drawn = pace.random == 0 ? 1 : source->draws.drawn;
    memcpy(direct->words, source->draws.words, sizeof direct->words);
  }
  direct->pace = nr_pace_index(&queue->table, pace);
  nr_schedule_direct(queue, index, first);
}

/// INITIAL of connections, and the first events of sources.
static void nr_start_events(nr_run *run) {
  nr_queue *queue = run->state;
  for (int64_t index = 0; index < run->initialCount; index++) {
    const nr_connection *connection = &run->connections[index];
    nr_cell_receive_initial(run, connection->kind, connection->instance,
                            run->memory + NR_AT(connection->weights));
  }
  for (int64_t index = 0; index < run->sourceCount; index++) {
    nr_source *source = &run->sources[index];
    source->isAbove = 0;
    if (source->kind == NR_SOURCE_CROSSING) {
      queue->crossings[queue->crossingCount++] = (int32_t)index;
    }
    queue->table.directs[index].isDirect = 0;
    if (nr_is_direct(run, source)) {
      nr_start_direct(run, (int32_t)index);
    } else {
      nr_schedule(run, (int32_t)index, nr_first(source));
    }
  }
  nr_deliver(run, 0);
}

/// Says of each run why it stands still; whether all do.
static int nr_have_failed(nr_run *runs) {
  int haveFailed = 1;
  for (int trial = 0; trial < NR_TRIALS; trial++) {
    const nr_queue *queue = runs[trial].state;
    runs[trial].failure = queue ? queue->failure : NR_OUT_OF_MEMORY;
    haveFailed &= runs[trial].failure != NR_OK;
  }
  return haveFailed;
}

/// Tells point processes that call net_event which sources they are.
static void nr_name_senders(nr_run *run) {
  for (int64_t index = 0; index < run->sourceCount; index++) {
    if (run->sources[index].kind != NR_SOURCE_PROCESS) continue;
    run->memory[NR_AT(run->sources[index].offset)] = (double)index;
  }
}

/// Initialises, as finitialize does after it has set the potentials, and records the first sample.
///
/// Each run's `failure` says why it cannot go on. They are in the hands of `nr_end` in any case.
void nr_start(nr_run *runs) {
  double *memory = runs->memory;
  const int32_t *indices = runs->indices;
  for (int trial = 0; trial < NR_TRIALS; trial++) {
    runs[trial].failure = NR_OUT_OF_MEMORY;
    runs[trial].state = NULL;
  }
  if (nr_make_queues(runs) != NR_OK) return;
  for (int trial = 0; trial < NR_TRIALS; trial++) {
    nr_name_senders(&runs[trial]);
    nr_begin_plays(&runs[trial]);
    nr_play_events(&runs[trial], 0);
  }
  nr_cell_initial(memory, indices, runs);
  for (int trial = 0; trial < NR_TRIALS; trial++) nr_start_events(&runs[trial]);
  nr_cell_currents(memory, indices, 0);
  nr_cell_points(memory, indices, 0);
#ifdef NR_HAS_BEFORE_STEP
  nr_cell_before_step(memory, indices, 0);
#endif
  for (int trial = 0; trial < NR_TRIALS; trial++) {
    nr_record(&runs[trial]);
    nr_deliver(&runs[trial], 0);
  }
  // What the first step begins with; later ones find it done.
  if (NR_IS_FUSED) nr_cell_currents(memory, indices, nr_half_time_step);
  nr_have_failed(runs);
}

/// Goes on until `end`, or for `steps` steps where that is less. A run whose `failure` is set stands still.
void nr_continue(nr_run *runs, double end, int64_t steps) {
  double *memory = runs->memory;
  const int32_t *indices = runs->indices;
  double t = runs->t;
  for (int trial = 1; trial < NR_TRIALS; trial++) t = fmax(t, runs[trial].t);
  for (int64_t step = 0; step < steps && t < end && !nr_have_failed(runs); step++) {
    for (int trial = 0; trial < NR_TRIALS; trial++) {
      nr_run *run = &runs[trial];
      if (run->failure) continue;
      nr_detect(run);
      nr_play_events(run, t + nr_half_time_step);
      nr_deliver(run, t + nr_half_time_step);
      run->t = t + nr_half_time_step;
      nr_play_lines(run, run->t);
    }
    t += nr_half_time_step;
    if (!NR_IS_FUSED) nr_cell_currents(memory, indices, t);
    nr_cell_points(memory, indices, t);
    nr_cell_solve(memory, indices);
    t += nr_half_time_step;
    for (int trial = 0; trial < NR_TRIALS; trial++) nr_play_lines(&runs[trial], t);
    if (NR_IS_FUSED) {
      nr_cell_advance_currents(memory, indices, t, t + nr_half_time_step);
    } else {
      nr_cell_advance(memory, indices, t);
    }
    for (int trial = 0; trial < NR_TRIALS; trial++) {
      nr_run *run = &runs[trial];
      if (run->failure) continue;
      run->t = t;
      nr_record(run);
      nr_play_events(run, t);
      nr_deliver(run, t);
    }
  }
  nr_have_failed(runs);
}

/// Gives back what runs had; they may be started again.
void nr_end(nr_run *runs) {
  // The first run's is where the memory of all begins.
  void *memory = runs->state;
  for (int trial = 0; trial < NR_TRIALS; trial++) {
    const nr_queue *queue = runs[trial].state;
    if (!queue) continue;
    free(queue->due.events);
    free(queue->later.events);
    free(queue->pool);
    free(queue->following);
    runs[trial].state = NULL;
  }
  free(memory);
}

#endif
