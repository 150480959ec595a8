// attach.go: one connection of a session, or the try to make one: what waits to be
// written on it, and what its goroutines share.

package client

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/everwire/everwire/engine/eio"
)

// attachment is a WebSocket, an SSE stream, or a run of polling GETs. Its fields
// are under Client.mu but for those that never change.
type attachment struct {
	s         *session
	transport string
	wake      chan struct{}   // of capacity 1: there may be something to write
	ctx       context.Context // ends with the attachment
	cancel    context.CancelFunc
	over      chan struct{} // closed when its goroutine run has returned
	http      http.Client   // of its requests; its own, since connections of others may be as dead

	k       int64 // -1 for a trial
	leg     bool  // of a race
	opened  bool  // OPEN came
	probing bool  // 2probe was written before OPEN came
	proved  bool  // 3probe came
	moved   bool  // a message came on it, or one that it took was acknowledged
	dead    bool  // what comes on it is ignored
	leaving bool  // it writes what is left, and the close packet
	heard   bool  // the server has answered that
	posting bool  // a POST is under way
	since   time.Time
	num     int64 // of the last message that came on it
	sent    int64 // of the last message that was written on it
	asked   int64 // what the client had when it asked for OPEN
	due     due

	openTimer, probeTimer, swapTimer *timer
}

// due are the control packets that wait to be written: each at most once.
type due struct {
	ack    bool // 7<n>, with the number of that moment
	probe  bool // 2probe
	attach bool // 5<k>,<n>
	pong   bool
}

func newAttachment(s *session, transport string) *attachment {
	a := &attachment{s: s, transport: transport, wake: make(chan struct{}, 1), over: make(chan struct{})}
	a.ctx, a.cancel = context.WithCancel(s.c.root)
	if transport != WebSocket {
		a.http = s.c.opts.httpClient()
	}
	return a
}

// notify wakes who writes on the attachment.
func (a *attachment) notify() {
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// run is the attachment's goroutine: it connects, and reads until the end. It may
// block on the network, and on a full inbox.
func (a *attachment) run() {
	defer close(a.over)
	var err error
	switch a.transport {
	case WebSocket:
		err = a.runWebSocket()
	case SSE:
		err = a.runSSE()
	default:
		err = a.runPolling()
	}
	a.cancel()
	if a.http.Transport != nil { // else it would be everybody's
		a.http.CloseIdleConnections()
	}
	c := a.s.c
	c.mu.Lock()
	defer c.mu.Unlock()
	var end *lost
	a.heard = a.leaving && errors.As(err, &end) && end.why == TransportClose
	a.s.gone(a, err)
}

// received hands packets to the session, and waits until there is room for more.
// It reports whether to go on.
func (a *attachment) received(before int64, packets ...eio.Packet) bool {
	c := a.s.c
	c.mu.Lock()
	a.s.receive(a, before, packets)
	room, on := c.room, !a.dead
	c.mu.Unlock()
	if room != nil && on {
		select {
		case <-room:
		case <-a.ctx.Done():
			return false
		}
	}
	return on
}

// attachQuery is that of the request which attaches, or tries to.
func (a *attachment) attachQuery() string {
	c := a.s.c
	c.mu.Lock()
	defer c.mu.Unlock()
	s := a.s
	switch {
	case a.k < 0:
		return resumeQuery(a.transport, s.sid)
	case a.leg:
		return handshakeQuery(a.transport, s.rid, a.k, s.asksC)
	}
	q := resumeQuery(a.transport, s.sid) + "&at=" + itoa(a.k) + "&ack=" + itoa(a.asked)
	if a.transport == Polling {
		q += "&p=0"
	}
	return q
}

// control takes the control packets that wait.
func (a *attachment) control() (packets []eio.Packet) {
	d := a.due
	a.due = due{}
	if d.attach {
		packets = append(packets, eio.Packet{Type: eio.Upgrade, Data: []byte(itoa(a.k) + "," + itoa(a.asked))})
	}
	if d.ack {
		packets = append(packets, eio.Packet{Type: ack, Data: []byte(itoa(a.s.have))})
		a.s.told()
	}
	if d.probe {
		packets = append(packets, eio.Packet{Type: eio.Ping, Data: []byte("probe")})
	}
	if d.pong {
		packets = append(packets, eio.Packet{Type: eio.Pong})
	}
	return packets
}

// writable reports whether messages may be written on a.
func (a *attachment) writable() bool { return a.opened && (a.s.cur == a || a.leaving) }

// checkDrained tells who waits for it that nothing waits any more to be sent, or
// that it cannot be.
func (s *session) checkDrained() {
	if s.over || s.cur == nil || s.nothingLeft() && len(s.out.kept) == 0 {
		select {
		case <-s.drained:
		default:
			if s.draining {
				close(s.drained)
			}
		}
	}
}

var errEnded = errors.New("ended by the client")
