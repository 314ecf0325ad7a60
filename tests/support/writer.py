#!/usr/bin/env python3
"""writer: writes numbered lines to a file, as a program that logs does.

    tests/support/writer.py FILE FIRST PER_SECOND [MODE]

Lines are "number N end", from FIRST on, until SIGTERM; then the last number is
printed.  MODE: "open" keeps the file open for appending (the default), "hup" too,
and opens it anew at SIGHUP, "each" opens it anew for each line.  Each line is one
write, so that no file ever holds half a line.
"""
import os
import signal
import sys
import time

path, number, per_second = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
mode = sys.argv[4] if len(sys.argv) > 4 else "open"
going = True
reopen = False


def stop(*_):
    global going
    going = False


def hup(*_):
    global reopen
    reopen = True


def opened():
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)


signal.signal(signal.SIGTERM, stop)
signal.signal(signal.SIGHUP, hup)
fd = opened()
start, first = time.monotonic(), number
while going:
    if reopen or mode == "each":
        os.close(fd)
        fd = opened()
        reopen = False
    os.write(fd, b"number %d end\n" % number)
    number += 1
    ahead = start + (number - first) / per_second - time.monotonic()
    if ahead > 0:
        time.sleep(ahead)
print(number - 1)
