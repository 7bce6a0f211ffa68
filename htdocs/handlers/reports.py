#!/usr/bin/env python3
"""The same as reports.php, in Python: workers of both may serve one queue."""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "python"))

from torrent_ws_handler import Handler, Refusal


class Reports(Handler):
    def on_subscribe(self, conn, topic):
        if topic.name == "com.example.reports.secret" and conn.role != "admin":
            raise Refusal("this report is for administrators")
        conn.accept()  # the page need not wait for the report to be subscribed
        conn.event(topic, {"report": self.report(topic.name), "for": conn.user})

    def on_call(self, conn, procedure, args, kwargs):
        return self.report(procedure)

    def report(self, name):
        time.sleep(0.1)  # a database, a command line, an ssh …
        return f"{name} is done"


keys = Path(sys.argv[3]).read_text().split() if len(sys.argv) > 3 else None
Reports().run_zmq(sys.argv[1], sys.argv[2], keys)
