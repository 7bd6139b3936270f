// The time step, which is the same in all runs of a loaded library: see `nr_set_time_step`.

#ifndef NR_TIME_STEP_H
#define NR_TIME_STEP_H

/// In ms, and half of it.
static double nr_time_step, nr_half_time_step;
static double nr_half_steps_per_ms;

#endif
