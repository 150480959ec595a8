// Package adapter is the contract between a namespace and its twins on other
// nodes: what one node does to rooms and sockets, the others shall do too.
//
// A namespace applies an operation to its own sockets itself, and then publishes
// it or asks the others. The room index is local to each node and no business of
// an adapter, which carries operations and answers and nothing else.
package adapter

import (
	"context"
	"iter"

	"github.com/everwire/everwire/namespace/sio"
)

// Kind is what an operation does to the sockets that it selects.
type Kind uint8

// The operations. The first four are published, the next three asked for answers,
// and Serve is either.
const (
	Broadcast  Kind = iota // sends Event
	Join                   // joins the rooms in Change
	Leave                  // leaves the rooms in Change
	Disconnect             // disconnects from the namespace, or, with Close, ends the sessions
	Call                   // sends Event, and answers with what each socket acknowledges
	Fetch                  // answers with the sockets
	Count                  // answers with their number
	Serve                  // hands Event to the namespace itself on each node, and answers with its answer
)

// Op is one operation on the sockets of a namespace: those in any of Rooms, or all
// if Rooms is empty, without those in any of Except. A socket's ID is a room with
// that socket in it.
type Op struct {
	Kind   Kind
	Rooms  []string
	Except []string
	Event  sio.Emission // of a Broadcast, Call or Serve
	Change []string     // the rooms of a Join or Leave
	Close  bool         // of a Disconnect: it ends the sessions
	Mark   string       // of a Broadcast that came by way of a [Recoverer]: its place among all
}

// Answer is one answer of a node.
type Answer struct {
	// Count is, for a Count, the number of selected sockets; and for a Call, in the
	// first answer of each node, how many more answers it will give.
	Count int
	// Body is what one socket has acknowledged, or what the namespace answered to
	// a Serve.
	Body sio.Body
	// Err says instead of Body why one socket does not answer.
	Err error
	// Sockets are those of a Fetch, in one answer of each node or in several.
	Sockets []Socket
}

// Adapter is one namespace's link to its twins on other nodes. Its methods may be
// called concurrently.
type Adapter interface {
	// Publish has op applied on all other nodes. It does not wait for them, and
	// keeps neither op nor what is in it. The order of operations that one
	// goroutine publishes is kept. After Close it is an error.
	Publish(ctx context.Context, op *Op) error

	// Ask has op applied on all other nodes, and yields their answers as they come.
	// The sequence ends when all nodes have given all of theirs, when ctx ends, or
	// when the loop is left; op is applied everywhere all the same. It yields an
	// error, last, if answers are missing: that of ctx if it has ended.
	Ask(ctx context.Context, op *Op) iter.Seq2[Answer, error]

	// Close leaves the cluster. No call of Local.Apply begins after it, and what is
	// being asked ends. A second Close does nothing.
	Close() error
}

// Opener links namespaces to their cluster.
type Opener interface {
	// Open is called once for each namespace of a node. The adapter applies what
	// other nodes publish and ask to l.
	Open(namespace string, l Local) (Adapter, error)
}

// Local is this node's side of a namespace.
type Local interface {
	// Apply does op to the sockets of this node; it may be called concurrently.
	//
	// What was published comes with a nil answer, and Apply does not block. For
	// what was asked, Apply calls answer for each answer of this node, one call at a
	// time, and returns after the last: when ctx ends, when answer returns an error,
	// or when there are no more. A Call or Serve takes its time: give it a goroutine.
	Apply(ctx context.Context, op *Op, answer func(Answer) error) error
}

// Rooms may be implemented by a [Local] that knows its rooms: messages for others are
// dropped unread.
type Rooms interface {
	// HasRoom tells whether a socket of this node is in the room. It may be called
	// concurrently.
	HasRoom(name string) bool
}

// Follower may be implemented by an [Adapter] that gets messages for rooms with members
// alone.
type Follower interface {
	// FollowRoom is told that a room of this node has got its first member, or that it
	// has lost its last. The room of a socket's own ID is one, told apart by private.
	// Calls for one room come in order and one at a time; it does not block.
	FollowRoom(name string, exists, private bool)
}
