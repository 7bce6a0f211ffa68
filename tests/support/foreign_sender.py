"""Plays a process that has an httpd child's end of the handover socket, and forges a signed-in user with it.

Usage, as root: foreign_sender.py PID DESCRIPTOR USER MESSAGE
Sends MESSAGE, with one end of a socket pair, as the system's user USER, and prints the first line of the answer.
"""

import ctypes
import os
import pwd
import socket
import sys

PIDFD_GETFD = 438

pid, descriptor, user, message = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
taken = ctypes.CDLL(None).syscall(PIDFD_GETFD, os.pidfd_open(pid), descriptor, 0)
handover = socket.socket(fileno=taken)
os.setuid(pwd.getpwnam(user).pw_uid)
ours, theirs = socket.socketpair()
socket.send_fds(handover, [message.encode()], [theirs.fileno()])
theirs.close()
ours.settimeout(60)
print(ours.recv(4096).decode().split("\r\n")[0])
