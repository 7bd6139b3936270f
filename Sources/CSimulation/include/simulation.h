// What a compiled cell runs on: its description of one run, and the loop of time steps with events, spike
// detection and recording. The code that is made for a cell includes this after it defined the cell's parts
// (`nr_cell_...` below). Semantics are those of NEURON's fixed step with `secondorder` 0.

#ifndef NR_SIMULATION_H
#define NR_SIMULATION_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gate_tables.h"
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

/// One run of one cell. Arrays are the caller's.
typedef struct nr_run {
  /// All numbers of the cell, aligned to 64 bytes, and the program's table of indices.
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
  NR_NOTHING_TO_MOVE = 6,
};

// ---- Events -----------------------------------------------------------------------------------------------

typedef struct nr_event {
  double time;
  /// What comes first of two at the same time.
  uint64_t order;
  /// A connection's index; a source's as −1 − index; NR_TO_ITSELF for one from a point process to itself.
  int32_t target;
  int32_t kind, instance;
  double flag;
  int64_t weights;
} nr_event;

enum { NR_TO_ITSELF = INT32_MAX, NR_FROM_WATCH = INT32_MAX - 1, NR_NO_EVENT = -1, NR_NO_KIND = -1 };

/// Events in a heap, the first on top.
typedef struct nr_heap {
  nr_event *events;
  int64_t count, capacity;
} nr_heap;

/// How many half steps lie in the ring: 0.2 s at steps of 0.025 ms.
enum { NR_RING = 1 << 14 };

/// A source whose events go to one connection only, with all that its next event takes: each is one event
/// that moves on.
///
/// Most of the time of delivering is waiting for these to come from far memory: all is in one place.
typedef struct __attribute__((aligned(128))) nr_direct {
  /// When the next event is delivered, and when the source has it.
  double time, next;
  /// The next in the list of a half step.
  int32_t link;
  int32_t kind, instance;
  int32_t source;
  double *weights;
  double delay;
  /// Of a NetStim: the interval's fixed part and what its random part is multiplied by, in ms.
  double fixed, random;
  double number, sent;
  nr_draws draws;
  int32_t isStream;
  /// When the event was sent, see `nr_event`.
  uint64_t order;
} nr_direct;

/// What a run keeps for itself: events to come, and who is asked for crossings.
///
/// Events of the next half steps are in lists, one for each half step, later ones in a heap; what is due is
/// put in order when its time has come. Those of direct sources are in lists of their own, whose half step may
/// also come round more than once before their time.
typedef struct nr_queue {
  nr_heap due, later;
  /// By source; those that are direct.
  nr_direct *directs;
  int32_t *directRing;
  /// By half step: the first event's index in `pool`.
  int32_t *ring;
  nr_event *pool;
  /// By event of the pool: the next of its list, or of those that are free.
  int32_t *following;
  int32_t poolCount, poolCapacity, free;
  /// The half step that is looked at, and the time up to which events are delivered now.
  int64_t current;
  double until;
  uint64_t order;
  int32_t *crossings;
  int64_t crossingCount;
  int failure;
} nr_queue;

NR_INLINE int nr_is_before(const nr_event *a, const nr_event *b) {
  return a->time < b->time || (a->time == b->time && a->order < b->order);
}

/// Puts an event into a heap; false where there is no memory.
static int nr_heap_push(nr_heap *heap, nr_event event) {
  if (heap->count == heap->capacity) {
    const int64_t capacity = heap->capacity ? 2 * heap->capacity : 256;
    nr_event *events = realloc(heap->events, (size_t)capacity * sizeof *events);
    if (!events) return 0;
    heap->events = events;
    heap->capacity = capacity;
  }
  int64_t place = heap->count++;
  while (place > 0) {
    const int64_t parent = (place - 1) / 4;
    if (!nr_is_before(&event, &heap->events[parent])) break;
    heap->events[place] = heap->events[parent];
    place = parent;
  }
  heap->events[place] = event;
  return 1;
}

