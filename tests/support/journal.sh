# journal: makes journal files with systemd-journal-remote(8), which takes what
# journalctl -o export prints.  To be sourced by bash after tests/support/tap.sh.

JOURNAL_REMOTE=/lib/systemd/systemd-journal-remote
OTHER_BOOT=0123456789abcdef0123456789abcdef

# Entries FROM to TO as an export: odd ones are nginx's, even ones sshd's.
entries() { # FROM TO [LINE OF ANOTHER FIELD]...
	local from=$1 to=$2

	shift 2
	python3 - "$from" "$to" "$OTHER_BOOT" "$@" <<-'END'
		import sys
		first, last, boot = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
		given = dict(field.split("=", 1) for field in sys.argv[4:])
		for i in range(first, last + 1):
		    name = "nginx" if i % 2 else "sshd"
		    fields = {
		        "_BOOT_ID": boot, "_HOSTNAME": "web1", "_SYSTEMD_UNIT": name + ".service",
		        "_PID": "1", "SYSLOG_IDENTIFIER": name, "SYSLOG_FACILITY": "4",
		        "PRIORITY": "6", "MESSAGE": f"number {i} end", **given}
		    print(f"__CURSOR=i={i}")
		    print(f"__REALTIME_TIMESTAMP={1700000000000000 + i * 1000}")
		    print(f"__MONOTONIC_TIMESTAMP={i * 1000}")
		    for field, value in fields.items():
		        print(f"{field}={value}")
		    print()
	END
}

# Appends the entries of standard input to FILE.
journal_add() { # FILE
	"$JOURNAL_REMOTE" -o "$1" - >/dev/null 2>&1
}
