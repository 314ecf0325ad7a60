/* The configuration file: defaults, what is refused, and that a dump reads back as itself. */
#include "unit.h"

#include <purposed/base/mem.h>
#include <purposed/run/settings_private.h>

/* Loads text as DIR/c.conf. */
static int load(struct settings **settings_r, const char *dir, const char *text, struct err *e)
{
	char *path = unit_file(dir, "c.conf", text);
	int result = settings_load(settings_r, path, e);

	unlink(path);
	free(path);
	return result;
}

static void test_defaults(void **state)
{
	struct settings *settings = NULL;
	struct engine_options options;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(settings_load(&settings, NULL, &e), 0);
	options = settings_engine(settings);
	assert_null(options.policy_path);
	assert_null(options.rules_path);
	assert_int_equal(options.record_max_bytes, 65536);
	assert_int_equal(options.limits.match, engine_defaults().limits.match);
	assert_int_equal(options.limits.depth, engine_defaults().limits.depth);
	assert_int_equal(options.limits.heap_kib, engine_defaults().limits.heap_kib);
	assert_int_equal(settings->enterprise_id, 32473);
	assert_string_equal(settings->state, "/var/lib/purposed");
	assert_int_equal(settings->n_inputs + settings->n_outputs + settings->default_purposes.n,
			 0);
	settings_free(&settings);
	assert_null(settings);
	settings_free(&settings);
	settings_free(NULL);
}

static const char whole[] =
	"policy = 'p.conf'; rules = '/etc/rules.d'; state = 'st'; enterprise_id = 4294967295L;\n"
	"default_purposes = [ 'a', 'b' ];\n"
	"pseudonym_key = { id = 3; file = 'key'; };\n"
	"limits = { record_bytes = 1000; match_limit = 2000; depth_limit = 3000;\n"
	"           heap_bytes = 65536; decoder_bytes = 2000000; archive_ratio = 50; };\n"
	"inputs = ( { name = 'in'; type = 'stdin'; kind = 'web'; purposes = [ 'a' ]; },\n"
	"  { name = 'sys'; type = 'syslog'; listen = 'unix:log.sock'; purposes = [ ];\n"
	"    trust_record_purpose = true; allow_purposes = [ 'd', 'e' ];\n"
	"    bind = ( { app = 'nginx'; purposes = [ 'a', 'b' ]; },\n"
	"             { app = 'ssh*'; host = 'h'; facility = 'auth'; unit = 'u'; path = '/p';\n"
	"               peer = '::1'; json = 's=t*'; purposes = [ 'c' ]; } ); },\n"
	"  { name = 'net'; type = 'syslog'; listen = 'tls://[::1]:6514';\n"
	"    tls = { cert = 'c.pem'; key = '/k.pem'; ca = 'ca.pem'; peers = [ '*.be' ]; }; },\n"
	"  { name = 'udp'; type = 'syslog'; listen = 'udp://*:514'; receive_bytes = 4194304; },\n"
	"  { name = 'files'; type = 'tail'; path = 'log/*.log'; from = 'start'; },\n"
	"  { name = 'pipe'; type = 'fifo'; path = '/pipe'; },\n"
	"  { name = 'jou'; type = 'journal'; match = [ 'A=b', '+', 'C=d' ]; } );\n"
	"checkpoint_interval = 7;\n"
	"outputs = ( { name = 'out'; type = 'stdout'; },\n"
	"  { name = 'file'; type = 'file'; path = 'a.jsonl'; format = 'tag'; select = 'flagged';\n"
	"    redact = 'pseudonym'; with_text = true;\n"
	"    mode = '600'; owner = 'root'; group = '12'; },\n"
	"  { name = 'j'; type = 'journal'; socket = 'j.sock'; window = 60; rate_limit = 7; },\n"
	"  { name = 's-1'; type = 'syslog'; to = 'tls://siem:6514'; framing = 'lf';\n"
	"    spool_bytes = 65536; facility = 'auth'; tls = { ca = 'ca.pem'; }; },\n"
	"  { name = 'u'; type = 'syslog'; to = 'unix:u.sock'; } );\n";

/* `whole`, loaded from c.conf in dir. */
struct whole {
	char dir[32];
	struct settings *settings;
};

static int set_up(void **state)
{
	struct whole *w = mem_new(1, sizeof(*w));
	struct err e = { 0 };

	if (load(&w->settings, unit_directory(w->dir), whole, &e) != 0)
		fail_msg("%s", buf_str(&e.text));
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct whole *w = *state;

	settings_free(&w->settings);
	rmdir(w->dir);
	free(w);
	return 0;
}

/* A path that stands in it is beside the file. */
static void is_beside(const struct whole *w, const char *path, const char *name)
{
	struct buf wanted = { 0 };

	buf_printf(&wanted, "%s/%s", w->dir, name);
	assert_string_equal(path, buf_str(&wanted));
	buf_fini(&wanted);
}

static void test_top(void **state)
{
	const struct whole *w = *state;
	const struct settings *settings = w->settings;

	is_beside(w, settings->policy, "p.conf");
	assert_string_equal(settings->rules, "/etc/rules.d");
	is_beside(w, settings->pseudonym_key_file, "key");
	assert_int_equal(settings->pseudonym_key_id, 3);
	assert_true(settings->enterprise_id == 4294967295);
	assert_int_equal(settings_engine(settings).limits.heap_kib, 64);
	assert_int_equal(settings->archive_ratio, 50);
	assert_int_equal(settings->default_purposes.n, 2);
	is_beside(w, settings->default_purposes.where, "c.conf:2");
	assert_int_equal(settings->checkpoint_interval, 7);
}

