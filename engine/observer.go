// observer.go: what an application may be told for its metrics.

package engine

import "time"

// Observer is told what happens to the sessions of a server. Observe is called
// concurrently, where it happens and sometimes for each packet: it must be quick and
// must not call back. Without an Observer nothing is counted.
type Observer interface{ Observe(e Event) }

// Event is something that an [Observer] is told. Which fields are set is said at the
// kinds; later releases may add fields and kinds.
type Event struct {
	Kind      EventKind
	Transport string
	Reason    CloseReason
	Packets   int // of Sent, pings and other control packets too
	Bytes     int // of the packets' data
	Queued    int // bytes that waited in the session's outbox, these included
	Namespace string
	Name      string        // of the event that was handled
	Took      time.Duration // by its handlers
	Err       error         // of its handlers, of the request, or of an adapter
}

// EventKind says what an [Event] is about.
type EventKind uint8

// The kinds of events.
const (
	SessionOpened EventKind = iota // Transport
	SessionClosed                  // Transport, Reason
	Attached                       // Transport of the new connection, of an upgrade too; Packets that are sent again
	Detached                       // Transport, Reason: the session has no connection
	Received                       // Transport, Packets, Bytes
	Sent                           // Transport, Packets, Bytes, Queued
	Handled                        // Namespace, Name, Took, Err
	Refused                        // Transport as the request has it, Err: an *Error
	ClusterFault                   // Namespace, Packets that did not get from node to node (0: nobody knows how many), Err: an adapter.Fault
)

// observe tells the observer, if there is one.
func (srv *Server) observe(e Event) {
	if srv.cfg.Observer != nil {
		srv.cfg.Observer.Observe(e)
	}
}

// observeSent counts what a connection takes, with queued bytes waiting before.
func (c *Conn) observeSent(b *Batch, queued int) {
	e := Event{Kind: Sent, Transport: c.transport, Packets: len(b.Control) + len(b.Tail), Queued: queued}
	for _, p := range b.Control {
		e.Bytes += len(p.Data)
	}
	for _, m := range b.Messages {
		e.Packets += len(m.packets)
		e.Bytes += m.size - overhead
	}
	c.s.srv.observe(e)
}
