# SPDX-License-Identifier: Apache-2.0
"""The workloads of the comparison, what fairlead must reach in each, and features to price."""

from dataclasses import dataclass, field
from typing import NamedTuple, Optional

from proxies import (Fairlead, Haproxy, HaproxyBuffers, HaproxyRing, HaproxySplicing, Nginx,
                     NginxBuffers, NginxUnbuffered, free_ports)

TARGET_PORTS = 30
FIRST_TARGET_PORT = free_ports(20100, TARGET_PORTS)
FIRST_GRPC_PORT = free_ports(21100, 2)


class Rule(NamedTuple):
    host: Optional[str]
    prefix: str
    group: str


def ports_of(index):
    first = FIRST_TARGET_PORT + index * 10
    return list(range(first, first + 10))


ONE_GROUP = {"targetweb": ports_of(0)[:2]}
THREE_GROUPS = {"targetweb": ports_of(0), "targetapp1": ports_of(1), "targetapp2": ports_of(2)}


def many_rules(hosts, prefixes):
    """Only the last rule's host and path are asked for; its group is another than the default."""
    rules = [Rule(f"h{host}.example.test", f"/place{prefix}/", "targetapp1")
             for host in range(hosts) for prefix in range(prefixes)]
    return rules[:-1] + [rules[-1]._replace(group="targetapp2")]


@dataclass
class Workload:
    name: str
    title: str
    connections: int = 64
    paths: list = field(default_factory=lambda: ["/"])
    hosts: list = field(default_factory=lambda: ["example.test"])
    post: int = 0
    closes: bool = False
    rate: int = 0
    idle: bool = False
    tls: str = ""  # version
    resumes: bool = False
    streams: int = 0  # of HTTP/2, a connection: h2load makes the load
    requests: int = 0  # of these, a slice
    grpc: bool = False  # they are unary calls, also towards targets
    access_log: str = ""  # its format
    attributes: str = ""  # more of the load balancer's, for fairlead alone
    group_attributes: str = ""  # and of each group
    groups: dict = field(default_factory=lambda: ONE_GROUP)
    rules: list = field(default_factory=list)
    default_group: str = "targetweb"
    proxies: tuple = (Fairlead, Haproxy, Nginx)
    to_haproxy: Optional[float] = None  # highest ratio that counts as reached
    to_nginx: Optional[float] = None

    def load_arguments(self):
        arguments = ["-c", str(self.connections)]
        for path in self.paths:
            arguments += ["-p", path]
        for host in self.hosts:
            arguments += ["-H", host]
        if self.post:
            arguments += ["-b", str(self.post)]
        if self.closes:
            arguments += ["-1"]
        return arguments + self.tls_arguments()

    def tls_arguments(self):
        """One suite for all; every proxy has the same ECDSA certificate."""
        if not self.tls:
            return []
        suite = "TLS_AES_128_GCM_SHA256" if self.tls == "1.3" else "ECDHE-ECDSA-AES128-GCM-SHA256"
        return ["-t", self.tls, "-s", suite] + (["-R"] if self.resumes else [])


