#!/usr/bin/env python3
"""sandbox: runs a command behind the system call filter of a unit.

    tests/support/sandbox.py UNIT COMMAND [ARGS...]

What SystemCallFilter= (with SystemCallErrorNumber=EPERM) and MemoryDenyWriteExecute=yes
of the file UNIT forbid fails with EPERM, as under systemd, which need not run here: the
sets of calls are those that systemd-analyze knows, and the rules about executable memory
those of systemd.exec(5).  A call that no set names is let through, where it is the rule.
x86-64 only.
"""
import ctypes
import os
import re
import subprocess
import sys

NUMBERS = "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
ALLOW, EPERM, KILL = 0x7FFF0000, 0x00050001, 0x80000000
LOAD, JEQ, JSET, RETURN = 0x20, 0x15, 0x45, 0x06
NUMBER, ARCH, ARG2, ARG3 = 0, 4, 32, 40  # offsets in struct seccomp_data, low halves
X86_64 = 0xC000003E
PROT_WRITE, PROT_EXEC, SHM_EXEC = 2, 4, 0o100000


def members(name, seen):
    """The calls of a set, or the one call."""
    if not name.startswith("@"):
        return {name}
    if name in seen:
        return set()
    seen.add(name)
    text = subprocess.run(["systemd-analyze", "syscall-filter", name], check=True,
                          capture_output=True, text=True).stdout
    lines = [line.strip() for line in text.splitlines()[1:]]
    return set().union(*(members(line, seen) for line in lines if line and line[0] != "#"))


def allowed(unit):
    """The calls that the lines of the unit leave, in their order."""
    calls = members("@default", set())
    for line in re.findall(r"^SystemCallFilter=(.*)$", unit, re.M):
        these = set().union(*(members(word, set()) for word in line.lstrip("~").split()))
        calls = calls - these if line.startswith("~") else calls | these
    return calls


def deny_executable(numbers):
    """mmap of what is writable and executable, mprotect to executable, shmat executable."""
    code = []
    for call, offset, bits in (("mmap", ARG2, PROT_WRITE | PROT_EXEC), ("mprotect", ARG2, PROT_EXEC),
                               ("pkey_mprotect", ARG2, PROT_EXEC), ("shmat", ARG2, SHM_EXEC)):
        if bits == PROT_WRITE | PROT_EXEC:
            code += [(JEQ, 0, 5, numbers[call]), (LOAD, 0, 0, offset), (JSET, 0, 2, PROT_WRITE),
                     (JSET, 0, 1, PROT_EXEC), (RETURN, 0, 0, EPERM), (LOAD, 0, 0, NUMBER)]
        else:
            code += [(JEQ, 0, 4, numbers[call]), (LOAD, 0, 0, offset), (JSET, 0, 1, bits),
                     (RETURN, 0, 0, EPERM), (LOAD, 0, 0, NUMBER)]
    return code


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        unit = file.read()
    with open(NUMBERS, encoding="utf-8") as file:
        numbers = {name: int(number) for name, number in
                   re.findall(r"^#define __NR_(\w+)\s+(\d+)$", file.read(), re.M)}
    calls = allowed(unit)
    known = set().union(*(members(s, set()) for s in ("@known", "@default")))
    code = [(LOAD, 0, 0, ARCH), (JEQ, 1, 0, X86_64), (RETURN, 0, 0, KILL), (LOAD, 0, 0, NUMBER)]
    if re.search(r"^MemoryDenyWriteExecute=yes$", unit, re.M):
        code += deny_executable(numbers)
    for name in sorted(known - calls):
        if name in numbers:
            code += [(JEQ, 0, 1, numbers[name]), (RETURN, 0, 0, EPERM)]
    code += [(RETURN, 0, 0, ALLOW)]

    class Instruction(ctypes.Structure):
        _fields_ = [("code", ctypes.c_uint16), ("yes", ctypes.c_uint8), ("no", ctypes.c_uint8),
                    ("k", ctypes.c_uint32)]

    class Program(ctypes.Structure):
        _fields_ = [("n", ctypes.c_uint16), ("code", ctypes.POINTER(Instruction))]

    program = Program(len(code), (Instruction * len(code))(*(Instruction(*c) for c in code)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or \
            libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) != 0:
        sys.exit("no filter can be set: " + os.strerror(ctypes.get_errno()))
    os.execvp(sys.argv[2], sys.argv[2:])


main()
