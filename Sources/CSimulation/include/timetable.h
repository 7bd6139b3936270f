// When sources that have one connection each are next delivered, in order.

#ifndef NR_TIMETABLE_H
#define NR_TIMETABLE_H

#include <stdint.h>
#include <string.h>

#include "time_step.h"
#include "vector_math.h"

/// No source, no event.
enum { NR_NONE = -1 };

/// What sources have in common: how their events follow each other, and how late they are delivered.
typedef struct nr_pace {
  double delay;
  /// Of a NetStim: an interval's fixed part and what its random part is multiplied by, in ms; how many events it
  /// has.
  double fixed, random, number;
  int32_t isStream;
} nr_pace;

/// A source whose events go to one connection only, with all that its next event takes: each is one event
/// that moves on. Most of the time of delivering would be waiting for these to come from far memory.
typedef struct __attribute__((aligned(64))) nr_direct {
  /// When the source has its next event, and when that was sent, see `nr_event`.
  double next;
  uint64_t order;
  /// The connection's; a single weight that no event changes is here.
  union {
    double *weights;
    double weight;
  };
  /// Random numbers: how many events were sent, and one more, and the last words drawn.
  uint32_t drawn, words[4];
  int32_t pace;
  /// The next in the list of a bucket.
  int32_t link;
  int32_t instance;
  int16_t kind;
  /// Whether it is a source of this kind at all.
  int8_t isDirect;
  int8_t hasOwnWeight;
} nr_direct;

_Static_assert(sizeof(nr_direct) == 64, "a source is one cache line");

/// What is delivered soon.
typedef struct nr_coming {
  double time;
  uint64_t order;
  int32_t source;
} nr_coming;

/// Sources by the time of their next event: in buckets of some half steps, in no order, each a list of which
/// there may be members of a later round; those of the bucket that is open in order.
///
/// While one bucket is delivered the next one's members are fetched, one after the other.
typedef struct nr_timetable {
  /// By source; those that are direct.
  nr_direct *directs;
  nr_pace *paces;
  int32_t paceCount;
  /// By bucket, in rounds: the first source.
  int32_t *buckets;
  int64_t bucketCount;
  /// A bucket has 2^shift half steps.
  int shift;
  int64_t bucket;
  /// As many as there are sources fit in.
  nr_coming *coming;
  int32_t capacity, count, next;
  int32_t fetched, fetchedAtOnce;
} nr_timetable;

/// The half step that a time lies in; never falls as times rise.
NR_INLINE int64_t nr_half_step(double time) {
  const double steps = time * nr_half_steps_per_ms;
  return steps < 9e15 ? (int64_t)steps : (int64_t)9e15;
}

/// How many half steps a bucket has, as a power of 2: about a dozen events are put in order at once.
static int nr_bucket_shift(double eventsPerHalfStep) {
  int shift = 0;
  while (shift < 10 && eventsPerHalfStep * (1 << shift) < 12) shift++;
  return shift;
}

/// How many there are: as many as cover a second, and at most 32,768.
static int64_t nr_bucket_count(int shift) {
  int64_t count = 64;
  while (count < 32768 && (double)(count << shift) * nr_half_time_step < 1000) count *= 2;
  return count;
}

/// The index of a pace, which sources before it may have too.
static int32_t nr_pace_index(nr_timetable *table, nr_pace pace) {
  for (int32_t each = table->paceCount - 1; each >= 0 && each > table->paceCount - 9; each--) {
    const nr_pace *known = &table->paces[each];
    if (known->delay == pace.delay && known->fixed == pace.fixed && known->random == pace.random
        && known->number == pace.number && known->isStream == pace.isStream) {
      return each;
    }
  }
  table->paces[table->paceCount] = pace;
  return table->paceCount++;
}

/// Leaves what was delivered.
static void nr_compact(nr_timetable *table) {
  table->count -= table->next;
  memmove(table->coming, table->coming + table->next, (size_t)table->count * sizeof *table->coming);
  table->next = 0;
}

static void nr_insert_coming(nr_timetable *table, nr_coming event) {
  // Each source is in the table once.
  if (table->count == table->capacity) nr_compact(table);
  int32_t place = table->count++;
  nr_coming *coming = table->coming;
  for (; place > table->next; place--) {
    const nr_coming *before = &coming[place - 1];
    if (before->time < event.time || (before->time == event.time && before->order < event.order)) break;
    coming[place] = *before;
  }
  coming[place] = event;
}

/// Lets a source's event come, at `next` and the delay.
static void nr_await(nr_timetable *table, int32_t source) {
  nr_direct *direct = &table->directs[source];
  const double time = direct->next + table->paces[direct->pace].delay;
  const int64_t bucket = nr_half_step(time) >> table->shift;
  if (bucket <= table->bucket) {
    nr_insert_coming(table, (nr_coming){.time = time, .order = direct->order, .source = source});
    return;
  }
  int32_t *first = &table->buckets[bucket & (table->bucketCount - 1)];
  direct->link = *first;
  *first = source;
}

static void nr_open_bucket(nr_timetable *table) {
  nr_compact(table);
  table->bucket++;
  int32_t *first = &table->buckets[table->bucket & (table->bucketCount - 1)];
  int32_t source = *first;
  *first = NR_NONE;
  while (source != NR_NONE) {
    const int32_t following = table->directs[source].link;
    nr_await(table, source);
    source = following;
  }
  table->fetched = table->buckets[(table->bucket + 1) & (table->bucketCount - 1)];
  if (table->fetched != NR_NONE) __builtin_prefetch(&table->directs[table->fetched]);
  table->fetchedAtOnce = 1 + (table->count >> table->shift);
}

/// Fetches the next members of the next bucket, and of those that will have to make random numbers what that
/// takes: `stream` and `size` say where that is for the first source, and how far for each other one.
NR_INLINE void nr_fetch(nr_timetable *table, const void *stream, size_t size) {
  for (int each = 0; each < table->fetchedAtOnce && table->fetched != NR_NONE; each++) {
    const nr_direct *direct = &table->directs[table->fetched];
    const void *other = (const char *)stream + (size_t)table->fetched * size;
    table->fetched = direct->link;
    __builtin_prefetch(direct->drawn % 4 == 0 ? other : direct);
    if (table->fetched != NR_NONE) __builtin_prefetch(&table->directs[table->fetched]);
  }
}

#endif
