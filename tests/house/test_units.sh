#!/bin/bash
# The units as they are installed: systemd finds nothing to say about them, their walls are
# as high as they are meant to be, their sockets are those of the shipped configuration, and
# the snippets for users, folders and logrotate do what they say.
. tests/support/tap.sh || exit 1

unset MAKEFLAGS MAKELEVEL MFLAGS
# What is there was built with it: with another compiler all would be built anew, under the others.
same=(${CC:+"CC=$CC"})
root=$T/root
ok "install" make -s install "${same[@]}" B="${B:-build}" DESTDIR="$root" PREFIX=/usr
units=$root/usr/lib/systemd/system
# Names of programs are looked up on this machine.
sed -i "s|=/usr/bin/purposed|=$root/usr/bin/purposed|" "$units"/*.service

is "all units are there" "$(cd "$units" && ls | xargs)" \
	"purposed-local.service purposed-local.socket purposed.service purposed.socket"
ok "systemd takes them" systemd-analyze --man=no verify "$units"/purposed*
is "and has nothing to say" "$(grep purposed "$T/.output")" ""

# --- Walls ------------------------------------------------------------------------

exposure() { # UNIT TENTHS
	systemd-analyze security --offline=true --threshold="$2" "$units/$1" >"$T/security"
	local got=$?

	grep 'Overall' "$T/security"
	[ "$got" -eq 0 ] || grep '✗' "$T/security"
	return "$got"
}
ok "purposed.service: exposure 1.2 at most" exposure purposed.service 12
diag "$(tail -n 1 "$T/.output")"
ok "purposed-local.service: exposure 0.5 at most" exposure purposed-local.service 5
diag "$(tail -n 1 "$T/.output")"
sed '/^PrivateNetwork/d' "$units/purposed-local.service" >"$units/open.service"
status "a hole in the wall is seen" 1 exposure open.service 5
for unit in purposed purposed-local; do
	is "$unit: no machine code is made" \
		"$(grep -c '^MemoryDenyWriteExecute=yes$' "$units/$unit.service")" 1
done

# The local unit is the other one with more walls, and nothing else.
is "both units run the same daemon" \
	"$(grep -E '^(Exec|User|Group|State|Logs|Runtime|Watchdog|Type|Restart)' "$units/purposed.service")" \
	"$(grep -E '^(Exec|User|Group|State|Logs|Runtime|Watchdog|Type|Restart)' "$units/purposed-local.service")"

# --- Sockets ------------------------------------------------------------------------

shipped=$("$PURPOSED" serve --dump-config -c "$root/etc/purposed/purposed.conf")
for socket in purposed purposed-local; do
	name=$(sed -n 's/^FileDescriptorName=//p' "$units/$socket.socket")
	path=$(sed -n 's/^ListenDatagram=//p' "$units/$socket.socket")
	like "$socket.socket is the socket of input '$name'" "$(tr '\n' ' ' <<<"$shipped")" \
		"name = \"$name\"; *type = \"syslog\"; *listen = \"unix:$path\""
done

# --- Users, folders, rotation ---------------------------------------------------------

fresh=$T/fresh
mkdir -p "$fresh/etc" "$fresh/run" "$fresh/var/log" "$fresh/var/lib"
ok "sysusers.d is taken" systemd-sysusers --root="$fresh" "$root/usr/lib/sysusers.d/purposed.conf"
like "and makes the user" "$(cat "$fresh/etc/passwd")" \
	'^purposed:x:[0-9]+:[0-9]+:Purpose daemon:/var/lib/purposed:/usr/sbin/nologin$'
if [ "$(id -u)" -eq 0 ]; then
	ok "tmpfiles.d is taken" systemd-tmpfiles --root="$fresh" --create \
		"$root/usr/lib/tmpfiles.d/purposed.conf"
	id=$(sed -n 's/^purposed:x:\([0-9]*\):.*/\1/p' "$fresh/etc/passwd")
	is "and makes the folders" \
		"$(cd "$fresh" && stat -c '%n %a %u' run/purposed var/lib/purposed var/log/purposed)" \
		"run/purposed 755 $id
var/lib/purposed 700 $id
var/log/purposed 750 $id"
else
	skip "tmpfiles.d" "only root makes folders for others"
fi

# logrotate moves the file away and tells the unit that runs, whichever it is.
mkdir -p "$T/bin" "$T/log"
sed "s|/var/log/purposed|$T/log|g" "$root/etc/logrotate.d/purposed" >"$T/logrotate.conf"
chmod 0644 "$T/logrotate.conf"
cat >"$T/bin/systemctl" <<-END
	#!/bin/sh
	case "\$*" in
	*is-active\ purposed-local.service) exit 0 ;;
	*is-active*) exit 3 ;;
	esac
	echo "\$*" >>"$T/told"
END
chmod +x "$T/bin/systemctl"
echo '{}' >"$T/log/alerts.jsonl"
ok "logrotate takes the snippet" env PATH="$T/bin:$PATH" logrotate -f -s "$T/log.state" \
	"$T/logrotate.conf"
is "and rotates" "$(ls "$T/log")" alerts.jsonl.1
is "and tells the unit that runs" "$(cat "$T/told")" \
	"kill --signal=HUP --kill-whom=main purposed-local.service"

ok "uninstall" make -s uninstall "${same[@]}" B="${B:-build}" DESTDIR="$root" PREFIX=/usr
is "leaves no snippet" "$(find "$root" -path '*systemd*' -type f -o -path '*.d/*' -type f)" \
	"$units/open.service"
done_testing
