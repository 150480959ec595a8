// Package engineclient drives the server with the official client of the layer below Socket.IO, engine.io-client, in
// Node: every feature over long-polling, WebSocket and the upgrade from one to the other.
//
// The tests run when EVERWIRE_COMPAT=1 is set, as `make test` does; EVERWIRE_CONTROL=1 runs the same features against
// the official Node server too, which proves what they expect. EVERWIRE_FEATURE=text picks the features whose name
// holds the text.
package engineclient