static void test_sockets(void **state)
{
	const struct whole *w = *state;
	const struct settings *settings = w->settings;
	const struct settings_input *input = &settings->inputs[1];

	assert_int_equal(settings->n_inputs, 7);
	assert_int_equal(settings->inputs[0].type, INPUT_STDIN);
	assert_string_equal(settings->inputs[0].kind, "web");
	assert_int_equal(input->type, INPUT_SYSLOG);
	assert_int_equal(input->listen.transport, TRANSPORT_UNIX);
	is_beside(w, input->listen.path, "log.sock");
	input = &settings->inputs[2];
	assert_false(input->trust_record_purpose);
	assert_int_equal(input->listen.transport, TRANSPORT_TLS);
	assert_string_equal(input->listen.host, "::1");
	assert_string_equal(input->listen.port, "6514");
	is_beside(w, input->tls.cert, "c.pem");
	assert_string_equal(input->tls.key, "/k.pem");
	assert_string_equal(input->tls.peers.ids[0], "*.be");
	assert_int_equal(settings->inputs[3].receive_bytes, 4194304);
}

static void test_binds(void **state)
{
	const struct settings *settings = ((const struct whole *)*state)->settings;
	const struct settings_input *input = &settings->inputs[1];

	assert_int_equal(input->n_binds, 2);
	assert_string_equal(input->binds[0].selector.app, "nginx");
	assert_null(input->binds[0].selector.peer);
	assert_string_equal(input->binds[1].selector.app, "ssh*");
	assert_string_equal(input->binds[1].selector.host, "h");
	assert_string_equal(input->binds[1].selector.facility, "auth");
	assert_string_equal(input->binds[1].selector.unit, "u");
	assert_string_equal(input->binds[1].selector.path, "/p");
	assert_string_equal(input->binds[1].selector.peer, "::1");
	assert_string_equal(input->binds[1].selector.json, "s=t*");
	assert_true(input->trust_record_purpose);
	assert_int_equal(input->allow_purposes.n, 2);
	assert_string_equal(input->allow_purposes.ids[1], "e");
	assert_string_equal(input->binds[0].purposes.ids[1], "b");
}

static void test_places(void **state)
{
	const struct whole *w = *state;
	const struct settings *settings = w->settings;

	assert_int_equal(settings->inputs[4].type, INPUT_TAIL);
	is_beside(w, settings->inputs[4].path, "log/*.log");
	assert_int_equal(settings->inputs[4].from, FROM_START);
	assert_int_equal(settings->inputs[5].type, INPUT_FIFO);
	assert_string_equal(settings->inputs[5].path, "/pipe");
	assert_int_equal(settings->inputs[6].type, INPUT_JOURNAL);
	assert_null(settings->inputs[6].path);
	assert_int_equal(settings->inputs[6].from, FROM_END);
	assert_int_equal(settings->inputs[6].match.n, 3);
	assert_string_equal(settings->inputs[6].match.ids[2], "C=d");
}

static void test_outputs(void **state)
{
	const struct whole *w = *state;
	const struct settings *settings = w->settings;
	const struct settings_output *output;

	assert_int_equal(settings->n_outputs, 5);
	output = &settings->outputs[0];
	assert_true(output->format == format_find("json"));
	assert_int_equal(output->select, SELECT_ALL);
	assert_int_equal(output->redact, REDACT_NONE);
	output = &settings->outputs[1];
	assert_true(output->format == format_find("tag"));
	assert_int_equal(output->select, SELECT_FLAGGED);
	assert_int_equal(output->redact, REDACT_PSEUDONYM);
	assert_true(output->with_text);
	assert_int_equal(output->file.mode, 0600);
	assert_int_equal(output->file.owner, 0);
	assert_int_equal(output->file.group, 12);
	output = &settings->outputs[2];
	assert_true(output->format == format_find("text"));
	is_beside(w, output->socket, "j.sock");
	assert_int_equal(output->file.mode, -1);
	assert_int_equal(output->window, 60);
	assert_int_equal(output->rate_limit, 7);
	output = &settings->outputs[3];
	assert_int_equal(output->to.transport, TRANSPORT_TLS);
	assert_int_equal(output->framing, LINK_LF);
	assert_int_equal(output->spool_bytes, 65536);
	assert_int_equal(output->facility, 4);
	assert_int_equal(output->redact, REDACT_ELEMENT);
	is_beside(w, output->tls.ca, "ca.pem");
	output = &settings->outputs[4];
	assert_int_equal(output->to.transport, TRANSPORT_UNIX);
	assert_int_equal(output->redact, REDACT_NONE);
	assert_int_equal(output->facility, 1);
	assert_int_equal(output->spool_bytes, 64 << 20);
}

