# unpacked: programs of packages that cannot be installed beside others.  To be sourced by
# bash after tests/support/tap.sh.
#
# Debian lets a machine have one system logger.  The tests want two as programs, none as a
# service: the second is fetched as a package and unpacked below build/, once.

# Prints the folder that the packages are unpacked in; fails where they cannot be had.
unpacked() { # PACKAGE...
	local root="build/unpacked/$1" package new

	if [ ! -e "$root/.whole" ]; then
		mkdir -p build/unpacked
		new=$(mktemp -d build/unpacked/new.XXXXXX)
		for package in "$@"; do
			(cd "$new" && apt-get -q download "$package" && dpkg -x "$package"_*.deb .) \
				>"$T/.output" 2>&1 || {
				rm -rf "$new"
				return 1
			}
		done
		rm -f "$new"/*.deb
		touch "$new/.whole"
		rm -rf "$root"
		mv "$new" "$root"
	fi
	realpath "$root"
}

# Runs a program of theirs, with their libraries.
run_unpacked() { # ROOT PROGRAM ARGS...
	local root=$1 program=$2

	shift 2
	LD_LIBRARY_PATH="$root/usr/lib/syslog-ng:$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu" \
		"$root/$program" "$@"
}
