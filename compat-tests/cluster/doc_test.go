// Package cluster runs official servers and ours as nodes of one cluster over Redis, with official clients on all of them: it
// prints which operations work from each kind of node to each, has clients come back to another node than the one that
// they have lost, and has Redis and nodes fail.
//
// The tests run when EVERWIRE_COMPAT=1 is set, as `make test` does. They start a Redis on a free port. With EVERWIRE_LONG=1
// they take some minutes: all modes, longer outages, more restarts, and what a message costs.
package cluster