/* The mistake, on line 1 unless a line break says otherwise, and what is said behind the file. */
static const struct mistake {
	const char *text, *said;
} mistakes[] = {
	{ "polcy = 'x';", ":1: unknown setting 'polcy'" },
	{ "policy = 1;", ":1: 'policy' must be a string, not a whole number" },
	{ "enterprise_id = 0;", ":1: 'enterprise_id' is 0, must be from 1 to 4294967295" },
	{ "limits = { record_bytes = 63; };",
	  ":1: 'record_bytes' is 63, must be from 64 to 67108864" },
	{ "limits = { bytes = 1; };", ":1: unknown setting 'bytes'" },
	{ "limits = 3;", ":1: 'limits' must be a group { ... }, not a whole number" },
	{ "default_purposes = 'a';",
	  ":1: 'default_purposes' must be a list [ ... ], not a string" },
	{ "default_purposes = [ 1 ];",
	  ":1: element 1 of 'default_purposes' must be a string, not a whole number" },
	{ "pseudonym_key = { id = 0; file = 'k'; };",
	  ":1: 'id' is 0, must be from 1 to 4294967295" },
	{ "pseudonym_key = { id = 1; };", ":1: setting 'file' is missing" },
	{ "pseudonym_key = { id = 1;\n credential = '../x'; };",
	  ":2: '../x' is no name of a credential" },
	{ "pseudonym_key = { id = 1;\n credential = 'key'; };",
	  ":2: the credential 'key' is to be had from systemd only" },
	{ "pseudonym_key = { id = 1; file = 'k'; credential = 'key'; };",
	  ":1: a pseudonym key is in a 'file' or a 'credential', not in both" },
	{ "inputs = ( 1 );", ":1: an input must be a group { ... }" },
	{ "inputs = ( { type = 'stdin'; } );", ":1: setting 'name' is missing" },
	{ "inputs = ( { name = 'a'; type = 'carrier-pigeon'; } );",
	  ":1: type 'carrier-pigeon' is none of stdin, syslog" },
	{ "inputs = ( { name = 'a'; type = 'syslog'; } );", ":1: setting 'listen' is missing" },
	{ "checkpoint_interval = 0;", ":1: 'checkpoint_interval' is 0, must be from 1 to 3600" },
	{ "inputs = ( { name = 'a'; type = 'tail'; } );", ":1: setting 'path' is missing" },
	{ "inputs = ( { name = 'a'; type = 'fifo'; } );", ":1: setting 'path' is missing" },
	{ "inputs = ( { name = 'a'; type = 'tail';\n path = ''; } );", ":2: 'path' is empty" },
	{ "inputs = ( { name = ''; type = 'stdin'; } );", ":1: 'name' is empty" },
	{ "outputs = ( { name = ''; type = 'stdout'; } );", ":1: 'name' is empty" },
#define NAME_64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde/"
	{ "inputs = ( { name = '" NAME_64 "'; type = 'stdin'; },\n"
	  "{ name = '" NAME_64 "x'; type = 'fifo'; path = 'x'; } );",
	  ":2: 'name' is longer than 64 bytes: '" NAME_64 "x'" },
	{ "outputs = ( { name = '" NAME_64 "'; type = 'stdout'; },\n"
	  "{ name = '" NAME_64 "x'; type = 'journal'; } );",
	  ":2: 'name' is longer than 64 bytes" },
	{ "outputs = ( { name = 'a'; type = 'file'; path = ''; } );", ":1: 'path' is empty" },
	{ "state = '';", ":1: 'state' is empty" },
	{ "inputs = ( { name = 'a'; type = 'stdin'; bind = (\n { app = ''; purposes = [ 'p' ]; } "
	  "); } );",
	  ":2: 'app' is empty" },
	{ "inputs = ( { name = 'a'; type = 'stdin'; bind = (\n"
	  " { facility = 'atuh'; purposes = [ 'p' ]; } ); } );",
	  ":2: 'atuh' is no facility of syslog" },
	{ "outputs = ( { name = 'o'; type = 'file'; path = '/run/p/pipe'; } );\n"
	  "inputs = ( { name = 'f'; type = 'fifo'; path = '/run/p//pipe'; } );",
	  ":2: input 'f' would read back what output 'o' writes to /run/p/pipe" },
	{ "inputs = ( { name = 'a'; type = 'stdin';\n path = 'x'; } );",
	  ":2: 'path' needs an input of type \"tail\" or \"fifo\" or \"journal\"" },
	{ "inputs = ( { name = 'a'; type = 'fifo'; path = 'x';\n from = 'start'; } );",
	  ":2: 'from' needs an input of type \"tail\" or \"journal\"" },
	{ "inputs = ( { name = 'a'; type = 'tail'; path = 'x';\n from = 'middle'; } );",
	  ":2: from 'middle' is none of end, start" },
	{ "inputs = ( { name = 'a'; type = 'tail'; path = 'x';\n match = [ 'A=b' ]; } );",
	  ":2: 'match' needs an input of type \"journal\"" },
	{ "inputs = ( { name = 'a'; type = 'journal';\n match = [ 'A=b', 'nonsense' ]; } );",
	  ":2: match \"nonsense\" is none, such as \"_SYSTEMD_UNIT=nginx.service\"" },
	{ "inputs = ( { name = 'a'; type = 'journal';\n match = [ '__CURSOR=x' ]; } );",
	  ":2: match \"__CURSOR=x\" is none" },
	{ "inputs = ( { name = 'a'; type = 'journal';\n match = [ '=x' ]; } );",
	  ":2: match \"=x\" is none" },
	{ "inputs = ( { name = 'a'; type = 'journal';\n match = 'A=b'; } );",
	  ":2: 'match' must be a list [ ... ], not a string" },
	{ "inputs = ( { name = 'a'; type = 'fifo'; path = 'x'; },\n"
	  "{ name = 'b'; type = 'fifo'; path = './x'; } );",
	  ":2: there is an input of type \"fifo\" at " },
	{ "inputs = ( { name = 'a'; type = 'syslog';\n listen = 'carrier:x'; } );",
	  ":2: listen = \"carrier:x\"" },
	{ "inputs = ( { name = 'a'; type = 'stdin';\n receive_bytes = 5000; } );",
	  ":2: 'receive_bytes' needs an input of type \"syslog\"" },
	{ "inputs = ( { name = 'a'; type = 'syslog'; listen = 'tcp://*:514';\n"
	  "receive_bytes = 5000; } );",
	  ":2: 'receive_bytes' needs an input that listens on udp://" },
	{ "inputs = ( { name = 'a'; type = 'syslog'; listen = 'tcp://*:514';\n tls = { }; } );",
	  ":2: 'tls' needs an input that listens on tls://" },
	{ "inputs = ( { name = 'a'; type = 'syslog'; listen = 'tls://*:514'; } );",
	  ":1: listening on tls:// needs tls = { cert = ...; key = ...; }" },
	{ "inputs = ( { name = 'a'; type = 'syslog'; listen = 'tls://*:514';\n"
	  "tls = { cert = 'c'; }; } );",
	  ":2: 'cert' and 'key' must stand together" },
	{ "inputs = ( { name = 'a'; type = 'syslog'; listen = 'tls://*:514';\n"
	  "tls = { cert = 'c'; key = 'k'; peers = [ 'p' ]; }; } );",
	  ":2: 'peers' needs 'ca': who vouches for their names?" },
	{ "inputs = ( { name = 'a'; type = 'syslog'; listen = 'udp://::1:514'; } );",
	  ":1: listen = \"udp://::1:514\": an IPv6 address must stand in brackets" },
	{ "inputs = ( { name = 'a'; type = 'syslog'; listen = 'udp://*:514'; },\n"
	  "{ name = 'b'; type = 'syslog'; listen = 'udp://*:514'; } );",
	  ":2: there is an input that listens on udp://*:514 already" },
	{ "inputs = ( { name = 'a'; type = 'stdin';\n trust_record_purpose = true; } );",
	  ":2: 'trust_record_purpose' needs allow_purposes = [ ... ]" },
	{ "inputs = ( { name = 'a'; type = 'stdin';\n bind = ( { purposes = [ ]; } ); } );",
	  ":2: a binding must name one of app, host, facility, unit, path, peer, json" },
	{ "inputs = ( { name = 'a'; type = 'stdin';\n bind = ( { json = 'x'; purposes = [ ]; } ); "
	  "} );",
	  ":2: 'json' must be \"member=glob\"" },
	{ "inputs = ( { name = 'a'; type = 'stdin';\n bind = ( { json = '=x'; purposes = [ ]; } ); "
	  "} );",
	  ":2: 'json' must be \"member=glob\"" },
	{ "inputs = ( { name = 'a'; type = 'syslog'; listen = 'unix:/x';\n bind = ( 1 ); } );",
	  ":2: a binding must be { app = ...; purposes = [ ... ]; }" },
	{ "inputs = ( { name = 'a'; type = 'stdin'; },\n { name = 'a'; type = 'syslog';\n"
	  "listen = 'unix:/x'; } );",
	  ":2: there is an input 'a' already" },
	{ "inputs = ( { name = 'a'; type = 'stdin';\n listen = 'unix:/x'; } );",
	  ":2: 'listen' needs an input of type \"syslog\"" },
	{ "inputs = ( { name = 'a'; type = 'stdin'; }, { name = 'b';\n type = 'stdin'; } );",
	  ":1: there is an input of type \"stdin\" already" },
	{ "inputs = ( { name = 'a'; type = 'syslog'; listen = 'unix:x'; },\n"
	  "{ name = 'b'; type = 'syslog'; listen = 'unix:.//./x'; } );",
	  ":2: there is an input that listens on " },
	{ "inputs = ( { name = 'a'; type = 'syslog';\n"
	  "listen = 'unix:/0123456789012345678901234567890"
	  "1234567890123456789012345678901234567890123456789012345678901234567890123456789'; } );",
	  ":2: 'listen' is longer than the 107 bytes a socket's path may have: /01" },
	{ "outputs = ( { name = 'a'; type = 'stdout';\n path = 'x'; } );",
	  ":2: 'path' needs an output of type \"file\"" },
	{ "outputs = ( { name = 'a'; type = 'syslog';\n to = 'tcp://h'; } );",
	  ":2: to = \"tcp://h\": " },
	{ "outputs = ( { name = 'a'; type = 'stdout'; format = 'tag';\n window = 1; } );",
	  ":2: 'window' is for alerts: format \"tag\"" },
	{ "outputs = ( { name = 'a'; type = 'stdout';\n rate_limit = 0; } );",
	  ":2: 'rate_limit' is 0, must be from 1 to 1000000000" },
	{ "outputs = ( { name = 'a'; type = 'syslog'; } );", ":1: setting 'to' is missing" },
	{ "outputs = ( { type = 'syslog'; to = 'udp://h:1';\n name = 'a/b'; } );",
	  ":2: the name of a syslog output" },
	{ "outputs = ( { name = 'a'; type = 'syslog';\n to = 'tls://*:1'; } );",
	  ":2: 'to' needs one host; '*' is every address, for 'listen'" },
	{ "outputs = ( { name = 'a'; type = 'syslog'; to = 'udp://h:1';\n framing = 'lf'; } );",
	  ":2: 'framing' needs an output to tcp://" },
	{ "outputs = ( { name = 'a'; type = 'syslog'; to = 'tcp://h:1';\n tls = { }; } );",
	  ":2: 'tls' needs an output to tls://" },
	{ "outputs = ( { name = 'a'; type = 'syslog'; to = 'tcp://h:1';\n facility = 'x'; } );",
	  ":2: 'x' is no facility of syslog" },
	{ "outputs = ( { name = 'a'; type = 'file'; path = 'x';\n spool_bytes = 1; } );",
	  ":2: 'spool_bytes' needs an output of type \"syslog\"" },
	{ "outputs = ( { name = 'a'; type = 'stdout';\n mode = '0640'; } );",
	  ":2: 'mode' needs an output of type \"file\"" },
	{ "outputs = ( { name = 'a'; type = 'file'; path = 'x';\n mode = '0o640'; } );",
	  ":2: mode = \"0o640\" is no octal number" },
	{ "outputs = ( { name = 'a'; type = 'file'; path = 'x';\n mode = '01777'; } );",
	  ":2: mode = \"01777\" is no octal number" },
	{ "outputs = ( { name = 'a'; type = 'file'; path = 'x';\n group = 'no such'; } );",
	  ":2: there is no group 'no such'" },
	{ "outputs = ( { name = 'a'; type = 'file'; path = 'x';\n owner = ''; } );",
	  ":2: there is no user ''" },
	{ "outputs = ( { name = 'a'; type = 'file'; path = 'x';\n socket = 'y'; } );",
	  ":2: 'socket' needs an output of type \"journal\"" },
	{ "outputs = ( { name = 'a'; type = 'file'; path = 'x'; },\n"
	  "{ name = 'b'; type = 'file'; path = 'x'; } );",
	  ":2: there is an output to " },
	{ "outputs = ( { name = 'a'; type = 'stdout'; },\n{ name = 'b'; type = 'stdout'; } );",
	  ":2: there is an output of type \"stdout\" already" },
#define TO_JOURNAL "outputs = ( { name = 'o'; type = 'journal'; } );\n"
#define TO_NAMESPACE                                  \
	"outputs = ( { name = 'o'; type = 'journal';" \
	" socket = '/run/systemd/journal.ns/socket'; } );\n"
#define READ_BACK ":2: input 'j' would read back what output 'o' writes to the journal"
	{ TO_JOURNAL "inputs = ( { name = 'j'; type = 'journal'; } );", READ_BACK },
	{ TO_JOURNAL "inputs = ( { name = 'j'; type = 'journal'; path = '/var/log/journal'; } );",
	  READ_BACK },
	{ TO_JOURNAL "inputs = ( { name = 'j'; type = 'journal'; match = [ 'PRIORITY=4' ]; } );",
	  READ_BACK },
	{ TO_JOURNAL "inputs = ( { name = 'j'; type = 'journal';"
		     " match = [ '_COMM=nginx', '_COMM=purposed' ]; } );",
	  READ_BACK },
	{ TO_JOURNAL "inputs = ( { name = 'j'; type = 'journal';"
		     " match = [ '_COMM=nginx', '+', 'PRIORITY=4' ]; } );",
	  READ_BACK },
	{ TO_NAMESPACE
	  "inputs = ( { name = 'j'; type = 'journal'; path = '/var/log/journal/0a1b.ns'; } );",
	  READ_BACK },
	{ "outputs = ( { name = 'o'; type = 'file'; path = '/var/log/p/a.log'; } );\n"
	  "inputs = ( { name = 't'; type = 'tail'; path = '/var/log/*/*.log'; } );",
	  ":2: input 't' would read back what output 'o' writes to /var/log/p/a.log" },
#define KEEPS ":2: input 't' would read what the daemon itself keeps in /var/lib/p/"
	{ "state = '/var/lib/p'; inputs = (\n"
	  " { name = 't'; type = 'tail'; path = '/var/lib/*/*'; } );",
	  KEEPS "t.checkpoint" },
	{ "state = '/var/lib/p'; inputs = (\n"
	  " { name = 't'; type = 'tail'; path = '/var/lib/p/a%*'; },\n"
	  " { name = 'a/b'; type = 'tail'; path = '/var/log/x'; } );",
	  KEEPS "a%2Fb.checkpoint" },
	{ "state = '/var/lib/p'; inputs = (\n"
	  " { name = 't'; type = 'tail'; path = '/var/lib/p/a*'; } );\n"
	  "outputs = ( { name = 'o'; type = 'stdout'; window = 1; } );",
	  KEEPS "alerts%20of%20output%20o.checkpoint" },
	{ "state = '/var/lib/p'; inputs = (\n"
	  " { name = 't'; type = 'tail'; path = '/var/lib/*/o.*'; } );\n"
	  "outputs = ( { name = 'o'; type = 'syslog'; to = 'udp://h:1'; } );",
	  KEEPS "o.spool" },
	{ "outputs = ( { name = 'o'; type = 'syslog'; to = 'udp://127.0.0.1:514'; } );\n"
	  "inputs = ( { name = 's'; type = 'syslog'; listen = 'udp://127.0.0.1:514'; } );",
	  ":2: output 'o' would send to input 's'" },
	{ "outputs = ( { name = 'o'; type = 'syslog'; to = 'tcp://LocalHost:514'; } );\n"
	  "inputs = ( { name = 's'; type = 'syslog'; listen = 'tcp://*:514'; } );",
	  ":2: output 'o' would send to input 's'" },
	{ "outputs = ( { name = 'o'; type = 'syslog'; to = 'tcp://127.0.0.1:514'; } );\n"
	  "inputs = ( { name = 's'; type = 'syslog'; listen = 'tcp://0.0.0.0:514'; } );",
	  ":2: output 'o' would send to input 's'" },
	{ "outputs = ( { name = 'o'; type = 'syslog'; to = 'tcp://127.0.0.1:514'; } );\n"
	  "inputs = ( { name = 's'; type = 'syslog'; listen = 'tcp://[::]:514'; } );",
	  ":2: output 'o' would send to input 's'" },
	{ "outputs = ( { name = 'o'; type = 'syslog'; to = 'udp://[::1]:514'; } );\n"
	  "inputs = ( { name = 's'; type = 'syslog'; listen = 'udp://localhost:514'; } );",
	  ":2: output 'o' would send to input 's'" },
	{ "outputs = ( 1 );", ":1: an output must be a group { ... }" },
	{ "outputs = ( { name = 'a'; type = 'file'; } );", ":1: setting 'path' is missing" },
	{ "outputs = ( { name = 'a'; type = 'stdout'; format = 'xml'; } );",
	  ":1: format 'xml' is none of tag, json, record, text" },
	{ "outputs = ( { name = 'a'; type = 'stdout'; select = 'some'; } );",
	  ":1: select 'some' is none of all, personal, flagged" },
	{ "outputs = ( { name = 'a'; type = 'stdout'; redact = 'mask'; } );",
	  ":1: redact 'mask' is none of none, element, pseudonym" },
	{ "outputs = ( { name = 'a'; type = 'stdout'; with_text = 1; } );",
	  ":1: 'with_text' must be true or false, not a whole number" },
	{ "policy = ;", ":1: syntax error" },
};

