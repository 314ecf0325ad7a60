#include <purposed/base/seldom.h>

#include <stdio.h>

enum { PAUSE_S = 10 };

bool seldom_now(struct seldom *seldom)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (seldom->said != 0 && now.tv_sec - seldom->said < PAUSE_S) {
		seldom->held++;
		return false;
	}
	/* A machine that has just started may be at second 0. */
	seldom->said = now.tv_sec != 0 ? now.tv_sec : 1;
	return true;
}

const char *seldom_others(struct seldom *seldom)
{
	seldom->others[0] = '\0';
	if (seldom->held != 0)
		snprintf(seldom->others, sizeof(seldom->others),
			 " (and %lu more since the last such line)", seldom->held);
	seldom->held = 0;
	return seldom->others;
}
