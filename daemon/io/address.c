#include <purposed/io/address.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <purposed/base/mem.h>

enum { HOST_MAX_BYTES = 253 };

static const struct form {
	const char *prefix;
	enum transport transport;
} forms[] = {
	{ "unix:", TRANSPORT_UNIX }, { "unixstream:", TRANSPORT_UNIXSTREAM },
	{ "udp://", TRANSPORT_UDP }, { "tcp://", TRANSPORT_TCP },
	{ "tls://", TRANSPORT_TLS },
};

static const struct form *find_form(const char *text)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (strncmp(text, forms[i].prefix, strlen(forms[i].prefix)) == 0)
			return &forms[i];
	}
	return NULL;
}

static bool is_port(const char *text)
{
	size_t len = strspn(text, "0123456789");
	long port = len != 0 && len <= 5 && text[len] == '\0' ? strtol(text, NULL, 10) : 0;

	return port >= 1 && port <= 65535;
}

static const char *check_host(struct span host, bool bracketed)
{
	char number[HOST_MAX_BYTES + 1];
	struct in6_addr binary;

	if (host.len == 0)
		return "the host is missing ('*' is every address)";
	if (host.len > HOST_MAX_BYTES)
		return "the host is too long";
	memcpy(number, host.ptr, host.len);
	number[host.len] = '\0';
	/* A zone ("%eth0") is the resolver's business. */
	number[strcspn(number, "%")] = '\0';
	if (bracketed && inet_pton(AF_INET6, number, &binary) != 1)
		return "what stands in brackets must be an IPv6 address";
	for (size_t i = 0; i < host.len; i++) {
		if (host.ptr[i] <= ' ' || host.ptr[i] == 0x7f ||
		    strchr("/@?#", host.ptr[i]) != NULL)
			return "the host has a character that no host has";
	}
	return NULL;
}

static const char *parse_host(struct address *address, const char *text)
{
	bool bracketed = text[0] == '[';
	const char *colon;
	struct span host;
	const char *why;

	if (bracketed) {
		const char *close = strchr(text, ']');

		if (close == NULL)
			return "the bracket before an IPv6 address is not closed";
		host = span_of(text + 1, (size_t)(close - text) - 1);
		colon = close + 1;
	} else {
		colon = strchr(text, ':');
		if (colon != NULL && strchr(colon + 1, ':') != NULL)
			return "an IPv6 address must stand in brackets, as in [::1]:514";
		host = span_of(text, colon != NULL ? (size_t)(colon - text) : strlen(text));
	}
	why = check_host(host, bracketed);
	if (why != NULL)
		return why;
	if (colon == NULL || colon[0] != ':' || !is_port(colon + 1))
		return "':' and a port from 1 to 65535 must stand at the end";
	address->host = mem_span_string(host);
	address->port = mem_string(colon + 1);
	return NULL;
}

const char *address_parse(struct address *address_r, const char *text)
{
	const struct form *form = find_form(text);
	struct address address = { 0 };
	const char *rest;
	const char *why = NULL;

	if (form == NULL)
		return "it must be unix:/path, unixstream:/path, udp://host:port, tcp://host:port "
		       "or tls://host:port";
	address.transport = form->transport;
	rest = text + strlen(form->prefix);
	if (!address_is_unix(&address))
		why = parse_host(&address, rest);
	else if (rest[0] == '\0')
		why = "the path is missing";
	else
		address.path = mem_string(rest);
	if (why == NULL)
		*address_r = address;
	return why;
}

static char *copy_string(const char *string)
{
	return string != NULL ? mem_string(string) : NULL;
}

void address_copy(struct address *copy_r, const struct address *address)
{
	*copy_r = (struct address){ .transport = address->transport,
				    .path = copy_string(address->path),
				    .host = copy_string(address->host),
				    .port = copy_string(address->port) };
}

void address_fini(struct address *address)
{
	free(address->path);
	free(address->host);
	free(address->port);
	*address = (struct address){ 0 };
}

bool address_is_unix(const struct address *address)
{
	return address->transport <= TRANSPORT_UNIXSTREAM;
}

static bool same(const char *a, const char *b)
{
	return (a == NULL && b == NULL) || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

bool address_equal(const struct address *a, const struct address *b)
{
	return a->transport == b->transport && same(a->path, b->path) && same(a->host, b->host) &&
	       same(a->port, b->port);
}

void address_write(struct buf *out, const struct address *address)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (forms[i].transport == address->transport)
			buf_add_str(out, forms[i].prefix);
	}
	if (address_is_unix(address))
		buf_add_str(out, address->path);
	else if (strchr(address->host, ':') != NULL)
		buf_printf(out, "[%s]:%s", address->host, address->port);
	else
		buf_printf(out, "%s:%s", address->host, address->port);
}

int address_unix(const struct address *address, struct sockaddr_un *r)
{
	size_t len = strlen(address->path);

	if (len > ADDRESS_PATH_MAX)
		return -1;
	*r = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(r->sun_path, address->path, len + 1);
	return 0;
}

int address_resolve(const struct address *address, bool listen, struct addrinfo **list_r,
		    struct err *e)
{
	bool every = strcmp(address->host, "*") == 0;
	struct addrinfo hints = {
		.ai_family = every ? AF_INET6 : AF_UNSPEC,
		.ai_socktype = address->transport == TRANSPORT_UDP ? SOCK_DGRAM : SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV | (listen ? AI_PASSIVE : 0),
	};
	int code = getaddrinfo(every ? NULL : address->host, address->port, &hints, list_r);
	struct buf text = { 0 };

	if (code == 0)
		return 0;
	address_write(&text, address);
	err_add(e, "%s: cannot find the address: %s", buf_str(&text),
		code == EAI_SYSTEM ? strerror(errno) : gai_strerror(code));
	buf_fini(&text);
	return -1;
}

void address_write_host(struct buf *out, const struct sockaddr *address)
{
	char text[INET6_ADDRSTRLEN];
	const struct sockaddr_in *four = (const void *)address;
	const struct sockaddr_in6 *six = (const void *)address;
	const char *host = NULL;

	if (address->sa_family == AF_INET)
		host = inet_ntop(AF_INET, &four->sin_addr, text, sizeof(text));
	else if (address->sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&six->sin6_addr))
		host = inet_ntop(AF_INET, &six->sin6_addr.s6_addr[12], text, sizeof(text));
	else if (address->sa_family == AF_INET6)
		host = inet_ntop(AF_INET6, &six->sin6_addr, text, sizeof(text));
	if (host != NULL)
		buf_add_str(out, host);
}