static void test_mistakes(void **state)
{
	char dir[32];

	(void)state;
	unit_directory(dir);
	for (size_t i = 0; i < COUNT(mistakes); i++) {
		struct settings *settings = NULL;
		struct buf wanted = { 0 };
		struct err e = { 0 };

		assert_int_equal(load(&settings, dir, mistakes[i].text, &e), -1);
		assert_null(settings);
		buf_printf(&wanted, "%s/c.conf%s", dir, mistakes[i].said);
		if (strstr(buf_str(&e.text), buf_str(&wanted)) == NULL)
			fail_msg("%s: \"%s\"", mistakes[i].text, buf_str(&e.text));
		assert_int_equal(e.count, 1);
		buf_fini(&wanted);
		err_fini(&e);
	}
	rmdir(dir);
}

static void test_all_mistakes_at_once(void **state)
{
	char dir[32];
	struct settings *settings = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(load(&settings, unit_directory(dir),
			      "a = 1; state = 2; limits = { b = 1; match_limit = 1; };\n"
			      "inputs = ( { type = 'x'; c = 1; } );\n"
			      "outputs = ( { type = 'y'; format = 'z'; } );\n",
			      &e),
			 -1);
	assert_int_equal(e.count, 10);
	err_fini(&e);
	/* A mistake hides neither the others of its port nor those of two ports together. */
	assert_int_equal(
		load(&settings, dir,
		     "inputs = ( { name = 'a'; type = 'stdin'; b = 1; listen = 1; },\n"
		     "           { name = 'a'; type = 'stdin'; kind = 2; tls = { }; } );\n"
		     "outputs = ( { name = 'a'; type = 'file'; select = 'b'; },\n"
		     "            { name = 'a'; type = 'file'; path = 'x'; format = 3; },\n"
		     "            { name = 'c'; type = 'file'; path = 'x'; } );\n",
		     &e),
		-1);
	assert_int_equal(e.count, 11);
	err_fini(&e);
	rmdir(dir);
	assert_int_equal(settings_load(&settings, "/nowhere/c.conf", &e), -1);
	unit_said(&e, "/nowhere/c.conf: No such file or directory\n");
}

