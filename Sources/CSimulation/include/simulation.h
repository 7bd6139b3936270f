// What a compiled cell runs on: its description of one run, and the loop of time steps with events, spike
// detection and recording. The code that is made for a cell includes this after it defined the cell's parts
// (`nr_cell_...` below). Semantics are those of NEURON's fixed step with `secondorder` 0.

#ifndef NR_SIMULATION_H
#define NR_SIMULATION_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "vector_math.h"

/// Changes whenever a structure below does.
#define NR_SIMULATION_VERSION 1

/// Where events come from.
enum {
  /// A NetStim.
  NR_SOURCE_STREAM = 0,
  /// Times that are given.
  NR_SOURCE_TIMES = 1,
  /// A potential that crosses a threshold upwards.
  NR_SOURCE_CROSSING = 2,
  /// net_event() of a mechanism.
  NR_SOURCE_MECHANISM = 3,
};

typedef struct nr_source {
  int32_t kind;
  /// Its connections: the first, and how many.
  int32_t first, count;
  /// Whether the times of its events are kept, see `nr_run.spikes`.
  int32_t isRecorded;

  /// NR_SOURCE_STREAM: NetStim's parameters, in ms, and the Random123 stream's ids and global index.
  double interval, number, start, noise;
  uint32_t ids[3], global;
  /// NR_SOURCE_STREAM: how many numbers were drawn and events sent, and the next one's time.
  uint32_t drawn;
  double sent, next;

  /// NR_SOURCE_TIMES: in ms, ascending; the delay of connections is added.
  const double *times;
  int64_t timeCount, timeIndex;

  /// NR_SOURCE_CROSSING: where in the memory the potential is, and the threshold in mV.
  int64_t offset;
  double threshold;
  int32_t isAbove, padding;
} nr_source;

typedef struct nr_connection {
  /// The kind of point process and which of them.
  int32_t kind, instance;
  /// Where in the memory its weight vector begins.
  int64_t weights;
  double delay;
} nr_connection;

/// One run of one cell. Arrays are the caller's.
typedef struct nr_run {
  /// All numbers of the cell, aligned to 64 bytes, and the program's table of indices.
  double *memory;
  const int32_t *indices;
  nr_source *sources;
  int64_t sourceCount;
  const nr_connection *connections;
  int64_t connectionCount;
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
  /// In ms; `t` as it was accumulated.
  double t;
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
};

// ---- Events -----------------------------------------------------------------------------------------------

typedef struct nr_event {
  double time;
  /// What comes first of two at the same time.
  uint64_t order;
  /// A connection's index; a source's as −1 − index; that of an event to itself is in `instance`.
  int32_t target;
  int32_t kind, instance;
  float flag;
} nr_event;

typedef struct nr_queue {
  nr_event *events;
  int64_t count, capacity;
  uint64_t order;
  int failure;
} nr_queue;

NR_INLINE int nr_is_before(const nr_event *a, const nr_event *b) {
  return a->time < b->time || (a->time == b->time && a->order < b->order);
}

static void nr_push(nr_queue *queue, nr_event event) {
  if (queue->count == queue->capacity) {
    const int64_t capacity = queue->capacity ? 2 * queue->capacity : 1024;
    nr_event *events = realloc(queue->events, (size_t)capacity * sizeof *events);
    if (!events) {
      queue->failure = NR_OUT_OF_MEMORY;
      return;
    }
    queue->events = events;
    queue->capacity = capacity;
  }
  event.order = queue->order++;
  int64_t place = queue->count++;
  while (place > 0) {
    const int64_t parent = (place - 1) / 4;
    if (!nr_is_before(&event, &queue->events[parent])) break;
    queue->events[place] = queue->events[parent];
    place = parent;
  }
  queue->events[place] = event;
}

static nr_event nr_pop(nr_queue *queue) {
  const nr_event first = queue->events[0];
  const nr_event last = queue->events[--queue->count];
  int64_t place = 0;
  for (;;) {
    int64_t child = 4 * place + 1, least = -1;
    const int64_t end = child + 4 < queue->count ? child + 4 : queue->count;
    for (; child < end; child++) {
      if (least < 0 || nr_is_before(&queue->events[child], &queue->events[least])) least = child;
    }
    if (least < 0 || !nr_is_before(&queue->events[least], &last)) break;
    queue->events[place] = queue->events[least];
    place = least;
  }
  queue->events[place] = last;
  return first;
}

