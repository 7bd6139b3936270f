// What is still to come at a run's end, for who goes on from there: part of simulation.h, whose structures it needs.

#ifndef NR_PENDING_H
#define NR_PENDING_H

#include "streams.h"

/// What an event that is to come does.
enum {
  /// A connection delivers: the one of the index.
  NR_PENDING_DELIVERY = 0,
  /// A source has its next event: the one of the index. What else is to be known of it is in its `nr_source`.
  NR_PENDING_SOURCE = 1,
  /// A point process has an event of its own, with its weights and flag.
  NR_PENDING_TO_ITSELF = 2,
  /// A condition that was watched has begun to hold.
  NR_PENDING_WATCH = 3,
};

typedef struct nr_pending_event {
  double time;
  /// What comes first of two at the same time.
  uint64_t order;
  int32_t what, index, kind, instance;
  double flag;
  /// Where in the memory they begin; 0 for none.
  int64_t weights;
} nr_pending_event;

/// Brings a direct source to where it would be if it had not waited for its last event to be delivered: what it has
/// sent by now is on its way, and its `nr_source` says what is next.
static void nr_settle(nr_run *run, int32_t index) {
  nr_queue *queue = run->state;
  nr_source *source = &run->sources[index];
  nr_direct *direct = &queue->table.directs[index];
  const nr_pace *pace = &queue->table.paces[direct->pace];
  while (direct->next <= run->t && !queue->failure) {
    nr_push(queue, (nr_event){.time = direct->next + pace->delay, .target = source->first});
    direct->next = nr_following_directly(&queue->table, direct, source);
    direct->order = queue->order++;
  }
  source->next = direct->next;
}

/// What a direct source says of itself in its `nr_source`, whether it has events to come or not.
static void nr_tell(nr_run *run, int32_t index) {
  const nr_timetable *table = &((const nr_queue *)run->state)->table;
  const nr_direct *direct = &table->directs[index];
  nr_source *source = &run->sources[index];
  if (source->kind != NR_SOURCE_STREAM) return;
  source->sent = direct->drawn > 0 ? direct->drawn - 1 : 0;
  source->draws.drawn = table->paces[direct->pace].random == 0 ? 0 : direct->drawn;
}

static void nr_list(nr_pending_event *found, int64_t capacity, int64_t *count, nr_pending_event event) {
  if (*count < capacity) found[*count] = event;
  ++*count;
}

static void nr_list_source(const nr_run *run, int32_t index, nr_pending_event *found, int64_t capacity,
                           int64_t *count) {
  const nr_queue *queue = run->state;
  const double next = run->sources[index].next;
  if (next < INFINITY) {
    nr_list(found, capacity, count,
            (nr_pending_event){.time = next, .order = queue->table.directs[index].order,
                               .what = NR_PENDING_SOURCE, .index = index});
  }
}

static void nr_list_other(const nr_event *event, nr_pending_event *found, int64_t capacity, int64_t *count) {
  if (event->kind == NR_NO_KIND) return;
  nr_pending_event pending = {.time = event->time, .order = event->order};
  if (event->target == NR_TO_ITSELF || event->target == NR_FROM_WATCH) {
    pending.what = event->target == NR_TO_ITSELF ? NR_PENDING_TO_ITSELF : NR_PENDING_WATCH;
    pending.kind = event->kind;
    pending.instance = event->instance;
    pending.flag = event->flag;
    pending.weights = event->weights;
  } else if (event->target < 0) {
    pending.what = NR_PENDING_SOURCE;
    pending.index = -1 - event->target;
  } else {
    pending.what = NR_PENDING_DELIVERY;
    pending.index = event->target;
  }
  nr_list(found, capacity, count, pending);
}

/// Lists what is to come after a run's time, in no order, and returns how much that is, which may be more than there is
/// room for. Sources say how many events they have sent, and what random numbers they have drawn; their `next` is
/// right where they are listed. The run can only be ended afterwards, or asked again.
int64_t nr_pending(nr_run *run, nr_pending_event *found, int64_t capacity) {
  nr_queue *queue = run->state;
  const nr_timetable *table = &queue->table;
  int64_t count = 0;
  // The direct ones first, since what they have sent is then among the others.
  for (int32_t place = table->next; place < table->count; place++) {
    nr_settle(run, table->coming[place].source);
    nr_list_source(run, table->coming[place].source, found, capacity, &count);
  }
  for (int64_t bucket = 0; bucket < table->bucketCount; bucket++) {
    for (int32_t source = table->buckets[bucket]; source != NR_NONE; source = table->directs[source].link) {
      nr_settle(run, source);
      nr_list_source(run, source, found, capacity, &count);
    }
  }
  for (int64_t index = 0; index < run->sourceCount; index++) {
    if (table->directs[index].isDirect) nr_tell(run, (int32_t)index);
  }
  for (int64_t each = 0; each < queue->due.count; each++) {
    nr_list_other(&queue->due.events[each], found, capacity, &count);
  }
  for (int64_t each = 0; each < queue->later.count; each++) {
    nr_list_other(&queue->later.events[each], found, capacity, &count);
  }
  for (int step = 0; step < NR_RING; step++) {
    for (int32_t place = queue->ring[step]; place != NR_NO_EVENT; place = queue->following[place]) {
      nr_list_other(&queue->pool[place], found, capacity, &count);
    }
  }
  run->failure = queue->failure;
  return count;
}

#endif
