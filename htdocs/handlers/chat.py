#!/usr/bin/env python3
"""A chat room, as a handler of mod_torrent_ws:

    TorrentWsHandler chat /usr/share/torrent-ws/handlers/chat.py com.example.chat.*
    TorrentWsAllow subscribe,publish,call com.example.chat.*
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "python"))

from torrent_ws_handler import Handler, Refusal

ROOM = "com.example.chat.room"


class Chat(Handler):
    def __init__(self):
        self.names = {}  # who is in the room, by session

    def on_subscribe(self, conn, topic):
        if topic.name == ROOM:
            self.names[conn.session] = f"user {conn.user}"
        elif conn.role != "admin":
            raise Refusal("only administrators listen behind the scenes")

    def on_unsubscribe(self, conn, topic):
        self.names.pop(conn.session, None)

    def on_close(self, conn):
        self.names.pop(conn.session, None)

    def on_publish(self, conn, topic, args, kwargs, options):
        text = args[0].strip() if args and isinstance(args[0], str) else ""
        if not text:
            raise Refusal("say something", "wamp.error.invalid_argument")
        if text == "/quit":
            conn.close("good-bye")
            return
        topic.publish([{"from": f"user {conn.user}", "text": text}], options={"exclude": [conn.session]})

    def on_call(self, conn, procedure, args, kwargs):
        if procedure == "com.example.chat.names":
            return list(self.names.values())
        if procedure == "com.example.chat.whisper":
            user, text = args
            self.topic(ROOM).to_user(user, {"from": f"user {conn.user}", "whispers": text})
            return True
        return super().on_call(conn, procedure, args, kwargs)


Chat().run()
