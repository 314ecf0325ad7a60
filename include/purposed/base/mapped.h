/*
 * mapped: the pages of the program and its libraries that are in memory.
 */
#ifndef PURPOSED_BASE_MAPPED_H
#define PURPOSED_BASE_MAPPED_H

/*
 * Lets go of all code and constants of the program and its libraries.  They are files: what
 * is used again comes back from the system's cache, page by page, and what only a start uses
 * (relocation, the set-up of libraries that nobody asks anything, tables that are copied)
 * counts no longer as ours.  Other threads may run meanwhile.  Without effect where code was
 * changed when it was loaded, and where the system does not offer it.
 */
void mapped_release(void);

#endif
