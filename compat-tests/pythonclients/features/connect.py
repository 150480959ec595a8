"""Connecting: transports, namespaces, auth, refusals."""
import socketio

from harness import alive, client, connected, equal, feature, final_transport, mode

AUTH = {"token": "sesame", "nested": {"list": [1, None, False], "text": "Grüße 👋"}}


@feature("connect: what the handshake tells")
def handshake():
    c = connected()
    engine = c.sio.eio
    equal((engine.ping_interval, engine.ping_timeout), (1.0, 1.0))
    equal(engine.upgrades, [] if mode == "websocket" else ["websocket"])
    assert engine.sid and c.sio.get_sid() not in (None, engine.sid)
    assert c.sio.connected


@feature("transport is the one asked for")
def transport():
    c = connected()
    equal(c.sio.transport(), final_transport)
    equal(c.call("transport"), final_transport)


@feature("welcome")
def welcome():
    c = connected()
    equal(c.welcome["/"], {"id": c.sio.get_sid(), "nsp": "/", "auth": {}})
    equal(c.taken("connect"), [()])


@feature("auth payload reaches the server")
def auth():
    equal(connected(auth=AUTH).welcome["/"]["auth"], AUTH)


@feature("auth given by a function")
def auth_function():
    equal(connected("/auth", auth=lambda: AUTH).welcome["/auth"]["auth"], AUTH)


@feature("three namespaces over one connection")
def namespaces():
    c = connected("/", "/custom", "/auth", auth=AUTH)
    ids = [c.sio.get_sid(namespace) for namespace in c.namespaces]
    equal(len(set(ids)), 3)
    for namespace, sid in zip(c.namespaces, ids):
        equal(c.welcome[namespace], {"id": sid, "nsp": namespace, "auth": AUTH})
        c.emit("message", "to", namespace, namespace=namespace)
        equal(c.next("message-back", namespace), ("to", namespace))
        equal(c.call("transport", namespace=namespace), final_transport)
        equal(c.taken("message-back", namespace), [])


def refused(namespace, auth, error):
    c = client(namespace)
    try:
        c.connect(auth, wait_timeout=0.5)  # a client that is refused waits for longer, in vain
        raise AssertionError("it was let in")
    except socketio.exceptions.ConnectionError:
        equal(c.next("connect_error", namespace), (error,))
        equal(c.taken("connect", namespace), [])


@feature("/auth refused, with message and data")
def auth_refused():
    refused("/auth", {"token": "wrong"}, {"message": "not authorized", "data": {"code": "E42", "retry": False}})


@feature("/auth refused, without a token")
def auth_missing():
    refused("/auth", None, {"message": "not authorized", "data": {"code": "E42", "retry": False}})


@feature("/auth accepted")
def auth_accepted():
    alive(connected("/auth", auth={"token": "sesame"}), "/auth")


@feature("unknown namespace refused")
def unknown():
    refused("/nowhere", None, {"message": "Invalid namespace"})


@feature("namespace by a pattern: /dyn-7")
def dynamic():
    refused("/dyn-seven", None, {"message": "Invalid namespace"})
    c = connected("/dyn-7")
    equal(c.welcome["/dyn-7"], {"id": c.sio.get_sid("/dyn-7"), "nsp": "/dyn-7", "auth": {}})
    alive(c, "/dyn-7")


@feature("connect again after disconnect")
def again():
    c = connected()
    sid = c.sio.get_sid()
    c.disconnect()
    c.wait()
    c.connect()
    assert c.sio.get_sid() not in (None, sid)
    alive(c)
