"""permessage-deflate as python3-websockets does it: deflate_client.py URL CERTIFICATE

Sends a sequence of messages to an echo with each combination of parameters, and ends with 1 when another comes back.
"""

import asyncio
import itertools
import ssl
import sys

import websockets
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

WINDOWS = [None, 9, 12, 15]
LINES = "".join(f'{{"id":{i},"name":"torrent {i * 7919}","percent":{i % 100}}}\n' for i in range(6000))
LENGTHS = [0, 1, 20, 300, 1023, 1024, 1500, 5000, 20000, 70000, 200000, 300]


async def exchange(url, context, parameters):
    extensions = [ClientPerMessageDeflateFactory(*parameters)]
    async with websockets.connect(
        url, ssl=context, compression=None, extensions=extensions, max_size=None
    ) as socket:
        for offset, length in enumerate(LENGTHS):
            text = LINES[offset : offset + length]
            for message in (text, text.encode()):
                await socket.send(message)
                if await socket.recv() != message:
                    sys.exit(f"{parameters}: another message of {length} bytes came back")


async def main(url, certificate):
    context = ssl.create_default_context(cafile=certificate) if url.startswith("wss:") else None
    # What the server may use, its window and the client's, which True leaves open.
    combinations = list(itertools.product([False, True], [False, True], [None, 8, *WINDOWS[1:]], [*WINDOWS, True]))
    for parameters in combinations:
        await exchange(url, context, parameters)
    print(len(combinations), "combinations")


asyncio.run(main(*sys.argv[1:]))
