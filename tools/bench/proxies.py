# SPDX-License-Identifier: Apache-2.0
"""The proxies under test: how each is configured for a workload, started, and accounted."""

import glob
import os
import signal
import socket
import ssl
import subprocess
import threading
import time

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PROXY_CORE, LOAD_CORE = 0, 1


CLIENT_CONTEXT = ssl.create_default_context()
CLIENT_CONTEXT.check_hostname, CLIENT_CONTEXT.verify_mode = False, ssl.CERT_NONE


class CannotRun(Exception):
    """This proxy cannot do this workload here; the reason is shown in the table."""


def free_ports(first, count):
    """The first of so many ports in a row that nobody listens on."""
    for start in range(first, 32000, count):
        try:
            for port in range(start, start + count):
                with socket.socket() as one:
                    one.bind(("127.0.0.1", port))
            return start
        except OSError:
            continue
    raise SystemExit("bench: no free ports")


def start_pinned(core, arguments, **options):
    return subprocess.Popen(["taskset", "-c", str(core), *arguments], **options)


def wait_for_port(port, process, seconds=5):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise CannotRun(f"ended with {process.returncode} at start")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise CannotRun("does not listen")


def processes_below(pid):
    """A process and all that it started."""
    found = [pid]
    for path in glob.glob(f"/proc/{pid}/task/*/children"):
        try:
            with open(path) as file:
                children = file.read().split()
        except OSError:
            continue
        for child in children:
            found += processes_below(int(child))
    return found


def cpu_of(pid):
    """(CPU us, user ticks, system ticks) of a process; the first by the scheduler's own clock."""
    run_ns = 0
    for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        with open(path) as file:
            run_ns += int(file.read().split()[0])
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    user, system = int(fields[11]), int(fields[12])
    if run_ns == 0:  # a kernel without schedstat
        return (user + system) * 1e6 / TICKS_PER_SECOND, user, system
    return run_ns / 1000, user, system


def pss_of(pid):
    """0 of one that has ended."""
    try:
        with open(f"/proc/{pid}/smaps_rollup") as file:
            for line in file:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) * 1024
    except ProcessLookupError:
        pass
    return 0


class Proxy:
    """One running proxy. Subclasses write its configuration and know its command line."""

    name = ""
    needs = ""  # the program

    def __init__(self, workload, folder, port, build):
        self.workload, self.folder, self.port, self.build = workload, folder, port, build
        self.process = None
        self.log = os.path.join(folder, f"{self.name}.stderr")
        self.access_log = os.path.join(folder, f"{self.name}.access.log")

    def certificate(self):
        """Files of a certificate and its key, and of both: the same for all proxies."""
        base = os.path.join(self.folder, "site")
        if not os.path.exists(base + ".both"):
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                 "ec_paramgen_curve:P-256", "-nodes", "-keyout", base + ".key", "-out",
                 base + ".pem", "-subj", "/CN=example.test", "-days", "2"],
                check=True, stderr=subprocess.DEVNULL)
            with open(base + ".both", "w") as both:
                for part in (base + ".pem", base + ".key"):
                    with open(part) as file:
                        both.write(file.read())
        return base + ".pem", base + ".key", base + ".both"

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            file.write(text)
        return path

    def start(self):
        command = self.prepare()
        with open(self.log, "w") as log, open(self.access_log, "w") as lines:
            self.process = start_pinned(PROXY_CORE, command, stdin=subprocess.DEVNULL,
                                        stdout=lines, stderr=log)
        try:
            wait_for_port(self.port, self.process)
            self.wait_until_ready()
        except CannotRun as reason:
            self.stop()
            with open(self.log) as log:
                words = log.read().strip().splitlines()[-1:]
            raise CannotRun(f"{self.name} {reason}: {' '.join(words)}") from None

    def prepare(self):
        raise NotImplementedError

    def wait_until_ready(self):
        """Until a request passes: health checks and start-up are over."""
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            if self.answers():
                return
            time.sleep(0.05)
        raise CannotRun("does not answer with 200")

    def answers_calls(self):
        run = subprocess.run(
            ["curl", "-sk", "--http2", "-m", "2", "-d", "", "-H", "content-type: application/grpc",
             "-o", "/dev/null", "-w", "%{http_code}",
             f"https://127.0.0.1:{self.port}{self.workload.paths[0]}"],
            capture_output=True, text=True)
        return run.stdout == "200"

    def answers(self):
        if self.workload.grpc:
            return self.answers_calls()
        path, host = self.workload.paths[0], self.workload.hosts[0]
        if self.workload.post:
            path = "/"
        request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                if self.workload.tls:
                    connection = CLIENT_CONTEXT.wrap_socket(connection, server_hostname=host)
                connection.sendall(request.encode())
                return connection.recv(12) == b"HTTP/1.1 200"
        except OSError:
            return False

    def cpu(self):
        return [sum(column) for column in
                zip(*(cpu_of(pid) for pid in processes_below(self.process.pid)))]

    def pss(self):
        return sum(pss_of(pid) for pid in processes_below(self.process.pid))

    def stop(self):
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            below = processes_below(self.process.pid)
            for pid in reversed(below):
                os.kill(pid, signal.SIGKILL)
            self.process.wait()
        self.process = None