/* A dump, read, dumps as itself. */
static void check_dump(struct settings *settings)
{
	char dir[32];
	char *text[2] = { NULL, NULL };
	size_t len[2];
	struct settings *again = NULL;
	struct err e = { 0 };

	for (int i = 0; i < 2; i++) {
		FILE *file = open_memstream(&text[i], &len[i]);

		settings_dump(i == 0 ? settings : again, file);
		fclose(file);
		if (i == 0 && load(&again, unit_directory(dir), text[0], &e) != 0)
			fail_msg("%s", buf_str(&e.text));
	}
	assert_string_equal(text[0], text[1]);
	free(text[0]);
	free(text[1]);
	settings_free(&again);
	rmdir(dir);
}

static void test_dump(void **state)
{
	char dir[32];
	struct settings *settings = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(settings_load(&settings, NULL, &e), 0);
	check_dump(settings);
	settings_free(&settings);
	assert_int_equal(load(&settings, unit_directory(dir), whole, &e), 0);
	check_dump(settings);
	settings_free(&settings);
	rmdir(dir);
}

static void test_same_path(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
		{ "/a/b", "/a/b", true },   { "/a/b", "/a//b", true }, { "/a/b", "//a/./b/", true },
		{ "/a/b", "/a/c", false },  { "/a/b", "/a", false },   { "/a", "/a/b", false },
		{ "a", "/a", false },	    { "./a", "a", true },      { "/", "//.", true },
		{ "/a/b", "/a/b.", false }, { "/ab", "/a/b", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(settings_same_path(cases[i].a, cases[i].b), cases[i].same);
		assert_int_equal(settings_same_path(cases[i].b, cases[i].a), cases[i].same);
	}
}

