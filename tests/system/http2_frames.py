# SPDX-License-Identifier: Apache-2.0
"""http2_frames.py PORT WHICH: HTTP/2 clients that say what they should not, frame by frame. The
tables below say what each sends and what must come of it: WHICH is rules (RFC 9113, by section),
answers (of odd_app) or attacks (with the limits of http2.sh). Prints each row that came otherwise; 1 if there was one.
http2_frames.py PORT load SECONDS: well-behaved clients instead, and what they lost."""
import socket
import ssl
import struct
import sys
import threading
import time

import hpack

PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 0
DATA, HEADERS, PRIORITY, RST, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = range(10)
END_STREAM, ACK, END_HEADERS, PADDED, PRIORITIZED = 0x1, 0x1, 0x4, 0x8, 0x20
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
ERRORS = ("NO_ERROR PROTOCOL_ERROR INTERNAL_ERROR FLOW_CONTROL_ERROR SETTINGS_TIMEOUT STREAM_CLOSED "
          "FRAME_SIZE_ERROR REFUSED_STREAM CANCEL COMPRESSION_ERROR CONNECT_ERROR ENHANCE_YOUR_CALM "
          "INADEQUATE_SECURITY HTTP_1_1_REQUIRED").split()


def frame(kind, flags=0, stream=0, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def block(fields):
    """Literals without indexing: rows do not depend on one another."""
    encoder = hpack.Encoder()
    return encoder.encode([hpack.NeverIndexedHeaderTuple(name, value) for name, value in fields], huffman=False)


GET = [(":method", "GET"), (":scheme", "https"), (":authority", "one.test"), (":path", "/x")]
POST = [(":method", "POST"), (":scheme", "https"), (":authority", "one.test"), (":path", "/x")]


def without(fields, name):
    return [field for field in fields if field[0] != name]


def having(fields, name, value):
    return [(n, value if n == name else v) for n, v in fields]


def headers(fields, stream=1, flags=END_STREAM | END_HEADERS):
    return frame(HEADERS, flags, stream, block(fields))


def open_headers(fields, stream=1):
    return headers(fields, stream, END_HEADERS)


def data(payload, stream=1, flags=END_STREAM):
    return frame(DATA, flags, stream, payload)


def settings(*pairs):
    return frame(SETTINGS, 0, 0, b"".join(struct.pack(">HI", *pair) for pair in pairs))


def window(increment, stream=0):
    return frame(WINDOW, 0, stream, struct.pack(">I", increment))


class Client:
    def __init__(self, preface=PREFACE + frame(SETTINGS)):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_alpn_protocols(["h2"])
        raw = socket.create_connection(("127.0.0.1", PORT))
        raw.settimeout(15)
        self.tls = context.wrap_socket(raw, server_hostname="one.test")
        assert self.tls.selected_alpn_protocol() == "h2"
        self.decoder = hpack.Decoder()
        self.buffer, self.ended = b"", False
        self.bodies, self.heads, self.events = {}, {}, []
        self.send(preface)

    def send(self, sent):
        try:
            self.tls.sendall(sent)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            pass  # reading tells

    def read(self, length):
        while len(self.buffer) < length and not self.ended:
            try:
                got = self.tls.recv(65536)
            except (ConnectionResetError, ssl.SSLError):
                got = b""
            self.ended = not got
            self.buffer += got
        if len(self.buffer) < length:
            return None
        got, self.buffer = self.buffer[:length], self.buffer[length:]
        return got

    def next(self):
        """The next event as words; None at the end."""
        head = self.read(9)
        if head is None:
            return None
        length, kind, flags = int.from_bytes(head[:3], "big"), head[3], head[4]
        stream = int.from_bytes(head[5:], "big")
        payload = self.read(length)
        if payload is None:
            return None
        event = self.event(kind, flags, stream, payload)
        self.events.append(event)
        return event

    def event(self, kind, flags, stream, payload):
        if kind == HEADERS:
            fields = self.decoder.decode(payload)
            self.heads.setdefault(stream, []).append(dict(fields))
            end = " end" if flags & END_STREAM else ""
            return f"status {dict(fields).get(':status', 'none')} on {stream}{end}"
        if kind == DATA:
            self.bodies[stream] = self.bodies.get(stream, b"") + payload
            return f"data on {stream}" + (" end" if flags & END_STREAM else "")
        if kind == RST:
            return f"rst {ERRORS[int.from_bytes(payload, 'big')]} on {stream}"
        if kind == GOAWAY:
            return f"goaway {ERRORS[int.from_bytes(payload[4:8], 'big')]}"
        if kind == PING:
            return f"ping {'ack ' if flags & ACK else ''}{payload.decode('latin1')}"
        return f"frame {kind} on {stream}"

    def until(self, *wanted):
        """Whether one of the events comes, told by how it begins."""
        while (event := self.next()) is not None:
            if event.startswith(wanted):
                return True
        return False

    def request(self, stream, fields=None):
        """Whether an ordinary one is answered well."""
        self.send(headers(fields or GET, stream))
        return self.until(f"status 200 on {stream}")

    def close(self):
        self.tls.close()


def is_alive(client):
    return client.request(101)


def body_has(stream, text, unwanted="\0"):
    return lambda client: (client.until(f"data on {stream} end") and
                           text in client.bodies[stream].decode("latin1") and
                           unwanted not in client.bodies[stream].decode("latin1"))


def body_lacks(stream, text):
    return lambda client: (client.until(f"data on {stream} end") and
                           text not in client.bodies[stream].decode("latin1"))


def whole(fields, *more):
    return [headers(fields + list(more))]


# section, what is sent, what must come: the beginning of an event (or several, of which one), or a
# question to the client.
REFUSED = ("rst PROTOCOL_ERROR on 1", "status 400 on 1")
RULES = [
    ("3.4 a first frame that is not SETTINGS", None, "goaway PROTOCOL_ERROR"),
    ("4.1 an unknown frame", [frame(0x40, 0xff, 0, b"x"), frame(0x41, 0, 77)], is_alive),
    ("4.2 a frame over 16384", [frame(PING, 0, 0, b"x" * 16385)], "goaway FRAME_SIZE_ERROR"),
    ("4.3 an index that is not there", [frame(HEADERS, 5, 1, b"\xff\xff\x03")], "goaway COMPRESSION_ERROR"),
    ("4.3 a table over the limit", [frame(HEADERS, 5, 1, b"\x3f\xe1\xff\x03" + block(GET))], "goaway COMPRESSION_ERROR"),
    ("4.3 a block that ends within", [frame(HEADERS, 5, 1, block(GET)[:-2])], "goaway COMPRESSION_ERROR"),
    ("5.1 DATA on an idle stream", [data(b"x", 9)], "goaway PROTOCOL_ERROR"),
    ("5.1 RST_STREAM on an idle stream", [frame(RST, 0, 9, b"\0\0\0\x08")], "goaway PROTOCOL_ERROR"),
    ("5.1 WINDOW_UPDATE on an idle stream", [window(1, 9)], "goaway PROTOCOL_ERROR"),
    ("5.1 DATA behind END_STREAM", [headers(GET), data(b"x")], ("goaway STREAM_CLOSED", "rst STREAM_CLOSED on 1")),
    ("5.1 HEADERS behind END_STREAM", [headers(GET), headers(GET)], ("goaway STREAM_CLOSED", "rst STREAM_CLOSED on 1", "goaway PROTOCOL_ERROR")),
    ("5.1 DATA on a closed stream", [headers(GET), "data on 1 end", data(b"x")], "goaway STREAM_CLOSED"),
    ("5.1 HEADERS on a closed stream", [headers(GET), "data on 1 end", headers(GET)], "goaway STREAM_CLOSED"),
    ("5.1 DATA behind a RST_STREAM of the client", [open_headers(POST), frame(RST, 0, 1, b"\0\0\0\x08"), data(b"x")], "goaway STREAM_CLOSED"),
    ("5.1 WINDOW_UPDATE on a closed stream", [headers(GET), "data on 1 end", window(1, 1)], is_alive),
    ("5.1 RST_STREAM on a closed stream", [headers(GET), "data on 1 end", frame(RST, 0, 1, b"\0\0\0\x08")], is_alive),
    ("5.1.1 an even stream", [headers(GET, 2)], "goaway PROTOCOL_ERROR"),
    ("5.1.1 a stream below the last", [headers(GET, 5), "data on 5 end", headers(GET, 3)], ("goaway PROTOCOL_ERROR", "goaway STREAM_CLOSED")),
    ("6.1 DATA on stream 0", [data(b"x", 0)], "goaway PROTOCOL_ERROR"),
    ("6.1 more padding than frame", [open_headers(POST), data(b"\x05x", 1, PADDED)], "goaway PROTOCOL_ERROR"),
    ("6.1 padded DATA", [open_headers(POST + [("content-length", "3")]), data(b"\x02abc\0\0", 1, PADDED | END_STREAM)], "status 200 on 1"),
    ("6.2 HEADERS on stream 0", [headers(GET, 0)], "goaway PROTOCOL_ERROR"),
    ("6.2 more padding than frame", [frame(HEADERS, 5 | PADDED, 1, b"\xff" + block(GET))], "goaway PROTOCOL_ERROR"),
    ("6.2 padded and with a priority", [frame(HEADERS, 5 | PADDED | PRIORITIZED, 1, b"\x02\0\0\0\0\x10" + block(GET) + b"\0\0")], "status 200 on 1"),
    ("6.3 PRIORITY of 4 bytes", [frame(PRIORITY, 0, 1, b"\0\0\0\0")], ("goaway FRAME_SIZE_ERROR", "rst FRAME_SIZE_ERROR on 1")),
    ("6.3 PRIORITY on stream 0", [frame(PRIORITY, 0, 0, b"\0\0\0\0\0")], "goaway PROTOCOL_ERROR"),
    ("6.3 PRIORITY of an idle stream", [frame(PRIORITY, 0, 77, b"\0\0\0\x03\0")], is_alive),
    ("6.4 RST_STREAM of 3 bytes", [open_headers(POST), frame(RST, 0, 1, b"\0\0\0")], "goaway FRAME_SIZE_ERROR"),
    ("6.4 RST_STREAM on stream 0", [frame(RST, 0, 0, b"\0\0\0\0")], "goaway PROTOCOL_ERROR"),
    ("6.5 an acknowledgement with bytes", [frame(SETTINGS, ACK, 0, b"\0\0\0\0\0\0")], "goaway FRAME_SIZE_ERROR"),
    ("6.5 SETTINGS on a stream", [frame(SETTINGS, 0, 1)], "goaway PROTOCOL_ERROR"),
    ("6.5 SETTINGS of 5 bytes", [frame(SETTINGS, 0, 0, b"\0\0\0\0\0")], "goaway FRAME_SIZE_ERROR"),
    ("6.5.2 ENABLE_PUSH = 2", [settings((2, 2))], "goaway PROTOCOL_ERROR"),
    ("6.5.2 INITIAL_WINDOW_SIZE = 2^31", [settings((4, 1 << 31))], "goaway FLOW_CONTROL_ERROR"),
    ("6.5.2 MAX_FRAME_SIZE = 100", [settings((5, 100))], "goaway PROTOCOL_ERROR"),
    ("6.5.2 MAX_FRAME_SIZE = 2^24", [settings((5, 1 << 24))], "goaway PROTOCOL_ERROR"),
    ("6.5.2 an unknown setting", [settings((0x7777, 1))], is_alive),
    ("6.5.3 SETTINGS are acknowledged", [settings((3, 1))], "frame 4 on 0"),
    ("6.6 PUSH_PROMISE", [headers(GET), frame(PUSH, 4, 1, b"\0\0\0\2" + block(GET))], "goaway PROTOCOL_ERROR"),
    ("6.7 PING", [frame(PING, 0, 0, b"12345678")], "ping ack 12345678"),
    ("6.7 PING of 7 bytes", [frame(PING, 0, 0, b"1234567")], "goaway FRAME_SIZE_ERROR"),
    ("6.7 PING on a stream", [frame(PING, 0, 1, b"12345678")], "goaway PROTOCOL_ERROR"),
    ("6.8 GOAWAY on a stream", [frame(GOAWAY, 0, 1, b"\0" * 8)], "goaway PROTOCOL_ERROR"),
    ("6.9 WINDOW_UPDATE of 0", [window(0)], "goaway PROTOCOL_ERROR"),
    ("6.9 WINDOW_UPDATE of 0 on a stream", [open_headers(POST), window(0, 1)], ("rst PROTOCOL_ERROR on 1", "goaway PROTOCOL_ERROR")),
    ("6.9 WINDOW_UPDATE of 3 bytes", [frame(WINDOW, 0, 0, b"\0\0\1")], "goaway FRAME_SIZE_ERROR"),
    ("6.9.1 a window over 2^31-1", [window(0x7fffffff)], "goaway FLOW_CONTROL_ERROR"),
    ("6.9.1 a stream's window over 2^31-1", [open_headers(POST), window(0x7fffffff, 1)], "rst FLOW_CONTROL_ERROR on 1"),
    ("6.9.2 a window made smaller by SETTINGS", [settings((4, 10)), headers(GET), "data on 1", window(100000, 1)], "data on 1 end"),
    ("6.10 CONTINUATION", [frame(HEADERS, END_STREAM, 1, block(GET)[:3]), frame(CONTINUATION, 0, 1, block(GET)[3:7]), frame(CONTINUATION, 4, 1, block(GET)[7:])], "status 200 on 1"),
    ("6.10 CONTINUATION of nothing", [frame(CONTINUATION, 4, 1, block(GET))], "goaway PROTOCOL_ERROR"),
    ("6.10 a frame within a head", [frame(HEADERS, END_STREAM, 1, block(GET)), frame(PING, 0, 0, b"12345678")], "goaway PROTOCOL_ERROR"),
    ("6.10 CONTINUATION of another stream", [frame(HEADERS, END_STREAM, 1, block(GET)), frame(CONTINUATION, 4, 3, b"")], "goaway PROTOCOL_ERROR"),
    ("8.1 trailers", [open_headers(POST + [("content-length", "3")]), data(b"abc", 1, 0), headers([("x-trailer", "late")])], "status 200 on 1"),
    ("8.1 trailers that do not end the stream", [open_headers(POST + [("content-length", "3")]), data(b"abc", 1, 0), open_headers([("x-trailer", "late")])], ("rst PROTOCOL_ERROR on 1", "goaway PROTOCOL_ERROR")),
    ("8.1 trailers with a pseudo-field", [open_headers(POST + [("content-length", "3")]), data(b"abc", 1, 0), headers([(":path", "/y")])], "rst PROTOCOL_ERROR on 1"),
    ("8.1.1 fewer bytes than counted", [open_headers(POST + [("content-length", "5")]), data(b"abc")], "rst PROTOCOL_ERROR on 1"),
    ("8.1.1 more bytes than counted", [open_headers(POST + [("content-length", "2")]), data(b"abc")], "rst PROTOCOL_ERROR on 1"),
    ("8.1.1 counted, and no body", whole(POST, ("content-length", "5")), REFUSED),
    ("8.1.1 a length of 0, and a body", [open_headers(POST + [("content-length", "0")]), data(b"abc")], "rst PROTOCOL_ERROR on 1"),
    ("8.1.1 a length of 0, and the end later", [open_headers(POST + [("content-length", "0")]), data(b"")], "status 200 on 1"),
    ("8.1.1 lengths that differ", [open_headers(POST + [("content-length", "3"), ("content-length", "4")]), data(b"abc")], REFUSED),
    ("8.1.1 a length that is no number", [open_headers(POST + [("content-length", "+3")]), data(b"abc")], REFUSED),
    ("8.2 upper case", whole(GET, ("X-Upper", "1")), REFUSED),
    ("8.2 an empty name", whole(GET, ("", "1")), REFUSED),
    ("8.2 a blank in a name", whole(GET, ("x y", "1")), REFUSED),
    ("8.2 a colon in a name", whole(GET, ("x:y", "1")), REFUSED),
    ("8.2 NUL in a value", whole(GET, ("x", "a\0b")), REFUSED),
    ("8.2 CR in a value", whole(GET, ("x", "a\rb")), REFUSED),
    ("8.2 LF in a value", whole(GET, ("x", "a\nb")), REFUSED),
    ("8.2 a blank before a value", whole(GET, ("x", " a")), REFUSED),
    ("8.2 a blank behind a value", whole(GET, ("x", "a ")), REFUSED),
    ("8.2 a tab before a value", whole(GET, ("x", "\ta")), REFUSED),
    ("8.2 an empty value", whole(GET, ("x", "")), "status 200 on 1"),
    ("8.2.2 connection", whole(GET, ("connection", "x")), REFUSED),
    ("8.2.2 keep-alive", whole(GET, ("keep-alive", "1")), REFUSED),
    ("8.2.2 proxy-connection", whole(GET, ("proxy-connection", "x")), REFUSED),
    ("8.2.2 transfer-encoding", whole(GET, ("transfer-encoding", "chunked")), REFUSED),
    ("8.2.2 upgrade", whole(GET, ("upgrade", "h2c")), REFUSED),
    ("8.2.2 te: gzip", whole(GET, ("te", "gzip")), REFUSED),
    ("8.2.2 te: trailers", whole(GET, ("te", "trailers")), "status 200 on 1"),
    ("8.2.2 http2-settings is not passed on", whole(GET, ("http2-settings", "AAMAAABk")), body_lacks(1, "http2-settings")),
    ("8.2.3 crumbs are one cookie", whole(GET, ("cookie", "a=1"), ("x", "y"), ("cookie", "b=2"), ("cookie", "c=3")), body_has(1, "cookie: a=1; b=2; c=3\n")),
    ("8.3 an unknown pseudo-field", whole(GET, (":x", "1")), REFUSED),
    ("8.3 :status of a client", whole(GET, (":status", "200")), REFUSED),
    ("8.3 :protocol", whole(GET, (":protocol", "websocket")), REFUSED),
    ("8.3 a pseudo-field behind a field", [headers([("x", "y")] + GET)], REFUSED),
    ("8.3 :path twice", whole(GET, (":path", "/y")), REFUSED),
    ("8.3.1 no :method", [headers(without(GET, ":method"))], REFUSED),
    ("8.3.1 no :scheme", [headers(without(GET, ":scheme"))], REFUSED),
    ("8.3.1 no :path", [headers(without(GET, ":path"))], REFUSED),
    ("8.3.1 an empty :path", [headers(having(GET, ":path", ""))], REFUSED),
    ("8.3.1 :path without a slash", [headers(having(GET, ":path", "x"))], REFUSED),
    ("8.3.1 :path with a fragment", [headers(having(GET, ":path", "/x#y"))], REFUSED),
    ("8.3.1 :path with a blank", [headers(having(GET, ":path", "/x HTTP/1.1"))], REFUSED),
    ("8.3.1 :path with CR and LF", [headers(having(GET, ":path", "/x\r\nx: y"))], REFUSED),
    ("8.3.1 GET *", [headers(having(GET, ":path", "*"))], REFUSED),
    ("8.3.1 another scheme", [headers(having(GET, ":scheme", "ftp"))], REFUSED),
    ("8.3.1 a method with a blank", [headers(having(GET, ":method", "GET /y"))], REFUSED),
    ("8.3.1 an empty method", [headers(having(GET, ":method", ""))], REFUSED),
    ("8.3.1 userinfo", [headers(having(GET, ":authority", "user@one.test"))], REFUSED),
    ("8.3.1 a path in :authority", [headers(having(GET, ":authority", "one.test/x"))], REFUSED),
    ("8.3.1 two hosts in :authority", [headers(having(GET, ":authority", "one.test,two.test"))], REFUSED),
    ("8.3.1 an empty :authority", [headers(having(GET, ":authority", ""))], REFUSED),
    ("8.3.1 neither :authority nor Host", [headers(without(GET, ":authority"))], REFUSED),
    ("8.3.1 Host alone", whole(without(GET, ":authority"), ("host", "two.test")), body_has(1, "Host: two.test\n")),
    ("8.3.1 Host as :authority", whole(GET, ("host", "One.test")), body_has(1, "Host: one.test\n")),
    ("8.3.1 another Host", whole(GET, ("host", "two.test")), REFUSED),
    ("8.3.1 two Hosts", whole(without(GET, ":authority"), ("host", "one.test"), ("host", "one.test")), REFUSED),
    ("8.5 CONNECT", [open_headers([(":method", "CONNECT"), (":authority", "one.test:443")])], "status 405 on 1"),
    ("9110 9.3.8 TRACE", [headers(having(GET, ":method", "TRACE"))], "status 405 on 1"),
    ("9110 9.3.2 HEAD", [headers(having(GET, ":method", "HEAD"))], "status 501 on 1 end"),
    ("an underscore twin of a framing field", whole(GET, ("content_length", "5")), body_lacks(1, "content_length")),
    ("desync: suspicious with a body", [open_headers(POST + [("content-length", "3"), ("transfer_encoding", "chunked")]), data(b"abc")], "status 400 on 1"),
]


def resets(count):
    return b"".join(headers(GET, 2 * i + 1) + frame(RST, 0, 2 * i + 1, b"\0\0\0\x08") for i in range(count))


def provoked(count, opened, fault):
    """MadeYouReset: each stream is opened properly, made to be reset, and the next one follows."""
    steps = []
    for stream in range(1, 2 * count, 2):
        steps += [opened(stream) + fault(stream), "rst"]
    return steps


def posts(stream):
    return open_headers(POST, stream)


def counted_posts(stream):
    return open_headers(POST + [("content-length", "5")], stream)


def nothing(stream):
    return b""


def indexed(name, value, times):
    """One entry of the table, and references to it: a byte each."""
    encoder = hpack.Encoder()
    return encoder.encode([(name, value)], huffman=False) + b"\xbe" * times


def bomb(first, flags=END_STREAM):
    return frame(HEADERS, flags | END_HEADERS, 1, block(GET) + first)


CALM = "goaway ENHANCE_YOUR_CALM"
ATTACKS = [
    ("rapid reset", [resets(60)], CALM),
    ("as many resets as the limit", [resets(19), headers(GET, 101)], "status 200 on 101"),
    ("MadeYouReset by windows of 0", provoked(60, posts, lambda i: window(0, i)), (CALM, "goaway PROTOCOL_ERROR")),
    ("MadeYouReset by windows too large", provoked(60, posts, lambda i: window(0x7fffffff, i)), CALM),
    ("MadeYouReset by short bodies", provoked(60, counted_posts, lambda i: data(b"x", i)), CALM),
    ("MadeYouReset by malformed fields", provoked(60, lambda i: headers(GET + [("connection", "x")], i), nothing), CALM),
    ("more streams than the limit", [b"".join(open_headers(POST, 2 * i + 1) for i in range(9))], "rst REFUSED_STREAM on 17"),
    ("endless more streams than the limit", [b"".join(open_headers(POST, 2 * i + 1) for i in range(1000))], CALM),
    ("endless CONTINUATION", [frame(HEADERS, END_STREAM, 1, block(GET))] + [frame(CONTINUATION, 0, 1, b"")] * 100, "END"),
    ("endless CONTINUATION that says something", [frame(HEADERS, END_STREAM, 1, block(GET))] + [frame(CONTINUATION, 0, 1, block([("x", "y")]) * 2000)] * 20, "END"),
    ("a head over the limit", [bomb(indexed("x", "y" * 4000, 20))], "status 431 on 1"),
    ("a bomb of one large field", [bomb(indexed("x", "y" * 4000, 1000))], "rst INTERNAL_ERROR on 1"),
    ("a bomb of empty fields", [bomb(indexed("x", "", 3000))], "status 431 on 1"),
    ("a bomb of more empty fields", [bomb(indexed("x", "", 9000))], "rst INTERNAL_ERROR on 1"),
    ("a bomb of crumbs", [bomb(indexed("cookie", "a", 9000))], "rst INTERNAL_ERROR on 1"),
    ("bombs without end", sum(([frame(HEADERS, END_STREAM, i, block(GET) + indexed("x", "y" * 4000, 9000)) +
                                frame(CONTINUATION, 0, i, b"\xbe" * 16384) * 7 + frame(CONTINUATION, END_HEADERS, i, b""), "rst"]
                               for i in range(1, 80, 2)), []), CALM),
    ("a request behind a bomb", [bomb(indexed("x", "y" * 4000, 1000)), headers(GET, 3)], "status 200 on 3"),
    ("one field more than the limit", [bomb(b"".join(block([(f"x{i}", "y")]) for i in range(65)))], "status 431 on 1"),
    ("as many fields as the limit", [bomb(b"".join(block([(f"x{i}", "y")]) for i in range(64)))], "status 200 on 1"),
    ("a field that is too large", [bomb(block([("x", "y" * 16000)])), headers(GET + [("x", "y" * 16384)], 3, END_STREAM), frame(CONTINUATION, 4, 3)], ("status 431 on 3", "goaway FRAME_SIZE_ERROR")),
    ("a path that is too long", [headers(having(GET, ":path", "/" + "x" * 9000))], "status 414 on 1"),
    ("a bomb of trailers", [open_headers(POST), data(b"x", 1, 0), frame(HEADERS, 5, 1, indexed("x", "y" * 4000, 1000))],
     ("rst ENHANCE_YOUR_CALM on 1", "rst INTERNAL_ERROR on 1")),
    ("a flood of PING", [frame(PING, 0, 0, b"12345678") * 3000], CALM),
    ("a flood of SETTINGS", [settings((3, 100)) * 3000], CALM),
    ("a flood of wide SETTINGS", [frame(SETTINGS, 0, 0, struct.pack(">HI", 3, 100) * 500)], ("goaway ENHANCE_YOUR_CALM", "END")),
    ("a flood of unknown frames", [frame(0x77, 0, 0, b"x") * 3000], CALM),
    ("a flood of PRIORITY", [frame(PRIORITY, 0, 7, b"\0\0\0\x03\0") * 3000], CALM),
    ("a flood of empty DATA", [open_headers(POST) + data(b"", 1, 0) * 3000], CALM),
    ("a flood of padding", [open_headers(POST) + data(b"\x03\0\0\0", 1, PADDED) * 3000], CALM),
    ("a flood of WINDOW_UPDATE", [window(1) * 3000], CALM),
    ("small DATA is no flood", [open_headers(POST + [("content-length", "3000")]) + data(b"x", 1, 0) * 2999 + data(b"x")], "status 200 on 1"),
    ("PING within the limit", [frame(PING, 0, 0, b"12345678") * 300], is_alive),
    ("a head that does not end", [frame(HEADERS, END_STREAM, 1, block(GET))], CALM),
    ("windows of 0", [settings((4, 0)), headers(having(GET, ":path", "/bytes/100000"))], "rst"),
    ("windows of 0, and PING all the time", [settings((4, 0)), headers(having(GET, ":path", "/bytes/100000")), frame(PING, 0, 0, b"12345678")], "rst"),
    ("a body that does not come", [open_headers(POST + [("content-length", "3")])], "status 408 on 1"),
    ("nothing at all", [], "goaway NO_ERROR"),
]


def get(path, *more, method="GET"):
    return [headers(having(having(GET, ":path", path), ":method", method) + list(more))]


def head_is(stream, place, wanted, unwanted=()):
    """Whether the answer, or one before it, has these fields and none of those."""
    def question(client):
        if not client.until(f"data on {stream} end", f"status 304 on {stream} end", f"status 200 on {stream} end",
                            f"status 502 on {stream} end", f"status 464 on {stream} end"):
            return False
        head = client.heads[stream][place]
        return all(head.get(n) == v for n, v in wanted.items()) and not any(n in head for n in unwanted)
    return question


def others_go_on(client):
    """A stream whose client takes nothing, and another one."""
    return client.until("status 200 on 1") and client.request(3) and client.until("data on 3 end")


CUT = ("rst INTERNAL_ERROR on 1",)
ANSWERS = [
    ("cut in a counted body", get("/cut/length"), CUT),
    ("cut between chunks", get("/cut/chunks"), CUT),
    ("cut in a chunk", get("/cut/chunk"), CUT),
    ("cut in the head", get("/cut/head"), "status 502 on 1"),
    ("no answer", get("/cut/all"), "status 502 on 1"),
    ("an unasked switch of protocols", get("/switch"), "status 502 on 1"),
    ("NUL in a value", get("/nul"), "status 502 on 1"),
    ("until the connection's end", get("/close"), "data on 1 end"),
    ("an upload that its target does not read stops nobody",
     [open_headers(having(POST, ":path", "/deaf") + [("content-length", "1000000")]) +
      b"".join(data(b"x" * 16383, 1, 0) for _ in range(4)) + headers(GET, 3)],
     lambda client: client.until("data on 3 end") and "status 200 on 1" not in client.events),
    ("early hints", get("/hints"), head_is(1, 0, {":status": "103", "link": "</a>"})),
    ("behind early hints", get("/hints"), head_is(1, 1, {":status": "200", "content-length": "2"})),
    ("204", get("/none"), "status 204 on 1 end"),
    ("304", get("/same"), head_is(1, 0, {":status": "304", "content-length": "7"})),
    ("HEAD", get("/large", method="HEAD"), ("status 200 on 1 end", "rst")),
    ("chunks", get("/chunks"), head_is(1, 0, {":status": "200", "x-case": "Kept"},
                                       ("transfer-encoding", "connection", "keep-alive", "x-hop", "x-trailer"))),
    ("a login that is a connection's", get("/login"), "rst HTTP_1_1_REQUIRED on 1"),
    ("a stream that takes nothing stops nobody", [window(0x7fff0000), get("/large")[0]], others_go_on),
    ("trailers are no fields", [open_headers(POST + [("content-length", "3"), ("cookie", "a=1"), ("cookie", "b=2")]) +
                                data(b"abc", 1, 0) + headers([("x-trailer", "late"), ("cookie", "c=3")])],
     body_has(1, "cookie: a=1; b=2\r\n", "x-trailer")),
    ("a failure that gRPC understands", [headers(having(POST, ":path", "/cut/head") + [("content-type", "application/grpc+proto")])],
     head_is(1, 0, {":status": "464", "grpc-status": "2", "grpc-message": "unknown", "content-length": "0",
                    "content-type": "application/grpc"})),
    ("an expectation", [open_headers(POST + [("content-length", "3"), ("expect", "100-continue")])], "status 100 on 1"),
    ("another expectation", [open_headers(POST + [("content-length", "3"), ("expect", "200-maybe")])], "status 417 on 1"),
]


def play(sent, wanted):
    """None, or what came instead."""
    client = Client() if sent is not None else Client(PREFACE + frame(PING, 0, 0, b"12345678"))
    steps = [sent] if isinstance(sent, bytes) else sent or []
    for step in steps:
        if isinstance(step, bytes):
            client.send(step)
        elif not client.until(step):
            break
    if callable(wanted):
        is_right = wanted(client)
    elif wanted == "END":
        is_right = not client.until("status 200") and client.ended
    else:
        wanted = (wanted,) if isinstance(wanted, str) else wanted
        is_right = (any(event.startswith(wanted) for event in client.events) or client.until(*wanted) or
                    ("END" in wanted and client.ended))
    client.close()
    return None if is_right else f"{client.events}, {'ended' if client.ended else 'open'}"


def ask_until(end, totals):
    """Requests by eights, on a new connection when the old one says goodbye."""
    while time.monotonic() < end:
        client, first, stays = Client(), 1, True
        client.send(window(0x7fff0000))
        while stays and time.monotonic() < end:
            pending = set(range(first, first + 16, 2))
            first += 16
            client.send(b"".join(headers(GET, stream) for stream in sorted(pending)))
            totals["sent"] += len(pending)
            while pending and (event := client.next()) is not None:
                words = event.split()
                if words[0] == "data" and words[-1] == "end":
                    pending.discard(int(words[2]))
                elif words[0] == "goaway":
                    stays = False
                    totals["goodbyes"] += 1
                elif words[0] == "ping" and words[1:2] != ["ack"]:
                    client.send(frame(PING, ACK, 0, b"\0" * 8))
            totals["lost"] += len(pending)
            stays = stays and not pending
        client.close()


def load(seconds):
    """Prints how many requests were sent and lost, by how many goodbyes."""
    totals = {"sent": 0, "lost": 0, "goodbyes": 0}
    end = time.monotonic() + seconds
    threads = [threading.Thread(target=ask_until, args=(end, totals)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"{totals['sent']} requests, {totals['lost']} lost, {totals['goodbyes']} goodbyes")
    return 1 if totals["lost"] or not totals["goodbyes"] else 0


def main():
    if sys.argv[2] == "load":
        return load(float(sys.argv[3]))
    rows = {"rules": RULES, "answers": ANSWERS, "attacks": ATTACKS}[sys.argv[2]]
    only = sys.argv[3] if len(sys.argv) > 3 else ""
    failures = 0
    for name, sent, wanted in rows:
        if only not in name:
            continue
        begin = time.monotonic()
        try:
            instead = play(sent, wanted)
        except (TimeoutError, OSError) as error:
            instead = repr(error)
        if instead is not None:
            failures += 1
            print(f"{name}: {instead} after {time.monotonic() - begin:.1f} s")
    print(f"{len(rows)} rows, {failures} came otherwise")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
