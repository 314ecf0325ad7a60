/*
 * validate_network: addresses of hosts and interfaces.
 *
 * An address that names nobody (unspecified, loopback, broadcast) is refused:
 * it is no personal data.  Private and link-local ones are accepted, since in
 * the controller's own network they name a machine and so its user.
 *
 * Sources: RFC 791 and RFC 6943, section 3.1.1 (strict dotted decimal),
 * RFC 1122, section 3.2.1.3 (special addresses), RFC 4291 and RFC 5952 (IPv6),
 * RFC 4007, section 11 (zones), IEEE 802 (EUI-48).
 */
#include <arpa/inet.h>
#include <netinet/in.h>

#include <purposed/engine/validate_private.h>

static bool ipv4_names_a_host(uint32_t host)
{
	return host != INADDR_ANY && host != INADDR_BROADCAST && host >> 24 != IN_LOOPBACKNET;
}

/* One decimal number of at most 255 without leading zeros, from *at on. */
static bool read_octet(struct span value, size_t *at, uint32_t *octet_r)
{
	size_t start = *at;
	uint32_t octet = 0;

	for (; *at < value.len && *at - start < 3; ++*at) {
		char c = value.ptr[*at];

		if (c < '0' || c > '9')
			break;
		octet = octet * 10 + (uint32_t)(c - '0');
	}
	*octet_r = octet;
	return *at > start && octet <= 255 && (*at - start == 1 || value.ptr[start] != '0');
}

/* Four of them.  inet_pton wants a copy, and takes longer; every third record has an address. */
bool network_ipv4(struct span value)
{
	uint32_t host = 0;
	size_t at = 0;

	for (int i = 0; i < 4; i++) {
		uint32_t octet;

		if (i != 0 && (at == value.len || value.ptr[at++] != '.'))
			return false;
		if (!read_octet(value, &at, &octet))
			return false;
		host = host << 8 | octet;
	}
	return at == value.len && ipv4_names_a_host(host);
}

/* How many hexadecimal digits text begins with (strspn makes a table first). */
static size_t hex_run(const char *text)
{
	size_t n = 0;

	while ((text[n] >= '0' && text[n] <= '9') ||
	       ((text[n] | 0x20) >= 'a' && (text[n] | 0x20) <= 'f'))
		n++;
	return n;
}

/* How many groups of hexadecimal digits are written; *pairs_r: all have two digits. */
static size_t groups_written(const char *text, bool *pairs_r)
{
	size_t groups = 0;

	*pairs_r = true;
	while (*text != '\0') {
		size_t n = hex_run(text);

		groups += n > 0;
		*pairs_r = *pairs_r && n == 2;
		text += n;
		text += *text != '\0';
	}
	return groups;
}

/*
 * "a::", "std::b", "12::" and "1::8" parse, and are scopes of C++ or times far
 * oftener than addresses.  With fewer than three groups the first one must
 * have four digits and read as no word: it begins with a digit, or is a prefix
 * in use (fc00::/7, fe80::/10, ff00::/8).
 */
static bool ipv6_is_plausible(const char *text)
{
	bool pairs;
	size_t groups = groups_written(text, &pairs);
	char second = text[0] == '\0' ? '\0' : (char)(text[1] | 0x20);

	if (groups == 8 && pairs) /* an EUI-64, or other bytes in hexadecimal */
		return false;
	if (groups >= 3 || strchr(text, '.') != NULL)
		return true;
	if (hex_run(text) != 4)
		return false;
	if (text[0] >= '0' && text[0] <= '9')
		return true;
	if ((text[0] | 0x20) != 'f')
		return false;
	return second == 'c' || second == 'd' || second == 'f' ||
	       (second == 'e' && strchr("89abAB", text[2]) != NULL);
}

static bool ipv6_names_a_host(const struct in6_addr *addr)
{
	uint32_t embedded;

	if (IN6_IS_ADDR_UNSPECIFIED(addr) || IN6_IS_ADDR_LOOPBACK(addr))
		return false;
	if (!IN6_IS_ADDR_V4MAPPED(addr))
		return true;
	memcpy(&embedded, addr->s6_addr + 12, sizeof(embedded));
	return ipv4_names_a_host(ntohl(embedded));
}

/* An interface's name or number (IFNAMSIZ is 16 with its NUL). */
static bool is_zone_id(struct span zone)
{
	if (zone.len == 0 || zone.len > 15)
		return false;
	for (size_t i = 0; i < zone.len; i++) {
		unsigned char c = (unsigned char)zone.ptr[i];
		bool alphanumeric =
			(c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');

		if (!alphanumeric && memchr("-._@", c, 4) == NULL)
			return false;
	}
	return true;
}

bool network_ipv6(struct span value)
{
	const char *percent = value.len == 0 ? NULL : memchr(value.ptr, '%', value.len);
	size_t len = percent == NULL ? value.len : (size_t)(percent - value.ptr);
	char text[INET6_ADDRSTRLEN];
	struct in6_addr addr;

	if (percent != NULL && !is_zone_id(span_slice(value, len + 1, value.len)))
		return false;
	if (!span_copy(text, sizeof(text), span_slice(value, 0, len)))
		return false;
	return inet_pton(AF_INET6, text, &addr) == 1 && ipv6_names_a_host(&addr) &&
	       ipv6_is_plausible(text);
}

bool network_ip(struct span value)
{
	return network_ipv4(value) || network_ipv6(value);
}

/* Six pairs with one kind of separator throughout, or Cisco's three groups of four. */
static bool mac_has_form(struct span value)
{
	size_t group = value.len == 14 ? 4 : 2;

	if (value.len != 17 && value.len != 14)
		return false;
	for (size_t i = 0; i < value.len; i++) {
		char c = value.ptr[i];

		if (i % (group + 1) == group) {
			if (c != value.ptr[group] || memchr(":-.", c, 3) == NULL)
				return false;
			if (group == 4 && c != '.')
				return false;
		} else if (c == '\0' || strchr("0123456789abcdefABCDEF", c) == NULL) {
			return false;
		}
	}
	return true;
}

bool network_mac(struct span value)
{
	struct plain plain;

	return mac_has_form(value) && plain_read(&plain, value, ":-.") &&
	       strcmp(plain.text, "000000000000") != 0 && strcmp(plain.text, "FFFFFFFFFFFF") != 0;
}
