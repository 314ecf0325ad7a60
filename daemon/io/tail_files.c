/* Two trees over the same files, and a queue through them. */
#include <purposed/io/tail_private.h>

#include <search.h>
#include <stdlib.h>

#include <purposed/base/mem.h>

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct tail_file *)a)->name, ((const struct tail_file *)b)->name);
}

static int by_identity(const void *a, const void *b)
{
	const struct tail_file *x = a;
	const struct tail_file *y = b;

	if (x->inode != y->inode)
		return x->inode < y->inode ? -1 : 1;
	return (x->device > y->device) - (x->device < y->device);
}

/* A NULL from tsearch is memory that has run out: see mem.h. */
static void put(struct tail_file *file, void **root, int (*order)(const void *, const void *))
{
	if (tsearch(file, root, order) == NULL)
		abort();
}

/* Takes file out, and not another one that is equal to it. */
static void take(struct tail_file *file, void **root, int (*order)(const void *, const void *))
{
	struct tail_file *const *node = tfind(file, root, order);

	if (node != NULL && *node == file)
		tdelete(file, root, order);
}

void tail_files_add(struct tail_files *files, struct tail_file *file)
{
	files->all = mem_grow(files->all, files->n, &files->cap, sizeof(struct tail_file *));
	files->all[files->n++] = file;
	if (file->name[0] != '\0')
		put(file, &files->by_name, by_name);
	put(file, &files->by_identity, by_identity);
}

static void unqueue(struct tail_files *files, struct tail_file *file)
{
	struct tail_file *before = NULL;

	for (struct tail_file *f = files->first; f != NULL; before = f, f = f->next) {
		if (f != file)
			continue;
		if (before != NULL)
			before->next = file->next;
		else
			files->first = file->next;
		if (files->last == file)
			files->last = before;
		return;
	}
}

void tail_files_remove(struct tail_files *files, struct tail_file *file)
{
	take(file, &files->by_name, by_name);
	take(file, &files->by_identity, by_identity);
	tail_order_leave(file);
	if (file->queued)
		unqueue(files, file);
	for (size_t i = 0; i < files->n; i++) {
		if (files->all[i] == file)
			files->all[i] = files->all[--files->n];
	}
	tail_file_free(&file);
}

static void keep(void *node)
{
	(void)node;
}

void tail_files_fini(struct tail_files *files)
{
	tdestroy(files->by_name, keep);
	tdestroy(files->by_identity, keep);
	for (size_t i = 0; i < files->n; i++)
		tail_file_free(&files->all[i]);
	free(files->all);
	*files = (struct tail_files){ 0 };
}

struct tail_file *tail_files_named(const struct tail_files *files, const char *name)
{
	const struct tail_file key = { .name = (char *)(uintptr_t)name };
	struct tail_file *const *node = tfind(&key, &files->by_name, by_name);

	return node != NULL ? *node : NULL;
}

struct tail_file *tail_files_identical(const struct tail_files *files, uint64_t device,
				       uint64_t inode)
{
	const struct tail_file key = { .device = device, .inode = inode };
	struct tail_file *const *node = tfind(&key, &files->by_identity, by_identity);

	return node != NULL ? *node : NULL;
}

void tail_files_rename(struct tail_files *files, struct tail_file *file, const char *name)
{
	char *copy = mem_string(name);

	take(file, &files->by_name, by_name);
	free(file->name);
	file->name = copy;
	if (copy[0] != '\0')
		put(file, &files->by_name, by_name);
}

void tail_files_queue(struct tail_files *files, struct tail_file *file)
{
	if (file->queued)
		return;
	file->queued = true;
	file->next = NULL;
	if (files->last != NULL)
		files->last->next = file;
	else
		files->first = file;
	files->last = file;
}

struct tail_file *tail_files_next(struct tail_files *files)
{
	struct tail_file *file = files->first;

	if (file == NULL)
		return NULL;
	files->first = file->next;
	if (files->first == NULL)
		files->last = NULL;
	file->queued = false;
	return file;
}
