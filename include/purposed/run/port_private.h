/*
 * port_private: what the kinds of ports share.
 *
 * Each kind is a file of its own, port_NAME.c, whose struct begins with a struct
 * port.  To add one: write it, and name it in the table of port.c.
 */
#ifndef PURPOSED_RUN_PORT_PRIVATE_H
#define PURPOSED_RUN_PORT_PRIVATE_H

#include <purposed/io/input.h>
#include <purposed/run/port.h>

struct port_ops {
	/* Whether what these settings describe is open here, and senders can find it. */
	bool (*serves)(const struct port *port, const struct settings_input *settings);
	/* Whether it is not within a line longer than a batch.  NULL: it never is. */
	bool (*can_move)(const struct port *port);
	/* Pipeline and stream have changed.  NULL: it asks for them when it reads. */
	void (*attach)(struct port *port);
	enum port_result (*step)(struct port *port, struct err *e);
	void (*stop)(struct port *port);
	/* A reload keeps it: what may change without its being opened anew.  NULL: nothing. */
	void (*renew)(struct port *port, const struct settings_input *settings);
	/* NULL: there is nothing to count. */
	struct input_counts (*counts)(struct port *port);
	/* Where it is, as it wants to be told with port_start; NULL: it has no position. */
	void (*add_position)(const struct port *port, struct buf *out);
	/* Changes with the position. */
	unsigned long long (*version)(const struct port *port);
	/* Releases all but the head. */
	void (*free)(struct port *port);
};

struct port {
	const struct port_ops *ops;
	enum input_type type;
	int fd; /* polls as readable when step would find something; the kind's own */
	/* The rest is port.c's, and may be read. */
	struct port_owner owner;
	struct pipeline *pipeline;
	struct stream *stream; /* a reference */
	struct loop_source *watch;
	const struct state *saved_in; /* where its position was last saved; NULL: nowhere */
	unsigned long long saved_version;
};

/* Where an input with a position begins. */
struct port_start {
	bool resumed;	      /* it was read before: position says how far, or that is not known */
	struct span position; /* borrowed */
};

/* These make the kinds: ops and fd are set, the rest of the head is zero. */
int port_lines_new(struct port **port_r, const struct settings_input *settings,
		   const struct port_start *start, struct err *e);
int port_messages_new(struct port **port_r, const struct settings_input *settings,
		      const struct port_start *start, struct err *e);
int port_journal_new(struct port **port_r, const struct settings_input *settings,
		     const struct port_start *start, struct err *e);
int port_tail_new(struct port **port_r, const struct settings_input *settings,
		  const struct port_start *start, struct err *e);

/* Reads one batch of messages and submits it. */
enum port_result port_step_messages(struct port *port, struct input *input, struct err *e);

#endif
