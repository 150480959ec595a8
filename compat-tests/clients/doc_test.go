// Package clients drives the server with the official JavaScript client, in Node, in its current version and in 4.0:
// every feature over long-polling, WebSocket and the upgrade from one to the other. What 4.0 has not got says so in the
// table. All of it runs again with the official parser for MessagePack on both sides. The order of messages while a
// session upgrades is proven with the current version.
//
// The tests run when EVERWIRE_COMPAT=1 is set, as `make test` does; EVERWIRE_CONTROL=1 runs the same features against
// the official Node server too, which proves what they expect. EVERWIRE_FEATURE=text picks the features whose name
// holds the text.
package clients
