// Package cluster runs one official server and two in Go as nodes of one cluster over Redis, with official clients on
// all of them, and prints which operations work from each kind of node to each.
//
// The tests run when EVERWIRE_COMPAT=1 is set, as `make test` does. They start a Redis on a free port.
package cluster
