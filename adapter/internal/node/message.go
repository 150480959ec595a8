// message.go: what nodes tell each other, whatever its form is on the wire.

package node

import (
	"time"

	"github.com/everwire/everwire/adapter"
)

// Type is what a message is for, by its number in the protocol of the official
// adapters.
type Type uint8

// The types.
const (
	Hello       Type = 1 + iota // a node is new, and wants to hear of the others
	Heartbeat                   // a node is there
	Broadcast                   // with Request: acknowledgements are wanted
	Join                        //
	Leave                       //
	Disconnect                  //
	Fetch                       //
	Fetched                     // the answer to Fetch
	Serve                       // with Request: an answer is wanted
	Served                      // the answer to Serve
	ClientCount                 // the first answer to a Broadcast
	Ack                         // a further one
	Goodbye                     // a node leaves
)

// What official servers do not know.
const (
	Yield   Type = 32 + iota // asks for what the client of a private ID comes back to
	Yielded                  // it is saved
)

// Message is one message.
type Message struct {
	Type    Type
	From    string // name of the node; "" if the form does not say it
	Request string // ID of what is asked, or answered; "" if nothing is asked

	// Of what is to be done.
	Op      adapter.Op
	Timeout time.Duration // how long who asks waits for acknowledgements; 0: not said
	Strict  bool          // who asks wants to hear of failures, which official servers would take for answers

	PID string // of a Yield or Yielded

	// Of what is answered.
	Answer adapter.Answer
	Failed bool // the node cannot answer, and Answer.Err says why

	Envelope Tree // what was received, for links that add members of their own

	Form uint8 // for who reads and writes messages: what form the answer has
	Size int   // bytes on the wire, of what was received
}

// TypeOf tells how an operation travels.
func TypeOf(k adapter.Kind) Type { return types[k] }

var types = map[adapter.Kind]Type{
	adapter.Broadcast:  Broadcast,
	adapter.Call:       Broadcast,
	adapter.Join:       Join,
	adapter.Leave:      Leave,
	adapter.Disconnect: Disconnect,
	adapter.Fetch:      Fetch,
	adapter.Count:      Fetch,
	adapter.Serve:      Serve,
}

// answers tells whether a message is an answer.
func (t Type) answers() bool { return t == Fetched || t == Served || t == ClientCount || t == Ack }