static nr_event nr_heap_pop(nr_heap *heap) {
  const nr_event first = heap->events[0];
  const nr_event last = heap->events[--heap->count];
  int64_t place = 0;
  for (;;) {
    int64_t child = 4 * place + 1, least = -1;
    const int64_t end = child + 4 < heap->count ? child + 4 : heap->count;
    for (; child < end; child++) {
      if (least < 0 || nr_is_before(&heap->events[child], &heap->events[least])) least = child;
    }
    if (least < 0 || !nr_is_before(&heap->events[least], &last)) break;
    heap->events[place] = heap->events[least];
    place = least;
  }
  heap->events[place] = last;
  return first;
}

/// The half step that a time lies in; never falls as times rise.
NR_INLINE int64_t nr_half_step(double time) {
  const double steps = time * (2.0 / NR_DT);
  return steps < 9e15 ? (int64_t)steps : (int64_t)9e15;
}

/// An event's place in the pool; NR_NO_EVENT where there is no memory.
static int32_t nr_pooled(nr_queue *queue, nr_event event) {
  int32_t place = queue->free;
  if (place != NR_NO_EVENT) {
    queue->free = queue->following[place];
  } else {
    if (queue->poolCount == queue->poolCapacity) {
      const int32_t capacity = queue->poolCapacity ? 2 * queue->poolCapacity : 1024;
      nr_event *pool = realloc(queue->pool, (size_t)capacity * sizeof *pool);
      if (pool) queue->pool = pool;
      int32_t *following = realloc(queue->following, (size_t)capacity * sizeof *following);
      if (following) queue->following = following;
      if (!pool || !following) return NR_NO_EVENT;
      queue->poolCapacity = capacity;
    }
    place = queue->poolCount++;
  }
  queue->pool[place] = event;
  return place;
}

static void nr_into_ring(nr_queue *queue, nr_event event, int64_t step) {
  const int32_t place = nr_pooled(queue, event);
  if (place == NR_NO_EVENT) {
    queue->failure = NR_OUT_OF_MEMORY;
    return;
  }
  int32_t *first = &queue->ring[step % NR_RING];
  queue->following[place] = *first;
  *first = place;
}

static void nr_push(nr_queue *queue, nr_event event) {
  // It would come before nothing and after nothing.
  if (event.time != event.time) {
    queue->failure = NR_NOT_A_NUMBER;
    return;
  }
  event.order = queue->order++;
  const int64_t step = nr_half_step(event.time);
  if (event.time <= queue->until || step < queue->current) {
    if (!nr_heap_push(&queue->due, event)) queue->failure = NR_OUT_OF_MEMORY;
  } else if (step - queue->current < NR_RING) {
    nr_into_ring(queue, event, step);
  } else if (!nr_heap_push(&queue->later, event)) {
    queue->failure = NR_OUT_OF_MEMORY;
  }
}

static void nr_push_direct(nr_queue *queue, int32_t source) {
  nr_direct *direct = &queue->directs[source];
  const int64_t step = nr_half_step(direct->time);
  if (direct->time <= queue->until || step < queue->current) {
    const nr_event event = {.time = direct->time, .order = direct->order, .target = -1 - source};
    if (!nr_heap_push(&queue->due, event)) queue->failure = NR_OUT_OF_MEMORY;
    return;
  }
  int32_t *first = &queue->directRing[step % NR_RING];
  direct->link = *first;
  *first = source;
}

static void nr_gather_directs(nr_queue *queue, double until) {
  int32_t *place = &queue->directRing[queue->current % NR_RING];
  while (*place != NR_NO_EVENT) {
    nr_direct *direct = &queue->directs[*place];
    if (direct->time <= until) {
      const nr_event event = {.time = direct->time, .order = direct->order, .target = -1 - *place};
      if (!nr_heap_push(&queue->due, event)) queue->failure = NR_OUT_OF_MEMORY;
      *place = direct->link;
    } else {
      place = &direct->link;
    }
  }
}

