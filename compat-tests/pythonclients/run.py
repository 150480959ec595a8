"""Runs every feature with one client over one transport.

run.py <sync | async> <url> <control url> <polling | websocket | upgrade>
"""
import features.connect  # noqa: F401, in the order of the table
import features.events  # noqa: F401
import features.acks  # noqa: F401
import features.rooms  # noqa: F401
import features.ends  # noqa: F401
import harness

harness.run_all()
