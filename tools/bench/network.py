# SPDX-License-Identifier: Apache-2.0
"""A network of the benchmark's own, so that figures are the proxies' and not the machine's.

What a machine has in its own network costs every proxy: connection tracking and packet filters that
an engine left there, a congestion control that paces (BBR) and with it a timer a segment."""

import ctypes
import os
import shutil
import subprocess

CLONE_NEWNET = 0x40000000
CONGESTION_FILE = "/proc/sys/net/ipv4/tcp_congestion_control"


def enter_own(congestion):
    """Puts this process into a new network namespace. Returns what is to be said of it."""
    if os.geteuid() != 0 or not shutil.which("ip"):
        return f"the machine's own (a clean one needs root and iproute2), {congestion_here()}"
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        return f"the machine's own ({os.strerror(ctypes.get_errno())}), {congestion_here()}"
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    if congestion != "keep":
        with open(CONGESTION_FILE, "w") as file:
            file.write(congestion)
    return f"a namespace of its own, {congestion_here()}"


def congestion_here():
    with open(CONGESTION_FILE) as file:
        return f"congestion control {file.read().strip()}"
