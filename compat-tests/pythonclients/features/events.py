"""Events with any arguments, both ways, their order and their size."""
from harness import client, connected, equal, feature, mode

BYTES = bytes(range(256))


def echo(c, *args):
    c.emit("message", *args)
    equal(c.next("message-back"), args)


@feature("event: none, one and many arguments")
def arguments():
    c = connected()
    echo(c)
    echo(c, "one")
    echo(c, *({"i": i} for i in range(50)))


@feature("event: nested JSON")
def nested():
    echo(connected(), {"a": [1, {"b": [[], {}, [None]]}], "a key": {"ключ": "👋", "": 0}}, [[[]]])


@feature("event: unicode")
def unicode_text():
    c = connected()
    for text in ("", "てすと", "Я Б Г Д", "Ä ß — “quotes”", "👩‍👩‍👧 😀", '"\\/\b\n\t', "\u0000\u001e\u2028\u2029\ufeff"):
        echo(c, text)


@feature("event: numbers, null, true and false")
def numbers():
    echo(connected(), 0, -1, 0.1, 5e-324, 2**53 - 1, None, True, False, [None, False])


@feature("binary: several and nested, both ways")
def binary():
    c = connected("/custom")
    args = (BYTES, {"list": [b"one", "text", {"deep": b"two"}]}, None, [b"three"])
    c.emit("message", *args, namespace="/custom")
    equal(c.next("message-back", "/custom"), args)


@feature("binary: empty")
def empty_binary():
    echo(connected(), b"", {"nested": b""}, "after")


@feature("get-binary")
def get_binary():
    c = connected()
    c.emit("get-binary")
    equal(c.next("binary"), (b"\x00\x01\x02\xfa\xff", {"nested": "héllo".encode()}))


@feature("order with a mix of text and binary")
def mixed_order():
    c = connected()
    sent = [(i, bytes([i]) if i % 2 else "text") for i in range(60)]
    for args in sent:
        c.emit("message", *args)
    equal([c.next("message-back") for _ in sent], sent)


@feature("order of 300 messages from the first moment on")
def order():
    # They are sent as soon as the namespace is joined, which a client that upgrades does with its last words over
    # long-polling or its first ones over WebSocket.
    c = client()
    c.connect()
    for i in range(300):
        c.emit("message", i)
    equal([c.next("message-back") for _ in range(300)], [(i,) for i in range(300)])


@feature("many messages for one poll")
def many_in_a_poll():
    # The client drops a connection that brings more than 16 packets in a payload.
    speaker, listener = connected(), connected()
    for i in range(200):
        speaker.emit("broadcast", i, "text")
    equal([listener.next("bcast") for _ in range(200)], [(i, "text") for i in range(200)])
    equal(listener.taken("disconnect"), [])


@feature("large text, both ways")
def large_text():
    text = "lärge " * 80_000  # 880,000 bytes: this client escapes what is not ASCII
    c = connected()
    assert c.call("echo-ack", text) == text


@feature("large binary, both ways")
def large_binary():
    size = 740_000 if mode == "polling" else 990_000  # base64 makes it longer
    data = (b"large " * size)[:size]
    c = connected()
    answer = c.call("echo-ack", data, {"tail": b"tail"})
    assert answer == (data, {"tail": b"tail"})
