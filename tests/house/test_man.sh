#!/bin/bash
# Every man page formats without a warning, and describes itself for whatis(1).
. tests/support/tap.sh

pages=(daemon/*.8 conf/*.[57])
for page in "${pages[@]}"; do
	if [ ! -e "$page" ]; then
		ok "$page: there is such a page" false
		continue
	fi
	is "$page: no warning" \
		"$(LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -E UTF-8 -l "$page" 2>&1 >/dev/null)" ""
	like "$page: name and purpose" "$(lexgrog "$page" 2>&1)" '".* - .*"'
done
done_testing
