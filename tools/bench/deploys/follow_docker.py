#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Keeps HAProxy or nginx up to date with the containers of a Docker Engine, the usual way.

follow_docker.py haproxy|nginx FOLDER

HAProxy gets its servers through the runtime API, into the slots of a server-template; nginx gets
its configuration rendered anew and a reload. Every event is a hint to list the containers again;
a kill event takes its container out at once, since later is too late. The names of the
containers that the proxy knows stand in FOLDER/known."""

import json
import os
import socket
import subprocess
import sys
import threading

GROUPS = ("web", "app1", "app2")
SLOTS = 8
NGINX = """
worker_processes 2;
error_log {folder}/nginx.log;
pid {folder}/nginx.pid;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {folder}/nginx-body;
    proxy_temp_path {folder}/nginx-proxy;
    fastcgi_temp_path {folder}/nginx-fastcgi;
    uwsgi_temp_path {folder}/nginx-uwsgi;
    scgi_temp_path {folder}/nginx-scgi;
{upstreams}
    server {{
        listen 127.0.0.1:{port};
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        location /app1 {{ proxy_pass http://app1; }}
        location /app2 {{ proxy_pass http://app2; }}
        location / {{ proxy_pass http://web; }}
    }}
}}
"""


def list_containers(stopping):
    """[(group, name, host port)] of what runs and was not told to stop."""
    lines = subprocess.run(["docker", "ps", "-q", "--no-trunc"], capture_output=True, text=True,
                           check=True).stdout.split()
    lines = [line for line in lines if line not in stopping]
    if not lines:
        return []
    answer = subprocess.run(["docker", "inspect", *lines], capture_output=True, text=True)
    found = []
    for container in json.loads(answer.stdout or "[]"):
        ports = container["NetworkSettings"]["Ports"].get("80/tcp")
        service = container["Config"]["Labels"].get("fairlead.service", "")
        if ports and service[3:] in GROUPS:
            found.append((service[3:], container["Name"][1:], int(ports[0]["HostPort"])))
    return sorted(found)


class Haproxy:
    """Slots of a server-template, each in maintenance until a container takes it."""

    def __init__(self, folder):
        self.folder = folder
        self.slots = {group: {} for group in GROUPS}

    def command(self, text):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(os.path.join(self.folder, "haproxy.sock"))
            connection.sendall(text.encode() + b"\n")
            while connection.recv(4096):
                pass

    def apply(self, containers):
        for group in GROUPS:
            wanted = {(name, port) for kind, name, port in containers if kind == group}
            slots = self.slots[group]
            for slot, taken in list(slots.items()):
                if taken not in wanted:
                    self.command(f"set server {group}/t{slot} state maint")
                    del slots[slot]
            for name, port in sorted(wanted - set(slots.values())):
                slot = next(n for n in range(1, SLOTS + 1) if n not in slots)
                self.command(f"set server {group}/t{slot} addr 127.0.0.1 port {port}")
                self.command(f"set server {group}/t{slot} state ready")
                slots[slot] = (name, port)


class Nginx:
    """A configuration with the servers of the moment, and a reload."""

    def __init__(self, folder):
        self.folder = folder
        self.text = None

    def apply(self, containers):
        upstreams = ""
        for group in GROUPS:
            servers = [f"server 127.0.0.1:{port};" for kind, _, port in containers
                       if kind == group] or ["server 127.0.0.1:1 down;"]
            upstreams += f"    upstream {group} {{ {' '.join(servers)} keepalive 32; }}\n"
        text = NGINX.format(folder=self.folder, port=os.environ["PORT"], upstreams=upstreams)
        if text == self.text:
            return
        self.text = text
        path = os.path.join(self.folder, "nginx.conf")
        with open(path, "w") as file:
            file.write(text)
        is_running = os.path.exists(os.path.join(self.folder, "nginx.pid"))
        subprocess.run(["nginx", "-c", path, *(["-s", "reload"] if is_running else [])],
                       check=True, stderr=subprocess.DEVNULL)


class Follower:
    def __init__(self, kind, folder):
        self.proxy = {"haproxy": Haproxy, "nginx": Nginx}[kind](folder)
        self.known = os.path.join(folder, "known")
        self.stopping = set()
        self.hint = threading.Event()

    def read_events(self):
        events = subprocess.Popen(["docker", "events", "--filter", "type=container", "--format",
                                   "{{json .}}"], stdout=subprocess.PIPE, text=True)
        for line in events.stdout:
            event = json.loads(line)
            if event["Action"] == "kill":
                self.stopping.add(event["Actor"]["ID"])
            elif event["Action"] == "start":
                self.stopping.discard(event["Actor"]["ID"])
            if event["Action"] in ("start", "kill", "die", "stop"):
                self.hint.set()

    def run(self):
        threading.Thread(target=self.read_events, daemon=True).start()
        while True:
            containers = list_containers(self.stopping)
            self.proxy.apply(containers)
            with open(self.known + ".new", "w") as file:
                file.writelines(f"{name}\n" for _, name, _ in containers)
            os.replace(self.known + ".new", self.known)
            self.hint.wait(30)
            self.hint.clear()


if __name__ == "__main__":
    Follower(sys.argv[1], sys.argv[2]).run()