WORKLOADS = [
    Workload("get64", "small GET, 64 connections", to_haproxy=0.70, to_nginx=0.80),
    Workload("get256", "small GET, 256 connections", connections=256,
             to_haproxy=0.70, to_nginx=0.80),
    Workload("post", "POST 1 KiB", post=1024, to_haproxy=0.70, to_nginx=0.70),
    Workload("get16k", "GET 16 KiB", paths=["/b/16384"], to_haproxy=0.70, to_nginx=0.80),
    Workload("get1m", "GET 1 MiB", connections=16, paths=["/b/1048576"],
             proxies=(Fairlead, Haproxy, HaproxySplicing, HaproxyBuffers, Nginx, NginxUnbuffered,
                      NginxBuffers),
             to_haproxy=0.85, to_nginx=0.45),
    Workload("close", "connection per request", closes=True, to_haproxy=0.95, to_nginx=0.95),
    Workload("groups", "3 groups of 10, by path", groups=THREE_GROUPS,
             rules=[Rule(None, "/app1", "targetapp1"), Rule(None, "/app2", "targetapp2")],
             paths=["/", "/app1/x", "/app2/x"], to_haproxy=0.70, to_nginx=0.80),
    Workload("rules10", "10 rules, last matches", groups=THREE_GROUPS, rules=many_rules(1, 10),
             paths=["/place9/x"], hosts=["h0.example.test"]),
    Workload("rules1000", "1,000 rules, last matches", groups=THREE_GROUPS,
             rules=many_rules(10, 100), paths=["/place99/x"], hosts=["h9.example.test"],
             to_haproxy=0.75, to_nginx=0.80),
    Workload("log", "access log on", access_log="alb",
             proxies=(Fairlead, Haproxy, HaproxyRing, Nginx), to_haproxy=0.70, to_nginx=0.85),
    Workload("open2000", "open loop 2,000/s", rate=2000, to_haproxy=1.0, to_nginx=1.0),
    Workload("open8000", "open loop 8,000/s", rate=8000, to_haproxy=1.0, to_nginx=1.0),
    Workload("idle", "idle connection, PSS bytes", connections=10000, idle=True,
             to_haproxy=0.70, to_nginx=1.1),
    Workload("tls64", "TLS 1.3, small GET, 64 connections", tls="1.3", to_haproxy=0.75,
             to_nginx=0.72),
    Workload("tls1m", "TLS 1.3, GET 1 MiB", tls="1.3", connections=16, paths=["/b/1048576"],
             proxies=(Fairlead, Haproxy, HaproxyBuffers, Nginx, NginxUnbuffered, NginxBuffers),
             to_haproxy=1.0, to_nginx=1.0),
    Workload("tls16k", "TLS 1.3, GET 16 KiB", tls="1.3", paths=["/b/16384"]),
    Workload("tlsfull", "TLS 1.3, full handshakes", tls="1.3", connections=16, closes=True,
             to_haproxy=1.0, to_nginx=1.0),
    Workload("tlsresumed", "TLS 1.3, resumed handshakes", tls="1.3", connections=16, closes=True,
             resumes=True, to_haproxy=1.0, to_nginx=1.0),
    Workload("tlsidle", "idle TLS connection, PSS bytes", tls="1.3", connections=10000, idle=True,
             to_haproxy=0.95, to_nginx=0.95),
    Workload("h2", "HTTP/2, small GET, 4 connections of 32 streams", tls="1.3", connections=4,
             streams=32, requests=4000, to_haproxy=0.80, to_nginx=0.60),
    Workload("h21m", "HTTP/2, GET 1 MiB, 4 connections of 4 streams", tls="1.3", connections=4,
             streams=4, requests=120, paths=["/b/1048576"],
             proxies=(Fairlead, Haproxy, HaproxyBuffers, Nginx, NginxUnbuffered, NginxBuffers),
             to_haproxy=1.0, to_nginx=1.0),
    Workload("h2idle", "idle HTTP/2 connection, PSS bytes", tls="1.3", connections=1000, idle=True,
             streams=1),
    Workload("grpc", "gRPC, unary calls, 4 connections of 32 streams", tls="1.3", connections=4,
             streams=32, requests=4000, grpc=True, paths=["/call"],
             groups={"targetweb": [FIRST_GRPC_PORT, FIRST_GRPC_PORT + 1]},
             to_haproxy=0.80, to_nginx=0.80),
]

# What can be turned on or off: each is one change of a plain GET.
FEATURES = [
    Workload("access log, ALB's form", "", access_log="alb"),
    Workload("access log, JSON", "", access_log="json"),
    Workload("least outstanding requests", "",
             group_attributes='load_balancing = { algorithm = { type = '
             '"least_outstanding_requests"; }; };'),
    Workload("weighted random", "",
             group_attributes='load_balancing = { algorithm = { type = "weighted_random"; }; };'),
    Workload("weighted random, anomaly mitigation", "",
             group_attributes='load_balancing = { algorithm = { type = "weighted_random"; '
             'anomaly_mitigation = "on"; }; };'),
    Workload("stickiness, cookie set in each answer", "",
             group_attributes='stickiness = { enabled = true; type = "lb_cookie"; };'),
    Workload("drop invalid header fields", "",
             attributes="drop_invalid_header_fields = { enabled = true; };"),
    Workload("Host rewritten", "", attributes="preserve_host_header = { enabled = false; };"),
    Workload("client's port in X-Forwarded-For", "",
             attributes="xff_client_port = { enabled = true; };"),
    Workload("no X-Forwarded-For", "",
             attributes='xff_header_processing = { mode = "remove"; };'),
]
