"""Clients of python-socketio, sync and async, with one face: a feature is written once and runs with both."""
import asyncio
import logging
import os
import queue
import sys
import threading

import engineio
import socketio

# The loops of a sync client look at its state between two steps, so what another thread does just then is lost on
# them. Threads that are not interrupted take both steps at once.
sys.setswitchinterval(1)

# The official server has no limit of packets in a payload, and needs the client's to be raised.
if os.environ.get("EVERWIRE_SERVER") == "official":
    engineio.payload.Payload.max_decode_packets = 1000

SERIALIZER = os.environ.get("EVERWIRE_SERIALIZER", "default")  # or "msgpack"

PATIENCE = 8  # seconds that a wait may take

TRANSPORTS = {"polling": ["polling"], "websocket": ["websocket"], "upgrade": ["polling", "websocket"]}

complaints = []  # of the client libraries, in the order they came


class _Complaints(logging.Handler):
    def emit(self, record):
        complaints.append(self.format(record))


for _name in ("engineio.client", "socketio.client"):
    logging.getLogger(_name).setLevel(logging.ERROR)
    logging.getLogger(_name).addHandler(_Complaints())
threading.excepthook = lambda args: complaints.append(f"a thread died: {args.exc_type.__name__}: {args.exc_value}")


def _complain(_, context):
    # The client makes a new HTTP session for its last request and does not close it.
    if not context["message"].startswith("Unclosed "):
        complaints.append(f'{context["message"]}: {context.get("exception")!r}')


class Client:
    """A client that keeps what it hears. Its methods wait until they are done."""

    def __init__(self, url, mode, namespaces=("/",), **options):
        self.url, self.mode, self.namespaces = url, mode, list(namespaces)
        self.sio = self.make(reconnection=options.pop("reconnection", False), serializer=SERIALIZER, **options)
        self.packets = []  # of the engine as they came: (type, data)
        self.heard = {}
        for namespace in self.namespaces:
            for event in ("connect", "connect_error", "disconnect"):
                self.sio.on(event, self._keep(namespace, event), namespace)
            self.sio.on("*", self._keep_any(namespace), namespace)
        self.watch(self.sio.eio)

    def queue(self, event, namespace="/"):
        return self.heard.setdefault((namespace, event), queue.Queue())

    def _keep(self, namespace, event):
        self.queue(event, namespace)
        return lambda *args: self.queue(event, namespace).put(args)

    def _keep_any(self, namespace):
        return lambda event, *args: self.queue(event, namespace).put(args)

    def next(self, event, namespace="/", timeout=PATIENCE):
        """The arguments of the next such event that was not taken yet."""
        try:
            return self.queue(event, namespace).get(timeout=timeout)
        except queue.Empty:
            raise AssertionError(f'event "{event}" in {namespace}: nothing within {timeout} s') from None

    def taken(self, event, namespace="/"):
        """The arguments of all such events that came and were not taken yet."""
        events = []
        while not self.queue(event, namespace).empty():
            events.append(self.queue(event, namespace).get())
        return events

    def connect(self, auth=None, wait_timeout=PATIENCE):
        self.do(self.sio.connect, self.url, auth=auth, transports=TRANSPORTS[self.mode],
                namespaces=self.namespaces, wait_timeout=wait_timeout)
        return self

    def emit(self, event, *args, namespace="/", callback=None):
        self.do(self.sio.emit, event, args, namespace=namespace, callback=callback)

    def call(self, event, *args, namespace="/"):
        """The answer of the server: None, its one value, or a tuple of its values."""
        return self.do(self.sio.call, event, args, namespace=namespace, timeout=PATIENCE)

    def disconnect(self):
        """Disconnects, when nothing is on its way any more: what a client has not sent by then, it may drop."""
        self.drain()
        self.do(self.sio.disconnect)

    def wait(self):
        """Waits until the client has ended what it does in the background: only then it can be connected again."""
        self.do(self.sio.eio.wait)

    def packet_types(self):
        return [packet_type for packet_type, _ in self.packets]


class SyncClient(Client):
    """socketio.Client, with requests and websocket-client."""

    def make(self, **options):
        return socketio.Client(handle_sigint=False, **options)

    def do(self, function, *args, **kwargs):
        return function(*args, **kwargs)

    def drain(self):
        self.sio.eio.queue.join()

    def watch(self, eio):
        receive, start = eio._receive_packet, eio.start_background_task

        def watched(packet):
            self.packets.append((packet.packet_type, packet.data))
            receive(packet)

        def in_order(target, *args, **kwargs):
            # Each message goes to a thread of its own, the parts of a binary one too: the next one has to wait, but
            # not for a handler that waits itself.
            thread = start(target, *args, **kwargs)
            if target == eio.handlers["message"]:
                thread.join(0.5)
            return thread

        eio._receive_packet, eio.start_background_task = watched, in_order

    def answer(self, event, answer):
        """Answers each such event with what the function returns."""
        self.sio.on(event, answer)

    def hold(self, event):
        """Answers the next such event when the function it returns is called."""
        held = threading.Event()

        def wait():
            held.wait(PATIENCE)
            return "late"

        self.sio.on(event, wait)
        return held.set


class AsyncClient(Client):
    """socketio.AsyncClient, with aiohttp, on an event loop in a thread of its own."""

    loop = None

    def make(self, **options):
        if AsyncClient.loop is None:
            AsyncClient.loop = asyncio.new_event_loop()
            AsyncClient.loop.set_exception_handler(_complain)
            threading.Thread(target=AsyncClient.loop.run_forever, daemon=True).start()
        return socketio.AsyncClient(handle_sigint=False, **options)

    def do(self, function, *args, **kwargs):
        return asyncio.run_coroutine_threadsafe(function(*args, **kwargs), self.loop).result(3 * PATIENCE)

    def drain(self):
        self.do(self.sio.eio.queue.join)

    def watch(self, eio):
        receive = eio._receive_packet

        async def watched(packet):
            self.packets.append((packet.packet_type, packet.data))
            await receive(packet)

        eio._receive_packet = watched

    def answer(self, event, answer):
        async def wait(*args):
            return answer(*args)

        self.sio.on(event, wait)

    def hold(self, event):
        held = asyncio.Event()

        async def wait():
            await asyncio.wait_for(held.wait(), PATIENCE)
            return "late"

        self.sio.on(event, wait)
        return lambda: self.loop.call_soon_threadsafe(held.set)


KINDS = {"sync": SyncClient, "async": AsyncClient}
PING = engineio.packet.PING
