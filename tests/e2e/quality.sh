#!/bin/bash
# What goes in: the project's own labelled records, tests/quality/cases.  What must come out: every
# element and category with the precision and recall that tests/quality/score.py demands of it, and
# next to nothing in records without personal data.  One test per element and threshold;
# tests/quality/score.py --errors ELEMENT lists what a failing one missed.

export PURPOSED=${PURPOSED:-build/asan/purposed}
exec python3 tests/quality/score.py --tap
