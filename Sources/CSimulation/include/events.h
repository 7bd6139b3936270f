// Events to come: those of sources with one connection in a timetable, others in lists of half steps and heaps.

#ifndef NR_EVENTS_H
#define NR_EVENTS_H

#include <stdint.h>
#include <stdlib.h>

#include "timetable.h"

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

/// What a run keeps for itself: events to come, and who is asked for crossings.
///
/// Events of the next half steps are in lists, one for each half step, later ones in a heap; what is due is
/// put in order when its time has come. Those of direct sources are in a table of their own.
typedef struct nr_queue {
  nr_heap due, later;
  nr_timetable table;
  /// By half step: the first event's index in `pool`.
  int32_t *ring;
  nr_event *pool;
  /// By event of the pool: the next of its list, or of those that are free.
  int32_t *following;
  int32_t poolCount, poolCapacity, free;
  /// How many events are in the lists.
  int32_t listed;
  /// The half step that is looked at, and the time up to which events are delivered now.
  int64_t current;
  double until;
  uint64_t order;
  int32_t *crossings;
  int64_t crossingCount;
  int32_t failure;
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
  queue->listed++;
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

/// Makes due what comes up to a time, but for what the table has.
static void nr_gather_due(nr_queue *queue, double until) {
  const int64_t last = nr_half_step(until);
  queue->until = until;
  if (!queue->listed) queue->current = last;
  for (; queue->current <= last; queue->current++) {
    int32_t place = queue->ring[queue->current % NR_RING], kept = NR_NO_EVENT;
    while (place != NR_NO_EVENT) {
      const int32_t next = queue->following[place];
      if (queue->pool[place].time <= until) {
        if (!nr_heap_push(&queue->due, queue->pool[place])) queue->failure = NR_OUT_OF_MEMORY;
        queue->pool[place].kind = NR_NO_KIND;
        queue->following[place] = queue->free;
        queue->free = place;
        queue->listed--;
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

#endif
