#!/usr/bin/env python3
"""A handler that keeps what it is told, and does what tests want; the same as probe.php."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "python"))

from torrent_ws_handler import Handler, Refusal


class Probe(Handler):
    def __init__(self):
        self.told = {}  # by session

    def note(self, conn, what):
        self.told.setdefault(conn.session, []).append(what)

    def on_open(self, conn):
        self.note(conn, f"open {conn.user} {conn.role} {conn.address}")

    def on_close(self, conn):
        self.note(conn, "close")

    def on_error(self, conn, error):
        self.note(conn, f"error {error.uri if isinstance(error, Refusal) else error}")
        if str(error) == "twice":
            raise error

    def on_subscribe(self, conn, topic):
        last = topic.name.split(".")[-1]
        self.note(conn, f"subscribe {last}")
        if last == "refused":
            raise Refusal("not for you", "com.example.error.no")
        if last == "failing":
            raise ValueError("secret")
        if last == "closing":
            conn.close("go")
        if last == "early":
            conn.accept()
            topic.broadcast("late")

    def on_unsubscribe(self, conn, topic):
        self.note(conn, f"unsubscribe {topic.name.split('.')[-1]}")

    def on_publish(self, conn, topic, args, kwargs, options):
        last = topic.name.split(".")[-1]
        self.note(conn, f"publish {last} {json.dumps(args[0] if args else kwargs, separators=(',', ':'))}")
        if last == "refused":
            raise Refusal("not that", "com.example.error.no")
        if last == "own":
            topic.broadcast(f"own {args[0]}")
        elif last == "one":
            for one in topic:
                one.event(topic, f"to {one.session} of {len(topic)}")
        elif last == "user":
            topic.to_user(args[0], "for you")
        else:
            return True

    def on_call(self, conn, procedure, args, kwargs):
        last = procedure.split(".")[-1]
        if last == "told":
            return self.told.get(args[0] if args else conn.session, [])
        if last == "add":
            return sum(args)
        if last == "kwargs":
            return [*args, kwargs]
        if last == "error":
            raise Refusal("no", "com.example.error.no")
        if last == "failing":
            raise ValueError(args[0] if args else "secret")
        if last == "garbled":
            raise Refusal("not \ud800 that", "com.example.error.no")
        if last == "child":
            return subprocess.run(["head", "-c", "4"], stdout=subprocess.PIPE).stdout.decode() or None
        if last == "who":
            return [conn.user, conn.role]
        if last == "pid":
            return os.getpid()
        if last == "hang":
            time.sleep(1000)
        if last == "foreign":
            self.topic("com.example.foreign").broadcast("never")
            return True
        return super().on_call(conn, procedure, args, kwargs)


Probe().run()
