// events.go: all that travels between a page and a node, between nodes, and between
// the nodes and the process that runs them.

package app

import "github.com/everwire/everwire"

// What a page asks its node, and hears from it.
const (
	Post    = everwire.RPC[Draft, Posted]("post")     // may come again: it is told once
	CatchUp = everwire.RPC[Seen, Missed]("catch-up")  // what this page has not got
	Welcome = everwire.Event[Home]("welcome")         // to a page that has just connected
	Told    = everwire.Event[Message]("message")      // to everybody, on all nodes
	State   = everwire.Event[ClusterState]("cluster") // to everybody, by each node to its own
)

// What a node tells the others, and asks when it is new.
const (
	Keep = everwire.RPC[Message, Posted]("keep")
	Kept = everwire.RPC0[[]Message]("kept")
)

// Hello is what a page says of itself, in the auth object of its client.
type Hello struct {
	ID   string `json:"id"` // of the page: its author
	Name string `json:"name"`
}

// Home names the node that holds the page's session.
type Home struct {
	Node string `json:"node"`
}

// A Draft is what a page says. N counts what it has said, from 1: by that others see
// that nothing is missing.
type Draft struct {
	N    int64  `json:"n"`
	Text string `json:"text"`
}

// Posted says that a node keeps the message.
type Posted struct {
	Node string `json:"node"`
}

// A Message is what a page has said.
type Message struct {
	Author string `json:"author"`
	Name   string `json:"name"`
	N      int64  `json:"n"`
	Text   string `json:"text"`
	Node   string `json:"node"` // that took it
	At     int64  `json:"at"`   // in milliseconds of that node's clock
}

// Seen says what a page has: of each author all messages up to a number. A page that has
// nothing yet wants the last few.
type Seen struct {
	New     bool             `json:"new,omitempty"`
	Authors map[string]int64 `json:"authors,omitempty"`
	// Everywhere has the node ask the others first: it has been asked before, and had not got it.
	Everywhere bool `json:"everywhere,omitempty"`
}

// Missed is what a page has not seen, oldest first.
type Missed struct {
	Messages []Message `json:"messages"`
}

// ClusterState is what the process in front of the nodes sees.
type ClusterState struct {
	Nodes []NodeState `json:"nodes"`
	Tabs  []Tab       `json:"tabs"`
	Bus   string      `json:"bus"` // what links the nodes
}

// NodeState is one node.
type NodeState struct {
	Name     string `json:"name"`
	Status   string `json:"status"` // "up", "starting" or "down"
	PID      int    `json:"pid"`
	Starts   int    `json:"starts"`
	Sessions int    `json:"sessions"` // that it holds
	Requests int64  `json:"requests"` // that have reached it since its start, whoever's session they were for
	Error    string `json:"error,omitempty"`
}

// A Tab is a page that is open somewhere.
type Tab struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Session string `json:"session"` // the node that holds its session
	Through string `json:"through"` // the node that its connection has reached; "" without connection
	Over    string `json:"over"`    // the transport
}