class Fairlead(Proxy):
    """All that a normal configuration has: checks, counters, timeouts, forwarded fields, trace id."""

    name = "fairlead"

    def prepare(self):
        program = os.path.join(self.build, "fairlead")
        if not os.access(program, os.X_OK):
            raise CannotRun(f"fairlead is not built in {self.build}")
        return [program, "-f", self.write("fairlead.conf", self.configuration())]

    def configuration(self):
        work = self.workload
        log = ""
        if work.access_log:
            log = f'access_log = {{ path = "{self.access_log}"; format = "{work.access_log}"; }};\n'
        groups = ",\n".join(self.grpc_group(name, ports) if work.grpc
                            else self.group(name, ports, work.group_attributes)
                            for name, ports in work.groups.items())
        rules = ",\n".join(self.rule(i, rule) for i, rule in enumerate(work.rules))
        user = 'user = "nobody";' if os.getuid() == 0 else ""
        return f"""workers = 1;
{user}
state_dir = "{self.folder}/state";
admin = {{ socket = "{self.folder}/admin.sock"; }};
metrics = {{ address = "127.0.0.1"; port = {self.port + 1}; }};
{log}limits = {{ connections = 12000; }};
load_balancer = {{ name = "bench"; attributes = {{ client_keep_alive = {{ seconds = 604800; }};
    routing = {{ http = {{ {work.attributes} }}; }}; }}; }};
listeners = ( {{ name = "http"; {self.protocol()} address = "127.0.0.1"; port = {self.port};
    default_actions = ( {{ type = "forward"; target_group = "{work.default_group}"; }} );
    rules = ( {rules} ); }} );
target_groups = ( {groups} );
"""

    def protocol(self):
        if not self.workload.tls:
            return 'protocol = "HTTP";'
        chain, key, _ = self.certificate()
        return (f'protocol = "HTTPS"; certificates = ( {{ certificate = "{chain}"; '
                f'private_key = "{key}"; }} );')

    @staticmethod
    def group(name, ports, attributes):
        targets = ", ".join(f'{{ id = "127.0.0.1"; port = {port}; }}' for port in ports)
        return f"""{{ name = "{name}"; protocol = "HTTP"; port = 80;
    health_check = {{ path = "/index.php"; interval_seconds = 10; timeout_seconds = 5; }};
    attributes = {{ {attributes} }};
    targets = ( {targets} ); }}"""

    def grpc_group(self, name, ports):
        """The same in HTTP/2, with checks by a call."""
        return (self.group(name, ports, self.workload.group_attributes)
                .replace('protocol = "HTTP";', 'protocol = "HTTP"; protocol_version = "GRPC";')
                .replace('path = "/index.php";', 'path = "/call"; matcher = "0";'))

    @staticmethod
    def rule(index, rule):
        conditions = []
        if rule.host:
            conditions.append(f'{{ field = "host-header"; values = [ "{rule.host}" ]; }}')
        conditions.append(f'{{ field = "path-pattern"; values = [ "{rule.prefix}*" ]; }}')
        return (f"{{ priority = {index + 1}; conditions = ( {', '.join(conditions)} );"
                f' actions = ( {{ type = "forward"; target_group = "{rule.group}"; }} ); }}')


