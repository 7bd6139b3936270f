// Vector.play: part of simulation.h, whose structures it needs.

#ifndef NR_PLAYS_H
#define NR_PLAYS_H

#include "streams.h"

/// The time of a line's value that may be drawn to next.
NR_INLINE double nr_time_of_bound(const nr_play *play) { return play->times[play->index]; }

/// Lets a line be drawn to the next break, whose event is to come; to the end after the last.
static void nr_next_bound(nr_play *play) {
  play->next = INFINITY;
  if (!play->breaks) {
    if (play->index + 1 >= play->timeCount) return;
    play->index++;
  } else if (play->breakIndex < play->breakCount) {
    play->index = play->breaks[play->breakIndex++];
  } else {
    play->index = play->timeCount - 1;
    return;
  }
  play->next = nr_time_of_bound(play);
}

/// What a line has at a time: before the first value that one; between two values what is on the line through
/// them; and from the last one that it may be drawn to on, what is on the line through that and the one before.
static double nr_value_on_line(nr_play *play, double t) {
  const double *times = play->times, *values = play->values;
  if (t >= nr_time_of_bound(play)) {
    play->place = play->index;
    if (play->place == 0) return values[0];
  } else if (t <= times[0]) {
    play->place = 0;
    return values[0];
  } else {
    while (play->place > 0 && t < times[play->place]) play->place--;
    while (t >= times[play->place]) play->place++;
  }
  const int64_t right = play->place, left = right - 1;
  if (times[left] == times[right]) return (values[left] + values[right]) / 2;
  const double share = (t - times[left]) / (times[right] - times[left]);
  return values[left] + nr_product(values[right] - values[left], share);
}

/// Begins all plays anew.
static void nr_begin_plays(nr_run *run) {
  for (int64_t each = 0; each < run->playCount; each++) {
    nr_play *play = &run->plays[each];
    play->index = play->breakIndex = play->place = 0;
    if (!play->isContinuous) {
      play->next = play->times ? play->times[0] : 0;
    } else if (play->breaks) {
      nr_next_bound(play);
    } else {
      play->next = play->times[0];
    }
  }
}

/// What plays have as events: steps, and breaks of lines.
static void nr_play_events(nr_run *run, double until) {
  for (int64_t each = 0; each < run->playCount; each++) {
    nr_play *play = &run->plays[each];
    while (play->next <= until) {
      const double now = play->next;
      if (play->isContinuous) {
        nr_next_bound(play);
        run->memory[NR_AT(play->offset)] = nr_value_on_line(play, now);
        continue;
      }
      run->memory[NR_AT(play->offset)] = play->values[play->index++];
      if (play->index >= play->count || (play->times && play->index >= play->timeCount)) {
        play->next = INFINITY;
      } else {
        play->next = play->times ? play->times[play->index] : now + play->interval;
      }
    }
  }
}

/// What lines have at a time.
static void nr_play_lines(nr_run *run, double t) {
  for (int64_t each = 0; each < run->playCount; each++) {
    nr_play *play = &run->plays[each];
    if (play->isContinuous) run->memory[NR_AT(play->offset)] = nr_value_on_line(play, t);
  }
}

#endif
