"""Rooms and broadcasts: who receives what."""
from harness import alive, connected, equal, feature


def crowd():
    return connected(), connected(), connected()


def hear(clients, event):
    """What each has heard: answers come after what was sent before them."""
    for c in clients:
        alive(c)
    return [c.taken(event) for c in clients]


@feature("rooms: join and leave")
def join_and_leave():
    c = connected()
    equal(c.call("join", "red"), ["red"])
    equal(c.call("join", "blue"), ["blue", "red"])
    equal(c.call("join", "red"), ["blue", "red"])
    equal(c.call("leave", "red"), ["blue"])
    equal(c.call("leave", "blue"), [])
    equal(c.call("leave", "never joined"), [])


@feature("rooms: to all of a room")
def room_all():
    a, b, c = crowd()
    a.call("join", "red")
    b.call("join", "red")
    a.emit("room-all", "red", "hello", {"bytes": b"bytes"})
    said = [("red", "hello", {"bytes": b"bytes"})]
    equal(hear((a, b, c), "room-msg"), [said, said, []])
    c.emit("room-all", "red")
    equal(hear((c, b, a), "room-msg"), [[], [("red",)], [("red",)]])


@feature("rooms: to the others of a room")
def room_others():
    a, b, c = crowd()
    a.call("join", "red")
    b.call("join", "red")
    a.emit("room-others", "red", "hello")
    equal(hear((a, b, c), "room-msg"), [[], [("red", "hello")], []])
    b.call("leave", "red")
    a.emit("room-others", "red", "hello")
    equal(hear((a, b, c), "room-msg"), [[], [], []])


@feature("broadcast to all others of the namespace")
def broadcast():
    a, b, c = crowd()
    other = connected("/custom")
    a.emit("broadcast", "hello", 1, None)
    said = [("hello", 1, None)]
    equal(hear((a, b, c), "bcast"), [[], said, said])
    alive(other, "/custom")
    equal(other.taken("bcast", "/custom"), [])
