"""Answers on the open sockets, in a thread of its own, until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future

from kubectl_hostnet.demo.answers import ANSWERS, TLS, http
from kubectl_hostnet.demo.certificate import Contexts
from kubectl_hostnet.demo.sample import Listener
from kubectl_hostnet.demo.sockets import Opened

PATIENCE = 10.0  # seconds that a client may take for a request
# What a client may do that is no concern of a demo: leave, stall, send too much.
GONE = (OSError, asyncio.TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError)
Stop = tuple[asyncio.AbstractEventLoop, asyncio.Event]


@contextlib.contextmanager
def answering(opened: Opened, contexts: Contexts) -> Iterator[None]:
    """Serve the sockets while the block runs; afterwards the thread has ended and the sockets are closed."""
    started: Future[Stop] = Future()
    thread = threading.Thread(target=_run, args=(opened, contexts, started), name="demo", daemon=True)
    with contextlib.ExitStack() as stack:
        stack.callback(opened.close)
        for listener, listening in opened.sockets:
            if listener.firewalled:
                stack.enter_context(_full(listening))
        thread.start()
        loop, stop = started.result()
        try:
            yield
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join()


@contextlib.contextmanager
def _full(listening: socket.socket) -> Iterator[None]:
    """Fill the queue of a socket on which nobody accepts: Linux then drops what comes, as a firewall does."""
    with contextlib.ExitStack() as stack:
        for _ in range(2):
            client = stack.enter_context(socket.socket(listening.family))
            client.setblocking(False)
            client.connect_ex(listening.getsockname())
        yield


def _run(opened: Opened, contexts: Contexts, started: Future[Stop]) -> None:
    try:
        asyncio.run(_serve(opened, contexts, started))
    except BaseException as error:
        if started.done():
            raise
        started.set_exception(error)


async def _serve(opened: Opened, contexts: Contexts, started: Future[Stop]) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    loop.set_exception_handler(lambda _loop, _context: None)  # clients may leave in the middle of a handshake
    clients: dict[asyncio.StreamWriter, asyncio.Task[None]] = {}
    closers = [
        await _listen(listener, listening, contexts, clients)
        for listener, listening in opened.sockets
        if not listener.firewalled
    ]
    started.set_result((loop, stop))
    await stop.wait()
    await _turns(5)  # who has just been accepted becomes a client: a closed asyncio server would leak the connection
    for closer in closers:
        closer.close()
    for writer in list(clients):
        writer.transport.abort()
    await _turns(5)  # and goes


async def _turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def _listen(
    listener: Listener,
    listening: socket.socket,
    contexts: Contexts,
    clients: dict[asyncio.StreamWriter, asyncio.Task[None]],
) -> asyncio.Server | asyncio.DatagramTransport:
    if listener.protocol == "UDP":
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, sock=listening)
        return transport

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        clients[writer] = asyncio.create_task(_converse(listener.answers, reader, writer))
        clients[writer].add_done_callback(lambda _task: clients.pop(writer, None))

    context = contexts[TLS[listener.answers]] if listener.answers in TLS else None
    return await asyncio.start_server(connected, sock=listening, ssl=context)


async def _converse(answers: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        with contextlib.suppress(*GONE):
            if ANSWERS[answers] is None:
                await reader.read()  # until the client has had enough
            else:
                request = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
                writer.write(http(answers, request))
                await writer.drain()
    finally:
        writer.close()
