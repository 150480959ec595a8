// Package jsclient runs the bundled JavaScript client in Node against a server of ours whose network is bad: connections
// that are cut, swallowed and buffered. Its features are run beside those of the official client, in package clients.
//
// The tests run when EVERWIRE_COMPAT=1 is set, as `make test` does.
package jsclient