/* The key of pseudonyms comes from a file; one that is short, long or absent is refused. */
static void test_key(void **state)
{
	static char longest[1024 + 1];
	static char longer[1025 + 1];
	static const struct {
		const char *key;
		const char *said; /* behind "DIR/c.conf:2: " and the path; NULL: it is taken */
	} cases[] = {
		{ "0123456789abcdef", NULL },
		{ "short", ": the pseudonym key has 5 bytes, at least 16 are needed" },
		{ "", ": the pseudonym key has 0 bytes, at least 16 are needed" },
		{ longest, NULL },
		{ longer, " is longer than 1024 bytes" },
		{ NULL, ": No such file or directory" },
	};

	(void)state;
	memset(longest, 'x', sizeof(longest) - 1);
	memset(longer, 'x', sizeof(longer) - 1);
	for (size_t i = 0; i < COUNT(cases); i++) {
		char dir[32];
		char *key = unit_file(unit_directory(dir), "key",
				      cases[i].key != NULL ? cases[i].key : "");
		struct settings *settings = NULL;
		struct pseudonymizer *p = NULL;
		struct err e = { 0 };

		if (cases[i].key == NULL)
			unlink(key);
		assert_int_equal(
			load(&settings, dir, "\npseudonym_key = { id = 1; file = 'key'; };", &e),
			0);
		assert_int_equal(settings_pseudonymizer(settings, &p, &e),
				 cases[i].said != NULL ? -1 : 0);
		assert_int_equal(e.count, cases[i].said != NULL);
		if (cases[i].said != NULL) {
			struct buf place = { 0 };

			buf_printf(&place, "%s/c.conf:2: ", dir);
			assert_true(span_starts(buf_span(&e.text), buf_str(&place)));
			buf_clear(&place);
			buf_printf(&place, "%s%s\n", key, cases[i].said);
			assert_non_null(strstr(buf_str(&e.text), buf_str(&place)));
			buf_fini(&place);
		}
		pseudonymizer_free(&p);
		settings_free(&settings);
		err_fini(&e);
		unlink(key);
		free(key);
		rmdir(dir);
	}
}

