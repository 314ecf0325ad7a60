#!/bin/bash
# shipped.sh: the configuration as it is shipped.
#
# In: conf/purposed.conf, as it is and with all of its examples switched on; three
# messages of logger to its socket (its folders are moved into ours).
#
# Out: no word of complaint; an example of every type of input and output that there is;
# of the three messages the two that are out of their purpose or have none.

. tests/support/tap.sh || exit 1
. tests/support/daemon.sh || exit 1
. tests/support/net.sh || exit 1

ok "it holds, without a warning" "$PURPOSED" check -q --strict -c conf/purposed.conf
is "and nothing is said" "$(cat "$T/.output")" ""

# --- With every example ---------------------------------------------------------------

mkdir "$T/all"
cp -r conf/annex-i.conf conf/rules.d "$T/all"
(cd "$T/all" && make_ca ca && make_cert ca relay 'DNS:relay.example.be' &&
	head -c 32 /dev/urandom >pseudonym.key)
sed 's/^#//' conf/purposed.conf >"$T/all/purposed.conf"
ok "there are examples" test "$(grep -c '^#' conf/purposed.conf)" -gt 20
ok "they hold, without a warning" "$PURPOSED" check -q --strict -c "$T/all/purposed.conf"
is "and nothing is said" "$(cat "$T/.output")" ""
"$PURPOSED" serve --dump-config -c "$T/all/purposed.conf" >"$T/dump"
for side in input output; do
	for type in $(sed -n "s/.*settings_${side}_types\[\] = { \(.*\), NULL };/\1/p" \
		daemon/run/settings_table.c | tr -d '",'); do
		like "there is an example of $side type '$type'" \
			"$(sed -n "/^${side}s/,/);$/p" "$T/dump")" "type = \"$type\""
	done
done

# --- As it is -----------------------------------------------------------------------------

mkdir "$D/run" "$D/log"
sed "s|/run/purposed|$D/run|; s|/var/log/purposed|$D/log|" conf/purposed.conf >"$CONF"
ok "the daemon starts" start
ok "with a socket for everybody" test "$(stat -c '%F %a' "$D/run/log.sock")" = "socket 666"
logger -u "$D/run/log.sock" -t shop 'client 192.0.2.1 connected'
logger -u "$D/run/log.sock" -t nginx 'mail=jan.peeters@example.be'
logger -u "$D/run/log.sock" -t nginx 'nothing in here'
ok "two alerts" has_lines "$D/log/alerts.jsonl" 2
status "it ends well" 0 finish TERM
is "of what they should" "$(jq -r '"\(.record) \(.verdict) \(.purposes | join(","))"' "$D/log/alerts.jsonl")" \
	"1 gap 
2 out-of-purpose website-traffic-analysis"
is "for the daemon's group to read" "$(stat -c %a "$D/log/alerts.jsonl")" 640
done_testing
