#include <purposed/engine/verdict.h>

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[VERDICT_COUNT] = {
		[VERDICT_CLEAN] = "clean",	   [VERDICT_PERMITTED] = "permitted",
		[VERDICT_NOTICE] = "notice",	   [VERDICT_GAP] = "gap",
		[VERDICT_UNSCANNED] = "unscanned", [VERDICT_OUT_OF_PURPOSE] = "out-of-purpose",
	};

	return names[verdict];
}

const char *reason_name(enum reason reason)
{
	static const char *const names[REASON_COUNT] = {
		[REASON_NONE] = "",
		[REASON_NOT_FOR_EVERY_PURPOSE] = "not-for-every-purpose",
		[REASON_NOT_ENUMERATED] = "not-enumerated",
		[REASON_NO_PURPOSE] = "no-purpose",
		[REASON_UNKNOWN_PURPOSE] = "unknown-purpose",
		[REASON_RECORD_LIMIT] = "record-limit",
		[REASON_MATCH_LIMIT] = "match-limit",
		[REASON_ENGINE_ERROR] = "engine-error",
		[REASON_DECODE_LIMIT] = "decode-limit",
		[REASON_INPUT_ERROR] = "input-error",
		[REASON_OUTSIDE_ANNEX] = "outside-annex",
		[REASON_CONDITION] = "condition",
		[REASON_BLANK] = "blank",
		[REASON_NOT_PERMITTED] = "not-permitted",
	};

	return names[reason];
}

bool verdict_is_flagged(enum verdict verdict)
{
	return verdict >= VERDICT_GAP;
}
