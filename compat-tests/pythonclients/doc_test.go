// Package pythonclients drives the server with python-socketio, the client of Python, in both of its forms: sync, with
// requests and websocket-client, and async, with aiohttp; every feature over long-polling, WebSocket and the upgrade
// from one to the other, against mode lab of compat-tests/server, and with MessagePack against mode lab-msgpack.
//
// The tests run when EVERWIRE_COMPAT=1 is set, as `make test` does; EVERWIRE_CONTROL=1 runs the same features against
// the official Node server too, which proves what they expect. EVERWIRE_FEATURE=text picks the features whose name
// holds the text.
package pythonclients
