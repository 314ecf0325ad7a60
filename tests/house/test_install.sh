#!/bin/bash
# make install puts everything in its place, twice without harm, never over a
# setting that its owner changed; make uninstall takes away what was put there.
. tests/support/tap.sh

unset MAKEFLAGS MAKELEVEL MFLAGS
# What is there was built with it: with another compiler all would be built anew, under the others.
same=(${CC:+"CC=$CC"})
root=$T/root
prefix=$root/usr/local

make_here() { # TARGET
	make -s "$1" "${same[@]}" B="${B:-build}" DESTDIR="$root" PREFIX=/usr/local
}

etc=$prefix/etc/purposed
ok "install" make_here install
ok "the binary runs" "$prefix/bin/purposed" -V
for page in daemon/*.8 conf/*.[57]; do
	[ ! -e "$page" ] || ok "$page" cmp "$page" "$prefix/share/man/man${page##*.}/${page##*/}"
done
ok "policy" cmp conf/annex-i.conf "$etc/annex-i.conf"
ok "rules" diff -r conf/rules.d "$etc/rules.d"
for unit in systemd/*.service.in; do
	name=$(basename "$unit" .in)
	ok "$name" test -s "$prefix/lib/systemd/system/$name"
	is "$name: nothing left to fill in" "$(grep -c '@[A-Z]*@' "$prefix/lib/systemd/system/$name")" 0
done

for unit in systemd/*.socket; do
	ok "${unit##*/}" cmp "$unit" "$prefix/lib/systemd/system/${unit##*/}"
done
ok "the user" cmp systemd/purposed.sysusers "$prefix/lib/sysusers.d/purposed.conf"
ok "the folders" cmp systemd/purposed.tmpfiles "$prefix/lib/tmpfiles.d/purposed.conf"
ok "rotation" cmp systemd/purposed.logrotate "$prefix/etc/logrotate.d/purposed"

echo "// mine" >>"$etc/annex-i.conf"
like "a changed setting is said to be kept" "$(make_here install)" "kept $etc/annex-i.conf"
is "and is kept" "$(tail -n 1 "$etc/annex-i.conf")" "// mine"
ok "the new one lies beside it" cmp conf/annex-i.conf "$etc/annex-i.conf.new"

ok "uninstall" make_here uninstall
is "only the changed setting stays" "$(find "$root" -type f)" "$etc/annex-i.conf"
done_testing