/// Makes due what comes up to a time.
static void nr_gather_due(nr_queue *queue, double until) {
  const int64_t last = nr_half_step(until);
  queue->until = until;
  for (; queue->current <= last; queue->current++) {
    nr_gather_directs(queue, until);
    int32_t place = queue->ring[queue->current % NR_RING], kept = NR_NO_EVENT;
    while (place != NR_NO_EVENT) {
      const int32_t next = queue->following[place];
      if (queue->pool[place].time <= until) {
        if (!nr_heap_push(&queue->due, queue->pool[place])) queue->failure = NR_OUT_OF_MEMORY;
        queue->pool[place].kind = NR_NO_KIND;
        queue->following[place] = queue->free;
        queue->free = place;
      } else {
        queue->following[place] = kept;
        kept = place;
      }
      place = next;
    }
    queue->ring[queue->current % NR_RING] = kept;
    if (queue->current == last) break;
  }
  while (queue->later.count
         && nr_half_step(queue->later.events[0].time) - queue->current < NR_RING) {
    const nr_event event = nr_heap_pop(&queue->later);
    if (event.time <= until) {
      if (!nr_heap_push(&queue->due, event)) queue->failure = NR_OUT_OF_MEMORY;
    } else {
      nr_into_ring(queue, event, nr_half_step(event.time));
    }
  }
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
static double nr_exponential(nr_draws *draws) {
  if (draws->drawn % 4 == 0) {
    const uint32_t counter[4] = {draws->drawn / 4, draws->ids[2], draws->ids[0], draws->ids[1]};
    nr_philox(counter, draws->global, draws->words);
  }
  const uint32_t word = draws->words[draws->drawn++ % 4];
  return -log(((double)word + 1.0) * (1.0 / 4294967297.0));
}

/// An interval's fixed part, and what its random part is multiplied by.
NR_INLINE double nr_fixed_interval(const nr_source *stream) {
  const double mean = stream->interval > 0 ? stream->interval : .01;
  return stream->noise == 0 ? mean : nr_product(1.0 - stream->noise, mean);
}

NR_INLINE double nr_random_interval(const nr_source *stream) {
  const double mean = stream->interval > 0 ? stream->interval : .01;
  return nr_product(stream->noise, mean);
}

NR_INLINE double nr_interval(double fixed, double random, nr_draws *draws) {
  return random == 0 ? fixed : fixed + nr_product(random, nr_exponential(draws));
}

/// The first event of a source at all; infinite where there is none.
static double nr_first(nr_source *source) {
  if (source->kind == NR_SOURCE_TIMES) {
    source->timeIndex = 0;
    return source->timeCount ? source->times[0] : INFINITY;
  }
  if (source->kind != NR_SOURCE_STREAM) return INFINITY;
  source->draws.drawn = 0;
  source->sent = 0;
  if (source->noise < 0) source->noise = 0;
  if (source->noise > 1) source->noise = 1;
  if (!(source->start >= 0 && source->number > 0)) return INFINITY;
  double event = source->start;
  event += nr_interval(nr_fixed_interval(source), nr_random_interval(source), &source->draws);
  event -= nr_product(source->interval, 1.0 - source->noise);
  return event < 0 ? 0 : event;
}

/// What comes after the event at `time`.
static double nr_following(nr_source *source, double time) {
  if (source->kind == NR_SOURCE_TIMES) {
    return ++source->timeIndex < source->timeCount ? source->times[source->timeIndex] : INFINITY;
  }
  source->sent += 1;
  const double interval =
      nr_interval(nr_fixed_interval(source), nr_random_interval(source), &source->draws);
  return source->sent >= source->number ? INFINITY : time + interval;
}

/// The same of a direct one.
static double nr_following_directly(nr_direct *direct, nr_source *sources) {
  if (!direct->isStream) return nr_following(&sources[direct->source], direct->next);
  direct->sent += 1;
  const double interval = nr_interval(direct->fixed, direct->random, &direct->draws);
  return direct->sent >= direct->number ? INFINITY : direct->next + interval;
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
NR_INLINE int nr_is_direct(const nr_source *source) {
  return source->count == 1 && !source->isRecorded
         && (source->kind == NR_SOURCE_STREAM || source->kind == NR_SOURCE_TIMES);
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
  nr_direct *direct = &queue->directs[index];
  direct->next = time;
  direct->time = time + direct->delay;
  direct->order = queue->order++;
  nr_push_direct(queue, index);
}

static void nr_deliver(nr_run *run, double until) {
  nr_queue *queue = run->state;
  nr_gather_due(queue, until);
  while (queue->due.count) {
    const nr_event event = nr_heap_pop(&queue->due);
    if (event.target == NR_TO_ITSELF) {
      nr_cell_receive(run, event.kind, event.instance, run->memory + event.weights, event.flag, event.time);
    } else if (event.target == NR_FROM_WATCH) {
      double *order = run->memory + event.weights;
      if (*order != (double)event.order) continue;
      *order = -1;
      nr_cell_receive(run, event.kind, event.instance, run->memory, event.flag, event.time);
    } else if (event.target < 0) {
      const int32_t index = -1 - event.target;
      nr_direct *direct = &queue->directs[index];
      if (direct->source == index) {
        nr_cell_receive(run, direct->kind, direct->instance, direct->weights, 0, event.time);
        nr_schedule_direct(queue, index, nr_following_directly(direct, run->sources));
      } else {
        nr_source *source = &run->sources[index];
        nr_send(run, index, source->next);
        nr_schedule(run, index, nr_following(source, source->next));
      }
    } else {
      const nr_connection *connection = &run->connections[event.target];
      nr_cell_receive(run, connection->kind, connection->instance, run->memory + connection->weights, 0,
                      event.time);
    }
  }
}

static void nr_detect(nr_run *run) {
  const nr_queue *queue = run->state;
  for (int64_t each = 0; each < queue->crossingCount; each++) {
    const int32_t index = queue->crossings[each];
    nr_source *source = &run->sources[index];
    const int isAbove = run->memory[source->offset] - source->threshold > 0;
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
  queue->crossings = malloc((size_t)(run->sourceCount + 1) * sizeof *queue->crossings);
  queue->ring = malloc(NR_RING * sizeof *queue->ring);
  queue->directRing = malloc(NR_RING * sizeof *queue->directRing);
  queue->directs = aligned_alloc(128, (size_t)(run->sourceCount + 1) * sizeof *queue->directs);
  if (!queue->crossings || !queue->ring || !queue->directRing || !queue->directs) {
    return NR_OUT_OF_MEMORY;
  }
  for (int step = 0; step < NR_RING; step++) queue->ring[step] = queue->directRing[step] = NR_NO_EVENT;
  queue->free = NR_NO_EVENT;
  queue->until = -INFINITY;
  run->t = 0;
  run->samples = run->spikeCount = 0;
  for (int64_t index = 0; index < run->sourceCount; index++) {
    if (run->sources[index].kind != NR_SOURCE_PROCESS) continue;
    run->memory[run->sources[index].offset] = (double)index;
  }
  nr_cell_initial(run->memory, run->indices, run);
  for (int64_t index = 0; index < run->initialCount; index++) {
    const nr_connection *connection = &run->connections[index];
    nr_cell_receive_initial(run, connection->kind, connection->instance,
                            run->memory + connection->weights);
  }
  for (int64_t index = 0; index < run->sourceCount; index++) {
    nr_source *source = &run->sources[index];
    source->isAbove = 0;
    if (source->kind == NR_SOURCE_CROSSING) {
      queue->crossings[queue->crossingCount++] = (int32_t)index;
    }
    nr_direct *direct = &queue->directs[index];
    direct->source = NR_NO_EVENT;
    if (nr_is_direct(source)) {
      const nr_connection *connection = &run->connections[source->first];
      *direct = (nr_direct){.kind = connection->kind, .instance = connection->instance,
                            .source = (int32_t)index, .weights = run->memory + connection->weights,
                            .delay = connection->delay};
      const double first = nr_first(source);
      if (source->kind == NR_SOURCE_STREAM) {
        direct->isStream = 1;
        direct->fixed = nr_fixed_interval(source);
        direct->random = nr_random_interval(source);
        direct->number = source->number;
        direct->draws = source->draws;
      }
      nr_schedule_direct(queue, (int32_t)index, first);
    } else {
      nr_schedule(run, (int32_t)index, nr_first(source));
    }
  }
  nr_deliver(run, 0);
  nr_cell_currents(run->memory, run->indices, 0);
  nr_cell_points(run->memory, run->indices, 0);
#ifdef NR_HAS_BEFORE_STEP
  nr_cell_before_step(run->memory, run->indices, 0);
#endif
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
  if (queue) {
    free(queue->due.events);
    free(queue->later.events);
    free(queue->ring);
    free(queue->directRing);
    free(queue->directs);
    free(queue->pool);
    free(queue->following);
    free(queue->crossings);
  }
  free(queue);
  run->state = NULL;
}

#endif
