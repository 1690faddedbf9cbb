# SPDX-License-Identifier: Apache-2.0
"""Who else had the cores while something was measured: other machines and other processes."""

import os
import resource
import time

import proxies

USER, NICE, SYSTEM, STEAL = 1, 2, 3, 8  # fields of /proc/stat


def ticks(*fields):
    """Of all cores since the machine started."""
    with open("/proc/stat") as file:
        counts = file.readline().split()
    return sum(int(counts[field]) for field in fields)


def stolen_ticks():
    """Ticks that the hypervisor gave to others while a core of this machine wanted to run."""
    return ticks(STEAL)


def own_seconds():
    """CPU time of this process and of all that it started."""
    spent = 0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        spent += usage.ru_utime + usage.ru_stime
    for pid in proxies.processes_below(os.getpid())[1:]:
        spent += proxies.cpu_of(pid)[0] / 1e6
    return spent


class Neighbours:
    """What was taken since this was made, by other machines and by other processes of this one."""

    def __init__(self):
        self.start, self.taken = time.monotonic(), self.taken_seconds()

    @staticmethod
    def taken_seconds():
        return ticks(USER, NICE, SYSTEM, STEAL) / proxies.TICKS_PER_SECOND - own_seconds()

    def share(self):
        """Of all cores; the system counts in hundredths of a second."""
        elapsed = time.monotonic() - self.start
        return max(0, self.taken_seconds() - self.taken) / elapsed / os.cpu_count()