class Haproxy(Proxy):
    name = "haproxy"
    needs = "haproxy"
    globals = defaults = more = ""
    log_to = "stdout"  # a file: one write a line

    def prepare(self):
        configuration = self.write(f"{self.name}.cfg", self.configuration())
        return ["haproxy", "-db", "-f", configuration]

    def configuration(self):
        work = self.workload
        log_global = log_default = ""
        if work.access_log:
            log_global = f"    log {self.log_to} format raw local0\n"
            log_default = "    log global\n    option httplog\n"
        groups = "".join(self.group(name, ports) for name, ports in work.groups.items())
        if work.grpc:
            groups = groups.replace("    option httpchk GET /index.php\n", "").replace(
                "maxconn 10000", "maxconn 10000 proto h2")
        return f"""global
    nbthread 1
    maxconn {max(2000, work.connections + 50)}
{self.globals}{log_global}
defaults
    mode http
    timeout connect 10s
    timeout client 60s
    timeout server 60s
    timeout http-request 60s
    timeout http-keep-alive 600s
    http-reuse always
    option http-keep-alive
    option forwardfor
    retries 2
    option redispatch
{self.defaults}{log_default}
frontend f
    bind 127.0.0.1:{self.port} backlog 8192{self.tls()}
    http-request set-header X-Forwarded-Proto {"https" if work.tls else "http"}
    http-request set-header X-Forwarded-Port {self.port}
    unique-id-format %{{+X}}o\\ %ci:%cp_%fi:%fp_%Ts_%rt:%pid
    http-request set-header X-Amzn-Trace-Id %[unique-id]
{self.routing()}    default_backend {work.default_group}

{groups}{self.more}"""

    def tls(self):
        protocols = "h2,http/1.1" if self.workload.streams else "http/1.1"
        return f" ssl crt {self.certificate()[2]} alpn {protocols}" if self.workload.tls else ""

    def routing(self):
        work = self.workload
        if len(work.rules) < 20:
            return "".join(f"    use_backend {rule.group} if {{ path_beg {rule.prefix} }}\n"
                           for rule in work.rules)
        lines = "".join(f"{rule.host or ''}{rule.prefix} {rule.group}\n" for rule in work.rules)
        rules_map = self.write("rules.map", lines)
        key = "base" if work.rules[0].host else "path"
        return f"    use_backend %[{key},map_beg({rules_map},{work.default_group})]\n"

    @staticmethod
    def group(name, ports):
        servers = "".join(f"    server s{port} 127.0.0.1:{port} check inter 10s maxconn 10000\n"
                          for port in ports)
        return f"""backend {name}
    balance roundrobin
    option httpchk GET /index.php
{servers}
"""


class HaproxyRing(Haproxy):
    """Log lines go through a ring in memory to a reader on the other core, many in a write."""

    name = "haproxy ring"
    log_to = "ring@access"

    def prepare(self):
        listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.read_lines, args=(listener,), daemon=True).start()
        self.more = f"""ring access
    format raw
    maxlen 1200
    size 1048576
    timeout connect 5s
    timeout server 10s
    server reader 127.0.0.1:{listener.getsockname()[1]}
"""
        return super().prepare()

    def read_lines(self, listener):
        connection, _ = listener.accept()
        with listener, connection, open(self.access_log, "wb") as file:
            while lines := connection.recv(1 << 18):
                file.write(lines)


class HaproxySplicing(Haproxy):
    name = "haproxy splice"
    globals = "    tune.pipesize 262144\n    maxpipes 1000\n"
    defaults = "    option splice-auto\n"


class HaproxyBuffers(Haproxy):
    name = "haproxy 64k"
    globals = "    tune.bufsize 65536\n"


# What it sets for proxy_pass, in the words of the other module.
GRPC_PASS = ("grpc_set_header Host $host; grpc_set_header X-Forwarded-For $proxy_add_x_forwarded_for; "
             "grpc_set_header X-Forwarded-Proto $scheme; grpc_set_header X-Forwarded-Port $server_port; "
             "grpc_set_header X-Amzn-Trace-Id \"Root=$request_id\"; grpc_next_upstream error timeout;")


