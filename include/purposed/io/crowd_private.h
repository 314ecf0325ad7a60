/*
 * What the sources of crowd share.
 *
 * crowd_begun.c bounds what is held of messages that are begun; crowd.c does the rest.
 */
#ifndef PURPOSED_IO_CROWD_PRIVATE_H
#define PURPOSED_IO_CROWD_PRIVATE_H

#include <purposed/io/crowd.h>

/* --- crowd.c: the set, as the connection's state and held want it -------------------- */

void crowd_watch(struct crowd *crowd, struct connection *connection);
void crowd_set_timer(struct crowd *crowd);

/* --- crowd_begun.c ------------------------------------------------------------------- */

/* A connection is about to be no more. */
void crowd_forget_begun(struct crowd *crowd, struct connection *connection);

/* Whether others are not read since it has not completed its message. */
bool crowd_is_in_the_way(const struct crowd *crowd, const struct connection *connection);

#endif
