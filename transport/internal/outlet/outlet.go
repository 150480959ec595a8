// Package outlet writes what sessions have to send to connections that a transport has
// taken over from net/http. A connection that has something to write is queued for the
// [Flushers], which put all that waits for it into one system call; an idle one costs no
// goroutine and no buffer.
package outlet

import (
	"net"
	"sync"
	"syscall"

	"github.com/everwire/everwire/engine"
)

// Owner is a connection, as its transport knows it. Its methods are called without a
// lock held, the first three by one goroutine at a time.
type Owner interface {
	// Append appends what b holds, as it stands on the wire. last says that nothing may
	// follow. It must not keep b, and returns dst for one that is empty.
	Append(dst []byte, b *engine.Batch) (_ []byte, last bool)

	// Finished is called when the last bytes are out.
	Finished()

	// Failed is called when the connection was closed because a write has failed: the
	// reading half is to end.
	Failed()

	// Released is called when both halves are over, before the connection is closed for
	// good and the session told.
	Released()
}

// Half is the writing half of a connection, and what both halves use. The exported fields
// are set before the first Wake, or Start. It must not be copied.
type Half struct {
	net.Conn
	Raw     syscall.RawConn // of [RawConn]; nil: writes block, and a goroutine makes them
	Session *engine.Conn    // nil if no session took the connection

	mu      sync.Mutex // guards what follows
	extra   *extra     // nil for most connections at most times
	busy    bool       // somebody writes, or is asked to
	again   bool       // there is more since he looked
	ended   bool       // the last bytes were taken, or a write failed: the rest is dropped
	slow    bool       // the client took nothing for writeWait
	closing bool       // the reader is gone: who writes closes the connection
}

// extra is what a connection has to write beside what its session has, and its end.
type extra struct {
	first []byte // what goes before the rest
	last  []byte // what nothing follows
	cause error  // why the reader is gone
}

// extraLocked returns what can be changed.
func (h *Half) extraLocked() *extra {
	if h.extra == nil {
		h.extra = new(extra)
	}
	return h.extra
}

// Wake is called when there is something to write. It does not block.
func (h *Half) Wake(f *Flushers, o Owner) {
	h.mu.Lock()
	start := !h.busy && !h.ended
	h.again, h.busy = true, h.busy || start
	h.mu.Unlock()
	if start {
		h.Start(f, o)
	}
}

// Hold keeps Wake from having anything written until Start is called: somebody else
// writes yet. It is called before the session knows of the connection.
func (h *Half) Hold() { h.busy = true }

// Start has written what waits.
func (h *Half) Start(f *Flushers, o Owner) {
	if h.Raw != nil {
		f.add(queued{h, o})
		return
	}
	// Owned by the connection; ends when all is written; blocks on the
	// connection for writeWait at most.
	go h.flushBlocking(o, nil, false)
}

// PushFirst has b written before what the session has to send; Wake is to be called then.
// What was pushed before and still waits is dropped if it has more than most bytes.
func (h *Half) PushFirst(b []byte, most int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	x := h.extraLocked()
	if len(x.first) > most {
		x.first = x.first[:0]
	}
	x.first = append(x.first, b...)
}

// PushLast has b written after all that the session was sent until now, and nothing after
// it; Wake is to be called then. It keeps b.
func (h *Half) PushLast(b []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.extraLocked().last = b
}
