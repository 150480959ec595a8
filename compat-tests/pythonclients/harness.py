"""What the features share: a row of the table each, clients that are closed after it, and the server's other door."""
import faulthandler
import json
import os
import sys
import time
import traceback
import urllib.error
import urllib.request

import session

kind, url, control, mode = sys.argv[1:]

# official tells that the server is the control.
official = os.environ.get("EVERWIRE_SERVER") == "official"

# What the server has not got yet.
pending = [what for what in os.environ.get("EVERWIRE_PENDING", "").split(",") if what]

final_transport = "polling" if mode == "polling" else "websocket"

_features = []
_clients = []


class Pending(Exception):
    """Raised by a feature that waits for something that the server has not got yet."""


def feature(name):
    """Registers a row of the table."""
    def register(run):
        _features.append((name, run))
        return run
    return register


def run_all():
    """Runs the features one after the other and prints a JSON line for each."""
    only = os.environ.get("EVERWIRE_FEATURE", "")
    for name, run in _features:
        if only in name:
            print(json.dumps({"name": name, **_outcome(run)}), flush=True)
    os._exit(0)  # threads of the clients may still wait for the network


def _outcome(run):
    faulthandler.dump_traceback_later(60, exit=True)
    session.complaints.clear()
    try:
        run()
        assert not session.complaints, session.complaints
        return {"ok": True}
    except Pending as what:
        return {"pending": str(what)}
    except Exception:
        return {"error": "\n".join([traceback.format_exc(), *session.complaints])}
    finally:
        _close_clients()


def _close_clients():
    for client in _clients:
        client.sio.reconnection = False
        try:
            client.do(client.sio.disconnect)
        except Exception:
            pass  # the feature is over
    _clients.clear()


def client(*namespaces, **options):
    """A client that is not connected, for the namespaces."""
    made = session.KINDS[kind](url, mode, namespaces or ["/"], **options)
    _clients.append(made)
    return made


def connected(*namespaces, auth=None, **options):
    """A client that is connected to the namespaces and has heard their welcome."""
    made = client(*namespaces, **options)
    made.connect(auth)
    made.welcome = {namespace: made.next("welcome", namespace)[0] for namespace in made.namespaces}
    return made


def equal(got, wanted, what="value"):
    assert got == wanted and type(got) is type(wanted), f"{what}: {got!r}, not {wanted!r}"


def alive(made, namespace="/"):
    equal(made.call("echo-ack", "alive", namespace=namespace), "alive")


def ask_server(what):
    """Asks the door beside the server to do something with it: cut, crash, restart."""
    urllib.request.urlopen(f"{control}/{what}", timeout=30).close()


def until_gone(sid, within):
    """Waits until the server does not know the session of the engine any more."""
    end = time.monotonic() + within
    request = f"{url}/socket.io/?EIO=4&transport=polling&sid={sid}"
    while True:
        try:
            urllib.request.urlopen(request, timeout=within).close()
        except urllib.error.HTTPError as refusal:
            if b'"code":1,' in refusal.read():
                return
        assert time.monotonic() < end, f"the server knows the session still, {within} s after its end"
        time.sleep(0.01)
