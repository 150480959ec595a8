// methods.go: what a test may do with a peer.

package enginetest

import (
	"time"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
)

// Session returns the server's side, for a test to look at or to close.
func (p *Peer) Session() *engine.Session { return p.session }

// Open returns the data of the OPEN packet, which is JSON.
func (p *Peer) Open() string { return string(p.opened.Data) }

// Send sends one text packet in its wire form, such as "40" or
// `42["event",1]`. Like the reader of a real connection it waits while the
// application is busy. The error is that of [engine.Conn.Receive], or of a packet
// that has no type.
func (p *Peer) Send(packet string) error {
	pkt, err := eio.Parse([]byte(packet))
	if err != nil {
		return err
	}
	return p.conn.Receive(pkt)
}

// SendBinary sends one binary message, such as an attachment.
func (p *Peer) SendBinary(data []byte) error {
	return p.conn.Receive(eio.Binary(data))
}

// Next returns the next packet of the server in its wire form, a binary message as
// "b" and its base64. It waits for [Patience] and fails the test after it, or when
// the session has ended and nothing is left.
func (p *Peer) Next() string {
	p.t.Helper()
	return string(eio.Append(nil, p.NextPacket()))
}

// NextPacket is [Peer.Next] for the packet itself.
func (p *Peer) NextPacket() eio.Packet {
	p.t.Helper()
	patience := time.NewTimer(Patience)
	defer patience.Stop()
	for ended := false; ; {
		p.mu.Lock()
		more := p.more
		if len(p.got) > 0 {
			next := p.got[0]
			p.got = p.got[1:]
			p.mu.Unlock()
			return next
		}
		p.mu.Unlock()
		if ended {
			p.t.Fatal("enginetest: no next packet: the session has ended")
		}
		select {
		case <-more:
		case <-p.done:
			ended = true // but look once more
		case <-patience.C:
			p.t.Fatalf("enginetest: no packet within %v", Patience)
		}
	}
}

// Waiting takes and returns the packets that are here already, in their wire form.
// In a bubble, after synctest.Wait, these are all that were sent.
func (p *Peer) Waiting() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var texts []string
	for _, pkt := range p.got {
		texts = append(texts, string(eio.Append(nil, pkt)))
	}
	p.got = nil
	return texts
}

// Silence stops the peer from answering pings: Next returns them, and the test may
// Send("3").
func (p *Peer) Silence() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.silent = true
}

// Stall stops the peer from taking what the session sends, pings included, until
// [Peer.Resume]: a slow client. What it waited for when Stall was called is still
// taken.
func (p *Peer) Stall() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stalled == nil {
		p.stalled = make(chan struct{})
	}
}

// Resume ends what [Peer.Stall] began.
func (p *Peer) Resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stalled != nil {
		close(p.stalled)
		p.stalled = nil
	}
}

// Done returns a channel that is closed when the connection is over, from either
// side. Next still returns what came before.
func (p *Peer) Done() <-chan struct{} { return p.done }

// Close closes the connection as a client does that goes away, for which the
// session ends with [engine.TransportClose], and waits until it is closed. It does
// nothing to a connection that is over.
func (p *Peer) Close() {
	p.stop(engine.ErrPeerClosed)
	<-p.done
}

// Cut breaks the connection, for which the session ends with
// [engine.TransportError], and waits until it is over.
func (p *Peer) Cut() {
	p.stop(errLost)
	<-p.done
}
