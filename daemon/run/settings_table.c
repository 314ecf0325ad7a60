/* The settings of one value, a row each; adding one means adding a row here and its field. */
#include <stdint.h>

#include <purposed/run/settings_private.h>

#define FIELD(name) offsetof(struct settings, name)

const struct setting settings_table[] = {
	{ NULL, "policy", SETTING_PATH, FIELD(policy), 0, 0, 0, "",
	  "policy file; built-in: Annex I" },
	{ NULL, "rules", SETTING_PATH, FIELD(rules), 0, 0, 0, "",
	  "directory of rule files; built-in: the catalogue" },
	{ NULL, "state", SETTING_PATH, FIELD(state), 0, 0, 0, "",
	  "directory for checkpoints, spools" },
	{ NULL, "checkpoint_interval", SETTING_INT, FIELD(checkpoint_interval), 1, 3600, 1,
	  "seconds", "between two checkpoints of an input" },
	{ NULL, "stats_interval", SETTING_INT, FIELD(stats_interval), 0, 86400, 0, "seconds",
	  "between two lines of counters; 0: none" },
	{ NULL, "workers", SETTING_INT, FIELD(workers), 0, 64, 0, "",
	  "threads that search; 0: one for each processor, four at most" },
	{ NULL, "enterprise_id", SETTING_INT, FIELD(enterprise_id), 1, 4294967295, 32473, "",
	  "private enterprise number in the tag's SD-ID" },
	{ "limits", "record_bytes", SETTING_INT, FIELD(record_bytes), 64, 64 << 20, 65536, "bytes",
	  "of a record that are searched; the rest is unscanned" },
	{ "limits", "match_limit", SETTING_INT, FIELD(match_limit), 1000, UINT32_MAX, 1000000,
	  "steps", "of one pattern on one record before it is unscanned" },
	{ "limits", "depth_limit", SETTING_INT, FIELD(depth_limit), 100, UINT32_MAX, 100000,
	  "steps", "of backtracking depth (without machine code)" },
	{ "limits", "heap_bytes", SETTING_INT, FIELD(heap_bytes), 32 << 10, 1 << 30, 4 << 20,
	  "bytes", "of memory for one match" },
	{ "limits", "decoder_bytes", SETTING_INT, FIELD(decoder_bytes), 1 << 20, 4LL << 30,
	  32 << 20, "bytes", "of memory for decompressing one archive" },
	{ "limits", "archive_ratio", SETTING_INT, FIELD(archive_ratio), 10, 1000000, 2000, "",
	  "of unpacked to packed size before an archive is refused" },
	{ "limits", "message_bytes", SETTING_INT, FIELD(message_bytes), 1024, 64 << 20, 256 << 10,
	  "bytes", "of a message of a connection that are kept" },
	{ "limits", "connections", SETTING_INT, FIELD(connections), 1, 65536, 512, "",
	  "to one input at a time" },
	{ "limits", "nesting", SETTING_INT, FIELD(nesting), 1, 16, 8, "",
	  "compressions and archives inside each other" },
};

const size_t settings_table_count = sizeof(settings_table) / sizeof(settings_table[0]);

const char *const settings_input_types[] = { "stdin", "syslog", "tail", "fifo", "journal", NULL };
const char *const settings_output_types[] = { "stdout", "file", "journal", "syslog", NULL };
const char *const settings_framings[] = { "octet-counting", "lf", NULL };
const char *const settings_froms[] = { "end", "start", NULL };
