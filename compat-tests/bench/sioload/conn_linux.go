// conn_linux.go: one client connection, and what scenarios hang on it.

package main

type connState uint8

const (
	stateConnecting connState = iota
	stateUpgrading
	stateOpen    // WebSocket frames flow, the namespace is not joined yet
	stateReady   // namespace joined
	stateClosing // close frame sent, or about to be dropped: an end is no error
	statePlain   // HTTP keep-alive (polling)
	stateClosed
)

// conn is one TCP connection.
type conn struct {
	fd      int
	index   int // as given to dial
	state   connState
	plain   bool // HTTP, not WebSocket
	wantOut bool // epoll reports when it can be written
	dirty   bool // in loop.dirty
	in      []byte
	out     []byte
	cb      *callbacks

	fragment   []byte // of a fragmented message
	fragmentOp byte
	binaryAck  uint64 // its attachment comes next
	hasBinary  bool

	dialed   int64   // time
	sent     []int64 // time of each request by ack id, modulo its length
	nextID   uint64
	inflight int
	client   *httpClient // of a plain connection
	stream   bool        // what comes after the header is events
	header   bool        // of the stream has come
	received int         // messages, with resumption
	told     int         // of them acknowledged
}

// callbacks is what a scenario does on events, and counts of them. Slices are valid during the call.
type callbacks struct {
	readyCount, closedCount int

	ready   func(c *conn)
	ack     func(c *conn, id uint64, args, binary []byte)
	event   func(c *conn, args []byte)
	http    func(c *conn, status int, body []byte)
	payload func(c *conn, body []byte) // of an event of a stream
	closed  func(c *conn)
}

func (cb *callbacks) onReady(c *conn) {
	cb.readyCount++
	if cb.ready != nil {
		cb.ready(c)
	}
}

func (cb *callbacks) onAck(c *conn, id uint64, args, binary []byte) {
	if cb.ack != nil {
		cb.ack(c, id, args, binary)
	}
}

func (cb *callbacks) onEvent(c *conn, args []byte) {
	if cb.event != nil {
		cb.event(c, args)
	}
}

func (cb *callbacks) onHTTP(c *conn, status int, body []byte) {
	if cb.http != nil {
		cb.http(c, status, body)
	}
}

func (cb *callbacks) onClosed(c *conn) {
	cb.closedCount++
	if cb.closed != nil {
		cb.closed(c)
	}
}
