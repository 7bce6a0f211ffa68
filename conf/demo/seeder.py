#!/usr/bin/python3
"""The demo's hidden peer: seeds generated files to the demo's daemon, all on 127.0.0.1.

seeder.py SETTINGS.json with
    {"peer_port": the port of the demo's daemon,
     "torrents": [{"file": "….torrent", "folder": "…", "rate": bytes per second, "seed": true|false}]}

A torrent whose "seed" is false is downloaded from the daemon, so that the daemon has something to upload.

transmission-daemon takes no peer in 127.0.0.0/8 from a tracker and connects to none, but it lets such
peers in. That is why the peer is libtorrent, which connects out to it.
"""

import json
import sys
import time

import libtorrent

SESSION = {
    "listen_interfaces": "127.0.0.1:0",
    # transmission-daemon takes one handshake at a time from an address: so each connection has its own.
    "outgoing_interfaces": ",".join(f"127.0.0.{number}" for number in range(2, 64)),
    "enable_dht": False,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    "enable_outgoing_utp": False,
    "enable_incoming_utp": False,
    # Otherwise the one peer at 127.0.0.1 that it knows is itself, as the tracker tells it.
    "allow_multiple_connections_per_ip": True,
    "unchoke_slots_limit": -1,
    # The daemon closes the connection of a stopped torrent; connecting again must not back off.
    "max_failcount": 1000000,
    "min_reconnect_time": 1,
}


def add(session, torrent):
    parameters = libtorrent.add_torrent_params()
    parameters.ti = libtorrent.torrent_info(torrent["file"])
    parameters.save_path = torrent["folder"]
    parameters.flags &= ~(libtorrent.torrent_flags.auto_managed | libtorrent.torrent_flags.paused)
    if torrent["seed"]:
        parameters.flags |= libtorrent.torrent_flags.seed_mode
        parameters.upload_limit = torrent["rate"]
    else:
        parameters.download_limit = torrent["rate"]
    return session.add_torrent(parameters)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        settings = json.load(file)
    session = libtorrent.session(SESSION)
    torrents = [add(session, torrent) for torrent in settings["torrents"]]
    while True:
        for torrent in torrents:
            if torrent.status().num_peers == 0:
                torrent.connect_peer(("127.0.0.1", settings["peer_port"]))
        time.sleep(1)


main()
