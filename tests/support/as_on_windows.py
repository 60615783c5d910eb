"""Take away what Windows does not have, before the helpers are imported: `import as_on_windows`.

For a process of its own: nothing is put back.
"""

import os
import select
import selectors
import signal
import socket
import sys
import time

GONE = {
    os: [
        "fork", "forkpty", "geteuid", "getpgid", "getuid", "killpg", "register_at_fork",
        "sched_getaffinity", "sched_setaffinity", "setsid",
    ],
    select: ["epoll", "kqueue", "poll"],
    selectors: ["EpollSelector", "KqueueSelector", "PollSelector", "_PollLikeSelector"],
    signal: [
        "SIGALRM", "SIGHUP", "SIGKILL", "SIGUSR1", "SIGUSR2", "alarm", "getitimer",
        "pthread_kill", "pthread_sigmask", "setitimer", "sigtimedwait", "sigwait",
    ],
    socket: ["AF_UNIX"],
    time: [
        "CLOCK_BOOTTIME", "CLOCK_MONOTONIC", "CLOCK_MONOTONIC_RAW", "CLOCK_REALTIME",
        "clock_gettime", "clock_gettime_ns", "pthread_getcpuclockid", "tzset",
    ],
}  # fmt: skip

for module, names in GONE.items():
    for name in names:
        if hasattr(module, name):
            delattr(module, name)
selectors.DefaultSelector = selectors.SelectSelector
for name in ("fcntl", "grp", "pwd", "resource", "termios"):
    sys.modules[name] = None
