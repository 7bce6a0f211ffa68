"""The site's own code behind topics and procedures of mod_torrent_ws (TorrentWsHandler).

Derive from Handler, and call run() (docs/handlers.md); the same program is a worker of a job queue with run_zmq().
Python 3.8 or later, the standard library alone; run_zmq() needs pyzmq.
"""

import json
import os
import socket
import struct
import traceback


class Refusal(Exception):
    """What the client is told: an error with this URI and message."""

    def __init__(self, message, uri="wamp.error.not_authorized"):
        super().__init__(message)
        self.uri = uri


class Connection:
    """One client. The same object from on_open to on_close, so that it may carry what the site knows of it.

    session, user (the user id; empty: nobody has signed in), role (anonymous, user or admin), address.
    """

    def __init__(self, channel, who):
        self._channel = channel
        self._job = None
        self.session = who["session"]
        self.address = who["address"]

    def event(self, topic, *args, **kwargs):
        """Sends an event to this connection alone, if it is subscribed to the topic."""
        Topic(self._channel, str(topic)).publish(args, kwargs, {"eligible": [self.session]})

    def close(self, reason=""):
        """Ends the connection, if it is subscribed to one of the handler's topics or waits for it. A worker of a queue can
        do so until it has answered, with accept() too."""
        self._channel.send({"type": "close", "session": self.session, "reason": reason, **self._of_job()})

    def accept(self):
        """Of on_subscribe: the client is subscribed from now on, while the method goes on."""
        self._answer({})

    def _begin(self, who, job):
        # Who was nobody may have signed in since.
        self.user = who["user"]
        self.role = who["role"]
        self._job = job

    def _answer(self, header, *body):
        # What is answered already, or no job, is not.
        self._end({"type": "result", **header}, body)

    def _refuse(self, uri, message):
        self._end({"type": "error", "error": uri, "message": message}, ())

    def _end(self, header, body):
        if self._job is not None:
            self._channel.send({**header, **self._of_job()}, list(body) or None)
            self._job = None

    def _of_job(self):
        return {name: self._job[name] for name in ("id", "attempt")} if self._job is not None else {}


class Topic:
    """A topic. Its connections, over which it iterates, are those that subscribed at this process.

    match: exact; or prefix or wildcard: it is no topic but a pattern of many.
    """

    def __init__(self, channel, name, match="exact"):
        self._channel = channel
        self._subscribers = {}
        self.name = name
        self.match = match

    def __str__(self):
        return self.name

    def __iter__(self):
        return iter(list(self._subscribers.values()))

    def __len__(self):
        return len(self._subscribers)

    def __bool__(self):
        return True

    def broadcast(self, *args, **kwargs):
        self.publish(args, kwargs)

    def to_user(self, user, *args, **kwargs):
        """To one user, wherever that user is connected."""
        self.publish(args, kwargs, {"eligible_authid": [user]})

    def publish(self, args=(), kwargs=None, options=None):
        """With the options of WAMP's PUBLISH: exclude, eligible, exclude_authid, eligible_authid, …, retain."""
        publication = {"topic": self.name, "args": list(args), "kwargs": kwargs or {}, "options": options or {}}
        self._channel.send({"type": "publish"}, publication)


