#!/usr/bin/env python3
"""receiver: takes syslog messages, checks every byte around them, and writes a message a line.

    tests/support/receiver.py ADDRESS octets|lf|silent

What comes to ADDRESS is octet-counted frames, lines, or datagrams, as it says; "silent"
accepts, and never reads.  "listens" on standard error: it can be sent to.
"""
import os, re, socket, ssl, sys

address, how = sys.argv[1:3]
kind, rest = address.split(":", 1)
stream = kind != "udp" and kind != "unix"
if kind.startswith("unix"):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM if stream else socket.SOCK_DGRAM)
    if os.path.exists(rest):
        os.unlink(rest)
    s.bind(rest)
else:
    host, port = rest[2:].split(":")
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM if stream else socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if how == "silent":
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    s.bind((host, int(port)))
if stream:
    s.listen(5)
print("listens", file=sys.stderr, flush=True)

HEAD = re.compile(rb"<\d{1,3}>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d) \S+ \S+ \S+ \S+ "
                  rb"(\[[^ ]+( [^ =]+=\"([^\"\\\]]|\\.)*\")*\])+ ")

def emit(message):
    assert HEAD.match(message), message
    sys.stdout.buffer.write(message + b"\n")
    sys.stdout.buffer.flush()

while not stream:
    emit(s.recv(1 << 20))
while True:
    connection, _ = s.accept()
    if how == "silent":
        held = [connection]
        while True:
            held.append(s.accept())
    file = connection.makefile("rb")
    while True:
        if how == "lf":
            line = file.readline()
            if not line:
                break
            if line.endswith(b"\n"):
                emit(line[:-1])
            continue
        count = b""
        while (c := file.read(1)) not in (b" ", b""):
            assert c.isdigit(), count + c
            count += c
        if not c:
            break
        message = file.read(int(count))
        if len(message) == int(count):
            emit(message)
