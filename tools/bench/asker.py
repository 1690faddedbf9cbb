# SPDX-License-Identifier: Apache-2.0
"""How long control's loop is held: a process of its own asks it something again and again."""
import http.client
import multiprocessing
import time

from large_site import AdminConnection


def keep_asking(path, longest, over):
    """Until it is over: the longest time that control let somebody wait, an upgrade's end of
    all admin connections included."""
    connection = AdminConnection(path)
    began = time.perf_counter()
    while not over.is_set():
        try:
            connection.request("GET", "/v1/challenges-of-nobody")
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            connection.close()
            continue
        longest.value = max(longest.value, 1000 * (time.perf_counter() - began))
        time.sleep(0.0005)
        began = time.perf_counter()


class Asker:
    """Asks while it is entered; .longest in milliseconds, .cpu of control in milliseconds. The
    site has .socket, of the admin API, and .control_cpu()."""

    def __init__(self, site):
        self.site = site
        self.value, self.over = multiprocessing.Value("d", 0), multiprocessing.Event()

    def __enter__(self):
        self.process = multiprocessing.Process(
            target=keep_asking, args=(self.site.socket, self.value, self.over))
        self.process.start()
        time.sleep(0.2)
        self.value.value, self.before = 0, self.site.control_cpu()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.process.join()
        self.longest = self.value.value
        self.cpu = self.site.control_cpu() - self.before