// ---- NetStim ----------------------------------------------------------------------------------------------

/// philox4x32-10 of Random123 (Salmon et al. 2011): four numbers of a counter and a key.
static void nr_philox(const uint32_t counter[4], uint32_t key, uint32_t result[4]) {
  uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
  uint32_t k0 = key, k1 = 0;
  for (int round = 0; round < 10; round++) {
    const uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
    c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
    c1 = (uint32_t)p1;
    c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c3 = (uint32_t)p0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  result[0] = c0, result[1] = c1, result[2] = c2, result[3] = c3;
}

/// A product that no fused multiplication hides the rounding of: NEURON's NetStim has none.
NR_INLINE double nr_product(double a, double b) {
  const volatile double product = a * b;
  return product;
}

/// The next of a stream's exponentially distributed numbers, of mean 1.
static double nr_exponential(nr_source *stream) {
  const uint32_t counter[4] = {stream->drawn / 4, stream->ids[2], stream->ids[0], stream->ids[1]};
  uint32_t words[4];
  nr_philox(counter, stream->global, words);
  const uint32_t word = words[stream->drawn++ % 4];
  return -log(((double)word + 1.0) * (1.0 / 4294967297.0));
}

static double nr_interval(nr_source *stream) {
  const double mean = stream->interval > 0 ? stream->interval : .01;
  if (stream->noise == 0) return mean;
  return nr_product(1.0 - stream->noise, mean)
         + nr_product(nr_product(stream->noise, mean), nr_exponential(stream));
}

/// The first event of a source at all; infinite where there is none.
static double nr_first(nr_source *source) {
  if (source->kind == NR_SOURCE_TIMES) {
    source->timeIndex = 0;
    return source->timeCount ? source->times[0] : INFINITY;
  }
  if (source->kind != NR_SOURCE_STREAM) return INFINITY;
  source->drawn = 0;
  source->sent = 0;
  if (source->noise < 0) source->noise = 0;
  if (source->noise > 1) source->noise = 1;
  if (!(source->start >= 0 && source->number > 0)) return INFINITY;
  double event = source->start + nr_interval(source);
  event -= nr_product(source->interval, 1.0 - source->noise);
  return event < 0 ? 0 : event;
}

/// What comes after the event at `time`.
static double nr_following(nr_source *source, double time) {
  if (source->kind == NR_SOURCE_TIMES) {
    return ++source->timeIndex < source->timeCount ? source->times[source->timeIndex] : INFINITY;
  }
  source->sent += 1;
  const double interval = nr_interval(source);
  return source->sent >= source->number ? INFINITY : time + interval;
}

// ---- The cell's parts, made for it ------------------------------------------------------------------------

/// INITIAL of all mechanisms; potentials are set.
static void nr_cell_initial(double *M, const int32_t *X, nr_run *run);
/// Currents of the membrane in all compartments, from the state at the step's start.
static void nr_cell_currents(double *M, const int32_t *X, double t);
/// Currents of point processes, added to them.
static void nr_cell_points(double *M, const int32_t *X, double t);
/// The potentials half a step later.
static void nr_cell_solve(double *M, const int32_t *X);
/// States, with the new potentials.
static void nr_cell_advance(double *M, const int32_t *X, double t);
/// Both `nr_cell_advance` at `t` and, of density mechanisms, the next step's `nr_cell_currents` at `next`.
static void nr_cell_advance_currents(double *M, const int32_t *X, double t, double next);
/// NET_RECEIVE of a point process.
static void nr_cell_receive(nr_run *run, int32_t kind, int32_t instance, double *weights, double flag, double t);
/// INITIAL in NET_RECEIVE.
static void nr_cell_receive_initial(nr_run *run, int32_t kind, int32_t instance, double *weights);

// ---- Running ----------------------------------------------------------------------------------------------

/// What mechanisms that send events to themselves call.
__attribute__((unused)) static void nr_send_to_itself(
    nr_run *run, int32_t kind, int32_t instance, int64_t weights, double time, double flag) {
  (void)weights;
  nr_queue *queue = run->state;
  nr_push(queue, (nr_event){.time = time, .target = INT32_MAX, .kind = kind, .instance = instance,
                            .flag = (float)flag});
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

static void nr_deliver(nr_run *run, double until) {
  nr_queue *queue = run->state;
  while (queue->count && queue->events[0].time <= until) {
    const nr_event event = nr_pop(queue);
    if (event.target == INT32_MAX) {
      nr_cell_receive(run, event.kind, event.instance, run->memory, event.flag, event.time);
    } else if (event.target < 0) {
      const int32_t index = -1 - event.target;
      nr_source *source = &run->sources[index];
      nr_send(run, index, event.time);
      const double next = nr_following(source, event.time);
      if (next < INFINITY) nr_push(queue, (nr_event){.time = next, .target = event.target});
    } else {
      const nr_connection *connection = &run->connections[event.target];
      nr_cell_receive(run, connection->kind, connection->instance, run->memory + connection->weights,
                      0, event.time);
    }
  }
}

static void nr_detect(nr_run *run) {
  for (int64_t index = 0; index < run->sourceCount; index++) {
    nr_source *source = &run->sources[index];
    if (source->kind != NR_SOURCE_CROSSING) continue;
    const int isAbove = run->memory[source->offset] - source->threshold > 0;
    if (isAbove && !source->isAbove) nr_send(run, (int32_t)index, run->t + 1e-10);
    source->isAbove = isAbove;
  }
}

static void nr_record(nr_run *run) {
  nr_queue *queue = run->state;
  if (run->samples == run->recordCapacity) {
    queue->failure = NR_SAMPLES_FULL;
    return;
  }
  for (int64_t each = 0; each < run->recordCount; each++) {
    run->values[each * run->recordCapacity + run->samples] = run->memory[run->records[each]];
  }
  run->times[run->samples++] = run->t;
}

void nr_end(nr_run *run);

/// Initialises, as finitialize does after it has set the potentials, and records the first sample.
///
/// Returns NR_OK or why not.
int nr_start(nr_run *run) {
  nr_queue *queue = calloc(1, sizeof *queue);
  if (!queue) return NR_OUT_OF_MEMORY;
  run->state = queue;
  run->t = 0;
  run->samples = run->spikeCount = 0;
  nr_cell_initial(run->memory, run->indices, run);
  for (int64_t index = 0; index < run->connectionCount; index++) {
    const nr_connection *connection = &run->connections[index];
    nr_cell_receive_initial(run, connection->kind, connection->instance,
                            run->memory + connection->weights);
  }
  for (int64_t index = 0; index < run->sourceCount; index++) {
    nr_source *source = &run->sources[index];
    source->isAbove = 0;
    const double first = nr_first(source);
    if (first < INFINITY) nr_push(queue, (nr_event){.time = first, .target = (int32_t)(-1 - index)});
  }
  nr_deliver(run, 0);
  nr_cell_currents(run->memory, run->indices, 0);
  nr_cell_points(run->memory, run->indices, 0);
  nr_record(run);
  nr_deliver(run, 0);
  // What the first step begins with; later ones find it done.
  if (NR_IS_FUSED) nr_cell_currents(run->memory, run->indices, 0.5 * NR_DT);
  return queue->failure;
}

/// Goes on until `end`, or for `steps` steps where that is less.
///
/// Returns NR_OK or why not.
int nr_continue(nr_run *run, double end, int64_t steps) {
  nr_queue *queue = run->state;
  double *memory = run->memory;
  const int32_t *indices = run->indices;
  for (int64_t step = 0; step < steps && run->t < end && !queue->failure; step++) {
    nr_detect(run);
    nr_deliver(run, run->t + 0.5 * NR_DT);
    run->t += 0.5 * NR_DT;
    if (!NR_IS_FUSED) nr_cell_currents(memory, indices, run->t);
    nr_cell_points(memory, indices, run->t);
    nr_cell_solve(memory, indices);
    run->t += 0.5 * NR_DT;
    if (NR_IS_FUSED) {
      nr_cell_advance_currents(memory, indices, run->t, run->t + 0.5 * NR_DT);
    } else {
      nr_cell_advance(memory, indices, run->t);
    }
    nr_record(run);
    nr_deliver(run, run->t);
  }
  return queue->failure;
}

/// Gives back what the run had; it may be started again.
void nr_end(nr_run *run) {
  nr_queue *queue = run->state;
  if (queue) free(queue->events);
  free(queue);
  run->state = NULL;
}

#endif
