/* Addresses and TLS, for inputs and outputs alike. */
#include <purposed/run/settings_private.h>

#include <stdlib.h>
#include <strings.h>

#include <purposed/base/mem.h>

/* --- Addresses ------------------------------------------------------------------ */

int settings_read_address(const struct conf_node *node, const char *name, struct address *address_r,
			  struct err *e)
{
	const struct conf_node *at = conf_get(node, name);
	struct address address = { 0 };
	const char *text = NULL;
	const char *why;

	if (conf_read_string(node, name, CONF_REQUIRED, &text, e) != 0)
		return -1;
	why = address_parse(&address, text);
	if (why != NULL) {
		conf_err(e, at, "%s = \"%s\": %s", name, text, why);
		return -1;
	}
	if (address.path != NULL) {
		char *resolved = settings_resolve(at, address.path);

		free(address.path);
		address.path = resolved;
		if (strlen(resolved) > ADDRESS_PATH_MAX) {
			conf_err(e, at,
				 "'%s' is longer than the %d bytes a socket's path may have: %s",
				 name, (int)ADDRESS_PATH_MAX, resolved);
			address_fini(&address);
			return -1;
		}
	}
	*address_r = address;
	return 0;
}

bool settings_same_address(const struct address *a, const struct address *b)
{
	if (a->path != NULL || b->path != NULL)
		return a->path != NULL && b->path != NULL && settings_same_path(a->path, b->path);
	return a->host != NULL && b->host != NULL && a->transport == b->transport &&
	       strcasecmp(a->host, b->host) == 0 && strcmp(a->port, b->port) == 0;
}

void settings_dump_address(const char *name, const struct address *address, FILE *file)
{
	struct buf text = { 0 };

	if (address->path != NULL) {
		settings_dump_path(name,
				   address->transport == TRANSPORT_UNIX ? "unix:" : "unixstream:",
				   address->path, file);
		return;
	}
	address_write(&text, address);
	settings_dump_named(name, buf_str(&text), file);
	buf_fini(&text);
}

/* --- TLS ------------------------------------------------------------------------- */

int settings_read_tls(const struct conf_node *node, struct settings_tls *tls, struct err *e)
{
	static const char *const keys[] = { "cert", "key", "ca", "peers", NULL };
	const struct conf_node *group = NULL;
	int bad = 0;

	if (conf_read_group(node, "tls", CONF_OPTIONAL, &group, e) != 0)
		return -1;
	if (group == NULL)
		return 0;
	tls->node = group;
	bad |= conf_only(group, keys, e);
	bad |= settings_read_path(group, "cert", CONF_OPTIONAL, &tls->cert, e);
	bad |= settings_read_path(group, "key", CONF_OPTIONAL, &tls->key, e);
	bad |= settings_read_path(group, "ca", CONF_OPTIONAL, &tls->ca, e);
	bad |= settings_read_ids(group, "peers", CONF_OPTIONAL, &tls->peers, e);
	if (bad == 0 && (tls->cert == NULL) != (tls->key == NULL)) {
		conf_err(e, group, "'cert' and 'key' must stand together");
		bad = -1;
	}
	if (bad == 0 && tls->peers.n != 0 && tls->ca == NULL) {
		conf_err(e, group, "'peers' needs 'ca': who vouches for their names?");
		bad = -1;
	}
	return bad;
}

struct tls_settings settings_tls(const struct settings_tls *tls)
{
	return (struct tls_settings){ .cert = tls->cert,
				      .key = tls->key,
				      .ca = tls->ca,
				      .peers = tls->peers.ids,
				      .n_peers = tls->peers.n };
}

void settings_free_tls(struct settings_tls *tls)
{
	free(tls->cert);
	free(tls->key);
	free(tls->ca);
	settings_ids_fini(&tls->peers);
}

void settings_dump_tls(const struct settings_tls *tls, FILE *file)
{
	if (tls->node == NULL)
		return;
	fprintf(file, "tls = { ");
	if (tls->cert != NULL)
		settings_dump_path("cert", "", tls->cert, file);
	if (tls->key != NULL)
		settings_dump_path("key", "", tls->key, file);
	if (tls->ca != NULL)
		settings_dump_path("ca", "", tls->ca, file);
	if (tls->peers.where != NULL) {
		settings_dump_ids("peers", &tls->peers, file);
		fputc(' ', file);
	}
	fprintf(file, "}; ");
}
