# SPDX-License-Identifier: Apache-2.0
"""fairlead with many rules and many targets, one of which comes and goes."""

import calendar
import http.client
import json
import os
import re
import resource
import socket
import subprocess
import sys
import time

import proxies

GROUP_SIZE = 100


class AdminConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("fairlead")
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


class Site:
    """fairlead with n rules and n targets, and one more target that comes and goes."""

    def __init__(self, build, folder, size):
        self.build, self.folder, self.size = build, folder, size
        self.groups = max(1, size // GROUP_SIZE)
        self.first_target = proxies.free_ports(10100, size + 1)
        self.port = proxies.free_ports(9000, 1)
        self.socket = os.path.join(folder, "admin.sock")
        self.log = os.path.join(folder, "log")
        self.target = self.process = None
        self.configuration = os.path.join(folder, "fairlead.conf")
        with open(self.configuration, "w") as file:
            file.write(self.text())

    def text(self):
        rules = ",\n".join(
            f'{{ priority = {i + 1};\n'
            f'  conditions = ( {{ field = "host-header"; values = [ "h{i % 100}.example.test" ]; }},\n'
            f'    {{ field = "path-pattern"; values = [ "/place{i}", "/place{i}/*" ]; }} );\n'
            f'  actions = ( {{ type = "forward"; target_group = "group{i % self.groups}"; }} ); }}'
            for i in range(self.size))
        groups = ",\n".join(self.group(i) for i in range(self.groups))
        user = 'user = "nobody";' if os.getuid() == 0 else ""
        return f"""workers = 1;
{user}
state_dir = "{self.folder}/state";
admin = {{ socket = "{self.socket}"; }};
listeners = ( {{ name = "http"; protocol = "HTTP"; address = "127.0.0.1"; port = {self.port};
  default_actions = ( {{ type = "forward"; target_group = "group0"; }} );
  rules = ( {rules} ); }} );
target_groups = ( {groups} );
"""

    def group(self, index):
        each = self.size // self.groups
        first = self.first_target + index * each
        targets = ",\n".join(f'{{ id = "127.0.0.1"; port = {first + i}; }}' for i in range(each))
        return (f'{{ name = "group{index}"; protocol = "HTTP"; port = 80;\n'
                f'  health_check = {{ path = "/"; interval_seconds = 60; }};\n'
                f'  targets = ( {targets} ); }}')

    def program(self, name):
        return os.path.join(self.build, name)

    def check(self):
        """CPU milliseconds of reading and checking the configuration."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([self.program("fairlead"), "-c", "-f", self.configuration], check=True,
                       stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)

    def start(self):
        """Milliseconds until the worker has the first snapshot."""
        self.target = subprocess.Popen([self.program("tools/bench/target"),
                                        str(self.first_target), str(self.size + 1)])
        proxies.wait_for_port(self.first_target + self.size, self.target)
        began = time.time()
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                [self.program("fairlead"), "-v", "-f", self.configuration], stderr=log)
        while not self.generations():
            if self.process.poll() is not None or time.time() > began + 20:
                sys.exit(f"scale: fairlead does not start: see {self.log}")
            time.sleep(0.005)
        return 1000 * (self.generations()[0][0] - began)

    def restart_quietly(self):
        """Without -v: traffic is measured without its messages."""
        self.stop_fairlead()
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                [self.program("fairlead"), "-f", self.configuration], stderr=log)

    def generations(self):
        """[(time, build ms, ms from the first change to APPLIED)] out of the log."""
        pattern = re.compile(r"(\S+)Z control\S+ debug: snapshot \d+: built in (\d+) us, "
                             r"applied (\d+) us after")
        found = []
        with open(self.log) as log:
            for line in log:
                if match := pattern.match(line):
                    seconds, fraction = match.group(1).split(".")
                    moment = time.strptime(seconds + "UTC", "%Y-%m-%dT%H:%M:%S%Z")
                    found.append((calendar.timegm(moment) + float("0." + fraction),
                                  int(match.group(2)) / 1000, int(match.group(3)) / 1000))
        return found

    def request(self, method, path, body=None):
        """Over the admin socket, without a program that would take a core for its start."""
        connection = AdminConnection(self.socket)
        try:
            connection.request(method, path, json.dumps(body) if body else None)
            return json.loads(connection.getresponse().read() or "{}")
        finally:
            connection.close()

    def wait_until_healthy(self):
        deadline = time.time() + 120
        while time.time() < deadline:
            try:
                if self.request("GET", "/v1/status")["HealthyTargetCount"] >= self.size:
                    return
            except OSError:
                pass  # it is still starting
            time.sleep(0.3)
        sys.exit("scale: the targets do not become healthy")

    def change(self, index):
        """Every other time the extra target comes, every other time it goes."""
        word = "deregister" if index % 2 else "register"
        self.request("POST", f"/v1/{word}", {
            "TargetGroupName": "group0",
            "Targets": [{"Id": "127.0.0.1", "Port": self.first_target + self.size}]})

    def cpu_by_role(self):
        """{"control": ms, "worker": ms, "observer": ms} so far."""
        spent = {}
        for pid in proxies.processes_below(self.process.pid):
            with open(f"/proc/{pid}/cmdline") as file:
                role = file.read().replace("\0", " ").split()[1]
            spent[role] = proxies.cpu_of(pid)[0] / 1000
        return spent

    def stop_fairlead(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
            self.process = None

    def stop(self):
        self.stop_fairlead()
        if self.target is not None:
            self.target.kill()
            self.target.wait()