class Nginx(Proxy):
    name = "nginx"
    needs = "nginx"
    buffers = ""

    def prepare(self):
        configuration = self.write(f"{self.name}.conf", self.configuration())
        return ["nginx", "-p", self.folder, "-e", "stderr", "-c", configuration]

    def configuration(self):
        work = self.workload
        log = "access_log off;"
        if work.access_log:
            log = (f"log_format timed '$remote_addr [$time_iso8601] \"$request\" $status "
                   f"$body_bytes_sent $request_time $upstream_addr $upstream_response_time "
                   f"\"$http_user_agent\" $request_id';\n"
                   f"    access_log {self.access_log} timed buffer=64k flush=1s;")
        groups = "".join(self.group(name, ports) for name, ports in work.groups.items())
        return f"""daemon off;
worker_processes 1;
pid {self.folder}/nginx.pid;
error_log stderr error;
worker_rlimit_nofile 20000;
events {{ worker_connections 19000; multi_accept on; use epoll; }}
http {{
    {log}
    sendfile on; tcp_nodelay on;
    keepalive_requests 1000000000; keepalive_timeout 600s;
    client_body_temp_path {self.folder}/nginx.body; proxy_temp_path {self.folder}/nginx.proxy;
    fastcgi_temp_path {self.folder}/nginx.f; uwsgi_temp_path {self.folder}/nginx.u;
    scgi_temp_path {self.folder}/nginx.s;
    client_body_buffer_size 64k; server_names_hash_max_size 8192;
    proxy_http_version 1.1; proxy_set_header Connection "";
    proxy_set_header Host {"$host" if work.streams else "$http_host"};
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-Port $server_port;
    proxy_set_header X-Amzn-Trace-Id "Root=$request_id";
    {self.tls()}{self.buffers} proxy_max_temp_file_size 0;
    proxy_connect_timeout 10s; proxy_read_timeout 60s; proxy_next_upstream error timeout;
{groups}{self.servers()}}}
"""

    def tls(self):
        """A cache of sessions, as is usual; tickets are on unless they are turned off."""
        if not self.workload.tls:
            return ""
        chain, key, _ = self.certificate()
        return (f"ssl_certificate {chain}; ssl_certificate_key {key}; ssl_protocols TLSv1.2 "
                "TLSv1.3; ssl_prefer_server_ciphers on; ssl_session_cache shared:s:10m;\n    ")

    @staticmethod
    def group(name, ports):
        servers = " ".join(f"server 127.0.0.1:{port};" for port in ports)
        return (f"    upstream {name} {{ {servers} keepalive 256; "
                f"keepalive_requests 1000000000; keepalive_timeout 600s; }}\n")

    def servers(self):
        by_host = {}
        for rule in self.workload.rules:
            by_host.setdefault(rule.host, []).append(rule)
        if None not in by_host:
            by_host[None] = []
        return "".join(self.server(host, rules) for host, rules in by_host.items())

    def server(self, host, rules):
        listen = f"listen 127.0.0.1:{self.port}"
        named = f"server_name {host};"
        if host is None:
            listen, named = f"{listen} default_server backlog=8192 reuseport", ""
        if self.workload.tls:
            listen += " ssl http2" if self.workload.streams else " ssl"
        places = "".join(f"        location {rule.prefix} {{ proxy_pass http://{rule.group}; }}\n"
                         for rule in rules)
        forward = f"proxy_pass http://{self.workload.default_group};"
        if self.workload.grpc:
            forward = GRPC_PASS + f" grpc_pass grpc://{self.workload.default_group};"
        return f"""    server {{
        {listen}; {named}
{places}        location / {{ {forward} }}
    }}
"""


class NginxUnbuffered(Nginx):
    name = "nginx unbuffered"
    buffers = "proxy_buffering off; proxy_buffer_size 64k; proxy_buffers 8 64k;"


class NginxBuffers(Nginx):
    name = "nginx 64k"
    buffers = ("proxy_buffer_size 64k; proxy_buffers 16 64k; proxy_busy_buffers_size 256k; "
               "output_buffers 4 256k;")