/* What looks like a loop and is none. */
static void test_no_loops(void **state)
{
	static const char *const texts[] = {
		"state = '/var/lib/p';\n"
		"inputs = ( { name = 't'; type = 'tail'; path = '/var/lib/*/*.log'; } );",
		TO_JOURNAL "inputs = ( { name = 'j'; type = 'journal';"
			   " match = [ '_SYSTEMD_UNIT=nginx.service', 'PRIORITY=4' ]; } );",
		TO_JOURNAL "inputs = ( { name = 'j'; type = 'journal'; path = '/srv/journal'; } );",
		TO_NAMESPACE "inputs = ( { name = 'j'; type = 'journal'; } );",
		TO_NAMESPACE "inputs = ( { name = 'j'; type = 'journal';"
			     " path = '/var/log/journal/0a1b'; } );",
		"outputs = ( { name = 'o'; type = 'file'; path = '/var/log/p/x/a.log'; } );\n"
		"inputs = ( { name = 't'; type = 'tail'; path = '/var/log/*/*.log'; } );",
		"outputs = ( { name = 'o'; type = 'syslog'; to = 'udp://127.0.0.1:515'; } );\n"
		"inputs = ( { name = 's'; type = 'syslog'; listen = 'udp://127.0.0.1:514'; } );",
		"outputs = ( { name = 'o'; type = 'syslog'; to = 'udp://localhost:514'; } );\n"
		"inputs = ( { name = 's'; type = 'syslog'; listen = 'tcp://*:514'; } );",
		"outputs = ( { name = 'o'; type = 'syslog'; to = 'udp://127.0.0.2:514'; } );\n"
		"inputs = ( { name = 's'; type = 'syslog'; listen = 'udp://127.0.0.1:514'; } );",
		"outputs = ( { name = 'o'; type = 'syslog'; to = 'udp://localhost:514'; } );\n"
		"inputs = ( { name = 's'; type = 'syslog'; listen = 'udp://127.0.0.2:514'; } );",
		"outputs = ( { name = 'o'; type = 'syslog'; to = 'udp://[::1]:514'; } );\n"
		"inputs = ( { name = 's'; type = 'syslog'; listen = 'udp://0.0.0.0:514'; } );",
		"outputs = ( { name = 'o'; type = 'syslog'; to = 'udp://192.0.2.9:514'; } );\n"
		"inputs = ( { name = 's'; type = 'syslog'; listen = 'udp://*:514'; } );",
	};
	char dir[32];

	(void)state;
	unit_directory(dir);
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct settings *settings = NULL;
		struct err e = { 0 };

		if (load(&settings, dir, texts[i], &e) != 0)
			fail_msg("%s: %s", texts[i], buf_str(&e.text));
		settings_free(&settings);
	}
	rmdir(dir);
}

