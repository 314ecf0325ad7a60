#include <purposed/engine/element.h>

#include <stddef.h>
#include <string.h>

static const struct element elements[] = {
	{ "email", SAMPLE_EMAIL, false },
	{ "url", SAMPLE_URL, false },
	{ "referer", SAMPLE_URL, false },
	{ "family", SAMPLE_NONE, false },
	{ "sanction", SAMPLE_NONE, false },
	{ "content", SAMPLE_NONE, false },
	{ "phone", SAMPLE_START, true },
	{ "national_number", SAMPLE_START, true },
	{ "bis_number", SAMPLE_START, true },
	{ "foreign_id", SAMPLE_START, true },
	{ "iban", SAMPLE_START, true },
	{ "card", SAMPLE_START, true },
	{ "plate", SAMPLE_START, true },
	{ "passport", SAMPLE_START, true },
	{ "eid_card", SAMPLE_START, true },
	{ "driving_licence", SAMPLE_START, true },
	{ "enterprise_number", SAMPLE_START, true },
	{ "establishment_number", SAMPLE_START, true },
	{ "vat_number", SAMPLE_START, true },
	{ "imei", SAMPLE_START, true },
	{ "mac", SAMPLE_START, true },
};

struct element element_find(const char *id)
{
	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
		if (elements[i].id[0] == id[0] && strcmp(elements[i].id, id) == 0)
			return elements[i];
	}
	return (struct element){ id, SAMPLE_START, false };
}
