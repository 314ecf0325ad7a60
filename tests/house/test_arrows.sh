#!/bin/bash
# The house keeps its order; and each rule of tests/house/arrows is broken once
# in a copy, where the check must fail and name the file at fault.
. tests/support/tap.sh

here=$PWD
ok "the house is in order" tests/house/arrows

fresh() { # a copy without git, where every file counts
	rm -rf "$T/copy"
	mkdir "$T/copy"
	cp -r daemon include conf tests Makefile "$T/copy/"
	cd "$T/copy" || exit 1
}

breach() { # DESCRIPTION ERE: the copy at hand must be refused with these words
	local output status=0

	output=$("$here/tests/house/arrows" . 2>&1) || status=$?
	is "$1: status" "$status" 1
	like "$1: named" "$output" "$2"
	cd "$here" || exit 1
}

includes() { # FILE HEADER: the file includes the header, first of all
	sed -i "1i #include $2" "$1"
}

crosses() { # LAYER TO: a source of one layer includes a header of another
	fresh
	printf '#include <purposed/%s/x.h>\n' "$2" >>"daemon/$1/$3.c"
	breach "$1 -> $2" "daemon/$1/$3.c: $1 must not include $2"
}

fresh
ok "an untouched copy is in order" "$here/tests/house/arrows" .
cd "$here" || exit 1

crosses base engine buf
crosses base io buf
crosses engine io rules
crosses engine run rules
crosses io engine framing
crosses io run framing
crosses run cmd stats
crosses cmd io filter

fresh
includes daemon/main.c '<purposed/run/stats.h>'
breach "main -> run" "daemon/main.c: main must not include run"

fresh
includes include/purposed/io/framing.h '<purposed/engine/rules.h>'
breach "a header counts as of its layer" "include/purposed/io/framing.h: io must not include engine"

fresh
includes daemon/engine/rules.c '"rules.h"'
breach "an include in quotes" 'daemon/engine/rules.c: "rules.h"'

fresh
includes daemon/engine/rules.c '<pcre2.h>'
breach "a vendor's second includer" "<pcre2.h> has more than one includer: .*pcre.c .*rules.c"

fresh
includes daemon/io/walk.c '<archive_entry.h>'
breach "half a vendor's second includer" "<archive.h> has more than one includer: .*walk.c"

fresh
includes daemon/run/stats.c '<systemd/sd-event.h>'
includes daemon/run/scan.c '<systemd/sd-event.h>'
breach "a vendor in a folder" "<systemd/sd-event.h> has more than one includer"

fresh
includes include/purposed/engine/regex.h '<jansson.h>'
breach "a vendor in a header" "include/purposed/engine/regex.h: a header includes a vendor's"

fresh
includes daemon/base/buf.c '<cmocka.h>'
breach "the tests' library outside tests" "daemon/base/buf.c: <cmocka.h> is for tests"

fresh
touch notes.txt
breach "a stray file on the top level" "notes.txt: does not belong on the top level"

fresh
mkdir src
breach "a stray folder on the top level" "src: does not belong on the top level"

fresh
mkdir daemon/extra
touch daemon/extra/x.c
breach "a source outside the layers" "daemon/extra/x.c: belongs to no layer"

fresh
touch daemon/io/zebra.c
breach "a module that is not on the map" "daemon/io/zebra.c: is not on the map"

fresh
printf '# see /%s/house\n' work >>conf/annex-i.conf
breach "a path of a machine" "conf/annex-i.conf:[0-9]+: names a path of a machine"
done_testing