#define READS_WRITES(tail, file)                                            \
	"inputs = ( { name = 't'; type = 'tail'; path = '" tail "'; } );\n" \
	"outputs = ( { name = 'o'; type = 'file'; path = '" file "'; } );"
#define TWO_FILES(one, other)                                           \
	"outputs = ( { name = 'o'; type = 'file'; path = '" one "'; }," \
	" { name = 'p'; type = 'file'; path = '" other "'; } );"
#define READS_PIPE(pipe, file)                                              \
	"inputs = ( { name = 'i'; type = 'fifo'; path = '" pipe "'; } );\n" \
	"outputs = ( { name = 'o'; type = 'file'; path = '" file "'; } );"
#define TWO_PIPES(one, other)                                          \
	"inputs = ( { name = 'i'; type = 'fifo'; path = '" one "'; }," \
	" { name = 'j'; type = 'fifo'; path = '" other "'; } );"

/* Names that lead to the same file by links. */
static void test_links(void **state)
{
	static const char loop[] = "would read back what output 'o'";
	static const char two[] = "b/real.log already, as ";
	static const struct {
		const char *text;
		const char *said; /* NULL: it is taken */
	} cases[] = {
		{ READS_WRITES("a/*.log", "b/out.log"), loop }, /* a -> b, and no file yet */
		{ READS_WRITES("*/x*.log", "b/x.log"), loop },
		{ READS_WRITES("c/*.txt", "b/real.log"), loop },  /* c/link.txt -> b/real.log */
		{ READS_WRITES("c/*.hard", "b/real.log"), loop }, /* a second name */
		{ READS_WRITES("c/*.txt", "b/other.log"), NULL },
		{ READS_WRITES("a/*.txt", "b/out.log"), NULL },
		{ READS_WRITES("c/*.log", "b/out.log"), NULL },
		{ "state = 'b'; inputs = ( { name = 't'; type = 'tail'; path = 'a/t.*'; } );",
		  "would read what the daemon itself keeps in " },
		{ TWO_FILES("c/link.txt", "b/real.log"), two },
		{ TWO_FILES("c/second.hard", "b/real.log"), two },
		{ TWO_FILES("a/real.log", "b/real.log"), two },
		{ TWO_FILES("a/new.log", "b/new.log"), "b/new.log already" },
		{ TWO_FILES("c/new.log", "b/new.log"), NULL },
		{ TWO_FILES("b/new.log", "b/real.log"), NULL },
		{ TWO_FILES("/dev/null", "c/null"), NULL }, /* nothing mixes there */
		{ TWO_PIPES("a/pipe", "b/pipe"), "b/pipe already" },
		{ TWO_PIPES("c/pipe", "b/pipe"), "b/pipe already" }, /* c/pipe -> b/pipe */
		{ TWO_PIPES("c/pipe.hard", "b/pipe"), "b/pipe already" },
		{ TWO_PIPES("c/pipe.txt", "b/pipe"), NULL },
		{ READS_PIPE("b/pipe", "c/pipe"), loop },
		{ READS_PIPE("b/pipe", "c/other"), NULL },
	};
	char dir[32];
	struct buf command = { 0 };

	(void)state;
	unit_directory(dir);
	buf_printf(&command,
		   "cd %s && mkdir b c && ln -s b a && : >b/real.log && ln -s /dev/null c/null && "
		   "ln -s ../b/real.log c/link.txt && ln b/real.log c/second.hard && "
		   "mkfifo b/pipe && ln -s ../b/pipe c/pipe && ln b/pipe c/pipe.hard",
		   dir);
	assert_int_equal(system(buf_str(&command)), 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct settings *settings = NULL;
		struct err e = { 0 };

		if ((load(&settings, dir, cases[i].text, &e) != 0) != (cases[i].said != NULL))
			fail_msg("%s: %s", cases[i].text, buf_str(&e.text));
		if (cases[i].said != NULL)
			assert_non_null(strstr(e.text.ptr, cases[i].said));
		settings_free(&settings);
		err_fini(&e);
	}
	buf_clear(&command);
	buf_printf(&command, "rm -r %s", dir);
	assert_int_equal(system(buf_str(&command)), 0);
	buf_fini(&command);
}

#define WHOLE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_no_loops),
		cmocka_unit_test(test_links),
		WHOLE(test_top),
		WHOLE(test_sockets),
		WHOLE(test_binds),
		WHOLE(test_places),
		WHOLE(test_outputs),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_all_mistakes_at_once),
		cmocka_unit_test(test_dump),
		cmocka_unit_test(test_key),
		cmocka_unit_test(test_same_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
