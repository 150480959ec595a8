"""How a connection lasts and ends, from either side."""
import time

from harness import alive, ask_server, connected, equal, feature, final_transport, mode, official, until_gone
from session import PING

PROMPT = 0.5  # seconds that an end may take
HEARTBEAT = 3  # seconds after which the server misses a client at the latest


@feature("heartbeat over several intervals")
def heartbeat():
    c = connected()
    end = time.monotonic() + 8
    while c.packet_types().count(PING) < 3:
        assert time.monotonic() < end, "three pings: not within 8 s"
        time.sleep(0.05)
    alive(c)
    equal(c.taken("disconnect"), [])


def time_to_disconnect():
    c = connected("/", "/custom")
    alive(c)
    sid = c.sio.eio.sid
    start = time.monotonic()
    c.disconnect()
    took = time.monotonic() - start
    until_gone(sid, 2 * PROMPT)
    equal([c.taken("disconnect", namespace) for namespace in c.namespaces], [[()], [()]])
    equal(c.sio.connected, False)
    return took


@feature("client disconnects: both sides know at once")
def client_disconnects():
    took = min(time_to_disconnect() for _ in range(2))  # the machine may be busy
    assert took < PROMPT, f"disconnect took {took:.3f} s"


@feature("bye: the server ends one of two namespaces")
def bye_one():
    c = connected("/", "/custom")
    c.emit("bye", namespace="/custom")
    equal(c.next("disconnect", "/custom"), ())
    alive(c)
    equal(list(c.sio.namespaces), ["/"])
    equal(c.taken("disconnect"), [])


@feature("bye: the server ends the last namespace")
def bye_last():
    c = connected()
    sid = c.sio.eio.sid
    c.emit("bye")
    equal(c.next("disconnect"), ())
    until_gone(sid, HEARTBEAT)  # a client that is sending just then says nothing of its own end
    equal(c.sio.connected, False)
    equal(c.taken("disconnect"), [])


@feature("bye-hard: the server ends the connection")
def bye_hard():
    c = connected("/", "/custom", reconnection=True, reconnection_delay=0.05, randomization_factor=0)
    sid = c.sio.eio.sid
    c.emit("bye-hard")
    equal(c.next("disconnect"), ())
    equal(c.next("disconnect", "/custom"), ())
    until_gone(sid, 2 * PROMPT)
    equal([c.taken("disconnect", namespace) for namespace in c.namespaces], [[], []])


def member():
    """A client that reconnects, and the ids of its sockets."""
    c = connected("/", "/auth", auth={"token": "sesame"},
                  reconnection=True, reconnection_delay=0.1, reconnection_delay_max=0.3, randomization_factor=0)
    for namespace in c.namespaces:
        equal(c.taken("connect", namespace), [()])
    return c, {c.sio.get_sid(namespace) for namespace in c.namespaces}


def hears_of_the_end(c):
    for namespace in c.namespaces:
        equal(c.next("disconnect", namespace), ())


def is_back(c, sids):
    for namespace in c.namespaces:
        equal(c.next("connect", namespace), ())
        equal(c.next("welcome", namespace)[0]["nsp"], namespace)
        assert c.sio.get_sid(namespace) not in sids
    equal(c.sio.transport(), final_transport)
    alive(c, "/auth")
    equal([c.taken("disconnect", namespace) for namespace in c.namespaces], [[], []])


@feature("client reconnects after its connections were cut")
def cut():
    c, sids = member()
    alive(c)  # so that the long-polling client has nothing to send
    ask_server("cut")
    hears_of_the_end(c)
    is_back(c, sids)


@feature("client reconnects after the server was killed")
def crash():
    c, sids = member()
    ask_server("crash")
    hears_of_the_end(c)
    is_back(c, sids)


@feature("client comes back after the server was shut down")
def restart():
    c, sids = member()
    ask_server("restart")
    hears_of_the_end(c)
    if mode == "polling":
        # The server has said good-bye, which for this client is the last word: it does not reconnect by itself.
        # The official server says so only to a client whose poll is pending.
        if official:
            return
        c.wait()
        equal([c.taken("connect", namespace) for namespace in c.namespaces], [[], []])
        c.connect({"token": "sesame"})
    is_back(c, sids)