class Handler:
    # Whether clients may subscribe to patterns, which on_subscribe() sees by topic.match: its name is then no topic's but,
    # say, the beginning of many.
    takes_patterns = False

    def on_open(self, conn):
        """Somebody has connected; or was there when this program began."""

    def on_close(self, conn):
        """A connection has ended, with all its subscriptions."""

    def on_error(self, conn, error):
        """A method of this class failed for this connection, or the server had to refuse it something."""

    def on_subscribe(self, conn, topic):
        """May raise Refusal. conn.accept() lets it subscribe before the method ends."""

    def on_unsubscribe(self, conn, topic):
        pass

    def on_publish(self, conn, topic, args, kwargs, options):
        """May raise Refusal. True: the server publishes it as it came. Else nothing is published but what this method
        says itself, with topic.broadcast()."""
        return True

    def on_call(self, conn, procedure, args, kwargs):
        """Returns the result. May raise Refusal."""
        raise Refusal(f"no procedure {procedure}", "wamp.error.no_such_procedure")

    def run(self):
        """Serves as a process of TorrentWsHandler's, until the server ends it."""
        self._serve(_SocketChannel())

    def run_zmq(self, jobs, results, curve=None):
        """Serves as a worker of a queue, from anywhere: `jobs` is the address of TorrentWsHandler, `results` that of
        TorrentWsZmqBind. With TorrentWsZmqCurve, `curve` are the server's public key, and one's own public and secret
        ones."""
        self._serve(_ZmqChannel(jobs, results, curve))

    def topic(self, name):
        """The topic of this name, to publish to."""
        return self._find(name, "exact")

    def _find(self, name, match):
        return self._topics.get((match, name)) or Topic(self._channel, name, match)

    def _serve(self, channel):
        self._channel = channel
        self._connections = {}  # by session
        self._topics = {}  # those with subscribers, by match and name
        for header, body in channel.frames():
            if header["type"] == "configure":
                channel.send({"type": "ready", "protocol": 1, "pid": os.getpid(), "events": self._events()})
            elif header["type"] in ("job", "event"):
                self._handle(header, body)

    def _events(self):
        # Those that are not overridden need not be asked for.
        optional = {"publish": "on_publish", "call": "on_call", "error": "on_error"}
        overridden = [name for name, method in optional.items() if getattr(type(self), method) is not getattr(Handler, method)]
        return ["open", "close", "subscribe", "unsubscribe", *overridden]

    def _handle(self, header, body):
        conn = self._connections.get(body["session"]) or Connection(self._channel, body)
        conn._begin(body, header if header["type"] == "job" else None)
        try:
            conn._answer(*self._dispatch(header["name"], conn, body))
        except Refusal as refusal:
            conn._refuse(str(refusal.uri), str(refusal))
        except Exception as error:  # whatever the site's code does wrong
            traceback.print_exc()
            conn._refuse("torrent_ws.error.handler_failed", "the site's code failed")
            self._tell_error(conn, error)

    def _tell_error(self, conn, error):
        # What fails there is not told again.
        try:
            self.on_error(conn, error)
        except Exception:
            traceback.print_exc()

    def _dispatch(self, name, conn, body):
        # What the server is answered: header members, args, kwargs.
        topic = self._find(body["topic"], body.get("match", "exact")) if "topic" in body else None
        if topic and topic.match != "exact" and not self.takes_patterns:
            raise Refusal("subscribe to topics, not to patterns", "wamp.error.option_not_allowed")
        if name == "open":
            self._connections[conn.session] = conn
            self.on_open(conn)
        elif name == "close":
            self._connections.pop(conn.session, None)
            for left in list(self._topics.values()):
                self._remove(conn, left)
            self.on_close(conn)
        elif name == "error":
            self._tell_error(conn, Refusal(body["message"], body["error"]))
        elif name == "subscribe":
            self.on_subscribe(conn, topic)
            topic._subscribers[conn.session] = conn
            self._topics[topic.match, topic.name] = topic
        elif name == "unsubscribe":
            self._remove(conn, topic)
            self.on_unsubscribe(conn, topic)
        elif name == "publish":
            return ({"publish": self.on_publish(conn, topic, body["args"], body["kwargs"], body["options"]) is True},)
        elif name == "call":
            return ({}, [self.on_call(conn, body["procedure"], body["args"], body["kwargs"])])
        return ({},)

    def _remove(self, conn, topic):
        topic._subscribers.pop(conn.session, None)
        if len(topic) == 0:
            self._topics.pop((topic.match, topic.name), None)


def _encode(value):
    return b"" if value is None else json.dumps(value, ensure_ascii=False, allow_nan=False).encode()


def _encode_header(header):
    # Its messages are for people, and may come from anywhere: half a character becomes a question mark.
    return json.dumps(header, ensure_ascii=False).encode(errors="replace")


def _decode(header, body):
    return json.loads(header), json.loads(body) if body else {}


class _SocketChannel:
    """The stream socket that is descriptor 0 at first, and frames of the worker protocol (docs/worker-protocol.md)."""

    def __init__(self):
        self._socket = socket.socket(fileno=os.dup(0))
        # Programs that the site's code starts read from descriptor 0.
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)

    def send(self, header, body=None):
        header, body = _encode_header(header), _encode(body)
        self._socket.sendall(struct.pack("!II", len(header), len(body)) + header + body)

    def frames(self):
        with self._socket.makefile("rb") as stream:
            while len(lengths := stream.read(8)) == 8:
                header, body = struct.unpack("!II", lengths)
                yield _decode(stream.read(header), stream.read(body))


class _ZmqChannel:
    """Jobs come from the server's PUSH socket, results go to its PULL socket."""

    def __init__(self, jobs, results, curve):
        import zmq

        def connected(kind, address):
            connecting = zmq.Context.instance().socket(kind)
            if kind == zmq.PULL:
                connecting.rcvhwm = 1  # jobs that wait are anybody's
            if curve:
                keys = (key.encode() for key in curve)
                connecting.curve_serverkey, connecting.curve_publickey, connecting.curve_secretkey = keys
            connecting.connect(address)
            return connecting

        self._jobs = connected(zmq.PULL, jobs)
        self._results = connected(zmq.PUSH, results)

    def send(self, header, body=None):
        # What is published is no result of a job, but like any other message to this address.
        if header["type"] == "publish":
            self._results.send(_encode(body))
            return
        if "id" not in header:
            raise RuntimeError(f"a worker of a queue says this before it has answered, not later: {header['type']}")
        self._results.send_multipart([_encode_header(header), _encode(body)])

    def frames(self):
        while True:
            yield _decode(*self._jobs.recv_multipart())
