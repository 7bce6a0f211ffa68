"""Keeps one thread of a process from running until it is told to end or the process has ended.

Usage, as root: hang_thread.py THREAD
Prints a line when the thread stands still.
"""

import ctypes
import os
import sys

PTRACE_SEIZE, PTRACE_INTERRUPT = 0x4206, 0x4207
ALL_CHILDREN = 0x40000000

thread = int(sys.argv[1])
ptrace = ctypes.CDLL(None, use_errno=True).ptrace
ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
for request in (PTRACE_SEIZE, PTRACE_INTERRUPT):
    if ptrace(request, thread, None, None) != 0:
        sys.exit(os.strerror(ctypes.get_errno()))
os.waitpid(thread, ALL_CHILDREN)
print("stands still", flush=True)
os.waitpid(thread, ALL_CHILDREN)
