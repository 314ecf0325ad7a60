/*
 * Segments that may not be written to are as they stand in their files, but for objects with
 * relocations in their code (DT_TEXTREL), which would lose them.  What the kernel maps itself
 * (the vDSO) has no file, and a name without a path.
 */
#include <purposed/base/mapped.h>

#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static bool is_changed(const struct dl_phdr_info *object, const ElfW(Phdr) * dynamic)
{
	const ElfW(Dyn) *entry = (const void *)(object->dlpi_addr + dynamic->p_vaddr);

	for (; entry->d_tag != DT_NULL; entry++) {
		if (entry->d_tag == DT_TEXTREL)
			return true;
		if (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL) != 0)
			return true;
	}
	return false;
}

/* Whole pages only: the segments of an object may share the one between them. */
static void release(const struct dl_phdr_info *object, const ElfW(Phdr) * segment)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t start = object->dlpi_addr + segment->p_vaddr;
	uintptr_t end = (start + segment->p_memsz) & ~(page - 1);

	start = (start + page - 1) & ~(page - 1);
	if (start < end)
		madvise((void *)start, end - start, MADV_DONTNEED);
}

static int release_object(struct dl_phdr_info *object, size_t size, void *context)
{
	(void)size, (void)context;
	if (object->dlpi_name[0] != '\0' && strchr(object->dlpi_name, '/') == NULL)
		return 0;
	for (size_t i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &object->dlpi_phdr[i];

		if (segment->p_type == PT_DYNAMIC && is_changed(object, segment))
			return 0;
	}
	for (size_t i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &object->dlpi_phdr[i];

		if (segment->p_type == PT_LOAD && (segment->p_flags & PF_W) == 0)
			release(object, segment);
	}
	return 0;
}

void mapped_release(void)
{
	dl_iterate_phdr(release_object, NULL);
}
