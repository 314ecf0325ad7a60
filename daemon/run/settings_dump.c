/* The settings in force, in the form of a configuration file. */
#include <purposed/run/settings_private.h>

#include <limits.h>
#include <unistd.h>

#include <purposed/io/syslog.h>

/* A string as libconfig reads it back. */
static void dump_string(const char *value, FILE *file)
{
	fputc('"', file);
	for (; *value != '\0'; value++) {
		if ((unsigned char)*value < 0x20 || *value == 0x7f) {
			fprintf(file, "\\x%02x", (unsigned char)*value);
			continue;
		}
		if (*value == '"' || *value == '\\')
			fputc('\\', file);
		fputc(*value, file);
	}
	fputc('"', file);
}

void settings_dump_named(const char *name, const char *value, FILE *file)
{
	fprintf(file, "%s = ", name);
	dump_string(value, file);
	fprintf(file, "; ");
}

/* What is relative to here would be relative to the dump when that is read. */
void settings_dump_path(const char *name, const char *prefix, const char *path, FILE *file)
{
	char here[PATH_MAX];
	struct buf full = { 0 };

	buf_add_str(&full, prefix);
	if (path[0] != '/' && getcwd(here, sizeof(here)) != NULL)
		buf_printf(&full, "%s/", here);
	buf_add_str(&full, path);
	settings_dump_named(name, buf_str(&full), file);
	buf_fini(&full);
}

static void dump_row(const struct settings *settings, const struct setting *row, FILE *file)
{
	const char *field = (const char *)settings + row->field;
	const char *indent = row->group != NULL ? "  " : "";

	if (row->type == SETTING_INT) {
		/* libconfig marks what does not fit into 32 bits */
		long long value = *(const long long *)(const void *)field;

		fprintf(file, "%s%s = %lld%s;  // %s%s%s\n", indent, row->name, value,
			value > INT_MAX ? "L" : "", row->unit, row->unit[0] != '\0' ? " " : "",
			row->what);
	} else {
		const char *path = *(char *const *)(const void *)field;

		if (path != NULL) {
			fputs(indent, file);
			settings_dump_path(row->name, "", path, file);
			fprintf(file, " // %s\n", row->what);
		} else {
			fprintf(file, "%s// %s: %s\n", indent, row->name, row->what);
		}
	}
}

void settings_dump_ids(const char *name, const struct settings_ids *ids, FILE *file)
{
	fprintf(file, "%s = [", name);
	for (size_t i = 0; i < ids->n; i++) {
		fputs(i != 0 ? ", " : " ", file);
		dump_string(ids->ids[i], file);
	}
	fprintf(file, " ];");
}

static void dump_input(const struct settings_input *input, FILE *file)
{
	fprintf(file, "  { ");
	settings_dump_named("name", input->name, file);
	settings_dump_named("type", settings_input_types[input->type], file);
	if (input->type == INPUT_SYSLOG)
		settings_dump_address("listen", &input->listen, file);
	if (input->path != NULL)
		settings_dump_path("path", "", input->path, file);
	if (input->type == INPUT_TAIL || input->type == INPUT_JOURNAL)
		settings_dump_named("from", settings_froms[input->from], file);
	if (input->match.n != 0) {
		settings_dump_ids("match", &input->match, file);
		fputc(' ', file);
	}
	if (input->receive_bytes != 0)
		fprintf(file, "receive_bytes = %lld; ", input->receive_bytes);
	settings_dump_tls(&input->tls, file);
	if (input->kind != NULL)
		settings_dump_named("kind", input->kind, file);
	settings_dump_ids("purposes", &input->purposes, file);
	settings_dump_binds(input, file);
	fprintf(file, " }");
}

static void dump_receiver(const struct settings_output *output, FILE *file)
{
	settings_dump_address("to", &output->to, file);
	settings_dump_tls(&output->tls, file);
	if (output->to.transport != TRANSPORT_UNIX && output->to.transport != TRANSPORT_UDP)
		settings_dump_named("framing", settings_framings[output->framing], file);
	fprintf(file, "spool_bytes = %lld%s; ", output->spool_bytes,
		output->spool_bytes > INT_MAX ? "L" : "");
	settings_dump_named("facility", syslog_facility_name(output->facility), file);
}

static void dump_output(const struct settings_output *output, FILE *file)
{
	fprintf(file, "  { ");
	settings_dump_named("name", output->name, file);
	settings_dump_named("type", settings_output_types[output->type], file);
	if (output->path != NULL)
		settings_dump_path("path", "", output->path, file);
	if (output->file.mode >= 0)
		fprintf(file, "mode = \"%04o\"; ", (unsigned)output->file.mode);
	if (output->owner != NULL)
		settings_dump_named("owner", output->owner, file);
	if (output->group != NULL)
		settings_dump_named("group", output->group, file);
	if (output->socket != NULL)
		settings_dump_path("socket", "", output->socket, file);
	if (output->type == OUTPUT_SYSLOG)
		dump_receiver(output, file);
	if (output->window != 0)
		fprintf(file, "window = %lld; ", output->window);
	if (output->rate_limit != 0)
		fprintf(file, "rate_limit = %lld; ", output->rate_limit);
	fprintf(file, "format = \"%s\"; select = \"%s\"; redact = \"%s\"; with_text = %s; }",
		output->format->name, select_words[output->select], redact_words[output->redact],
		output->with_text ? "true" : "false");
}

void settings_dump(const struct settings *settings, FILE *file)
{
	for (size_t i = 0; i < settings_table_count; i++) {
		if (settings_table[i].group == NULL)
			dump_row(settings, &settings_table[i], file);
	}
	settings_dump_ids("default_purposes", &settings->default_purposes, file);
	fprintf(file, "\n");
	if (settings->pseudonym_key_file != NULL) {
		fprintf(file, "pseudonym_key = { id = %lld; ", settings->pseudonym_key_id);
		if (settings->pseudonym_key_credential != NULL)
			settings_dump_named("credential", settings->pseudonym_key_credential, file);
		else
			settings_dump_path("file", "", settings->pseudonym_key_file, file);
		fprintf(file, "};\n");
	}
	fprintf(file, "limits = {\n");
	for (size_t i = 0; i < settings_table_count; i++) {
		if (settings_table[i].group != NULL)
			dump_row(settings, &settings_table[i], file);
	}
	fprintf(file, "};\ninputs = (");
	for (size_t i = 0; i < settings->n_inputs; i++) {
		fprintf(file, "%s\n", i != 0 ? "," : "");
		dump_input(&settings->inputs[i], file);
	}
	fprintf(file, " );\noutputs = (");
	for (size_t i = 0; i < settings->n_outputs; i++) {
		fprintf(file, "%s\n", i != 0 ? "," : "");
		dump_output(&settings->outputs[i], file);
	}
	fprintf(file, " );\n");
}
