# SPDX-License-Identifier: MIT
"""slow.py PORT TARGET SECONDS: the way to a TCP port of this host.  After a
SIGUSR1 what comes back comes so much later, as from the end of the world.  A
process of its own, so that it takes no time from a test that measures."""

import asyncio
import signal
import sys


class Delay:
    """Seconds that it takes."""
    now = 0


async def copy(reader, writer, delay):
    """Everything, each piece so long after it came."""
    queue = asyncio.Queue()
    loop = asyncio.get_running_loop()

    async def give():
        while (item := await queue.get()) is not None:
            due, data = item
            await asyncio.sleep(max(0, due - loop.time()))
            writer.write(data)
            await writer.drain()

    giver = asyncio.create_task(give())
    try:
        while data := await reader.read(65536):
            await queue.put((loop.time() + delay.now, data))
    finally:
        await queue.put(None)
        await giver
        writer.close()


async def serve(port, target, seconds):
    """For ever."""
    near, far = Delay(), Delay()
    asyncio.get_running_loop().add_signal_handler(
        signal.SIGUSR1, lambda: setattr(far, "now", seconds))

    async def connected(reader, writer):
        there, back = await asyncio.open_connection("127.0.0.1", target)
        await asyncio.gather(copy(reader, back, near),
                             copy(there, writer, far),
                             return_exceptions=True)

    server = await asyncio.start_server(connected, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]),
                      float(sys.argv[3])))
