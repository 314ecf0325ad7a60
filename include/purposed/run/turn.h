/*
 * turn: how soon the calling thread is given a processor when there is something for it.
 *
 * Linux shares processors out in slices, and a thread that asks for short ones is let in
 * before one with long ones when it wakes; over time it gets no more than any other.  Linux
 * before 6.12 knows one length for all, and a system that forbids sched_setattr(2) leaves
 * things as they are: nothing depends on it but how long a message waits.  A thread that
 * runs by another policy than the usual ones is left alone.
 *
 * Threads begin with what the thread that starts them has.
 */
#ifndef PURPOSED_RUN_TURN_H
#define PURPOSED_RUN_TURN_H

/* For a thread that has little to do each time, and should do it at once. */
void turn_soon(void);

/*
 * For a thread that computes beside one: with slices as short it is soon let in, too, and a
 * little nicer it lets the others go first, those that send to us among them.  More would have
 * it wait for all that else runs on the machine.  It cannot be undone.
 */
void turn_behind(void);

/*
 * Between two pieces of such work: whoever waits for this processor goes first.  A thread that
 * was woken while another one computes may otherwise have to wait for the next tick, 4 ms on
 * most systems.  To be called as often as one likes: it counts when a slice is over.
 */
void turn_over(void);

/* For a thread whose work can wait for all others. */
void turn_last(void);

#endif
