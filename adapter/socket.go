// socket.go: what a node tells others of one of its sockets.

package adapter

import "encoding/json"

// Socket describes a socket of any node, at the time when it was asked for. Its JSON
// form is that of the official adapters.
type Socket struct {
	ID        string          `json:"id"`
	Handshake Handshake       `json:"handshake"`
	Rooms     []string        `json:"rooms"` // that of its ID is one of them
	Data      json.RawMessage `json:"data"`  // a JSON value; by convention an object
}

// Handshake is what a client connected with.
type Handshake struct {
	Headers map[string]string `json:"headers"` // names in lower case
	Time    string            `json:"time"`    // when, for people
	Address string            `json:"address"` // IP address
	XDomain bool              `json:"xdomain"` // it came with an Origin header
	Secure  bool              `json:"secure"`  // over TLS
	Issued  int64             `json:"issued"`  // when, in milliseconds since 1970
	URL     string            `json:"url"`
	Query   map[string]string `json:"query"`
	Auth    json.RawMessage   `json:"auth,omitempty"` // the payload of its CONNECT
}
