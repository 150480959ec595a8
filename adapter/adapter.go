// Package adapter is the contract between a namespace and its twins on other
// nodes: what one node does to rooms and sockets, the others shall do too.
//
// A namespace applies an operation to its own sockets itself, and then publishes
// it. The room index is local to each node and no business of an adapter, which
// carries operations and nothing else.
package adapter

import (
	"context"

	"github.com/everwire/everwire/namespace/sio"
)

// Kind is what an operation does to the sockets that it selects.
type Kind uint8

// The operations.
const (
	Broadcast  Kind = iota // sends Event
	Join                   // joins the rooms in Change
	Leave                  // leaves the rooms in Change
	Disconnect             // disconnects from the namespace, or, with Close, ends the sessions
)

// Op is one operation on the sockets of a namespace: those in any of Rooms, or all
// if Rooms is empty, without those in any of Except. A socket's ID is a room with
// that socket in it.
type Op struct {
	Kind   Kind
	Rooms  []string
	Except []string
	Event  sio.Emission // of a Broadcast
	Change []string     // the rooms of a Join or Leave
	Close  bool         // of a Disconnect: it ends the sessions
}

// Adapter is one namespace's link to its twins on other nodes. Its methods may be
// called concurrently.
type Adapter interface {
	// Publish has op applied on all other nodes. It does not wait for them, and
	// keeps neither op nor what is in it. The order of operations that one
	// goroutine publishes is kept. After Close it is an error.
	Publish(ctx context.Context, op *Op) error

	// Close leaves the cluster. No call of Local.Apply begins after it. A second
	// Close does nothing.
	Close() error
}

// Opener links namespaces to their cluster.
type Opener interface {
	// Open is called once for each namespace of a node. The adapter applies what
	// other nodes publish to l.
	Open(namespace string, l Local) (Adapter, error)
}

// Local is this node's side of a namespace.
type Local interface {
	// Apply does op to the sockets of this node. It does not block, and may be
	// called concurrently.
	Apply(op *Op) error
}
