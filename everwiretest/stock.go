// stock.go: a client that says and hears packets as they are on the wire.

package everwiretest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/everwire/everwire/client"
	"github.com/everwire/everwire/engine/eio"
)

// Stock is a client of plain Engine.IO 4, as the official ones are: it knows nothing
// of resumption, and its session ends with its connection. Packets are texts in
// their wire form, such as "40" or `42["chat","hello"]`; binary messages are "b" and
// their base64. It takes what comes all the time, answers the pings of the server,
// and keeps the rest for [Stock.Next].
type Stock struct {
	*Line
	options client.Options
	sid     string
	opened  string
	stop    context.CancelFunc
	done    chan struct{} // closed when its goroutine has ended; why is set then
	why     error

	mu     sync.Mutex    // guards what follows
	wire   wire          // to write on
	source wire          // to read from: the same, but in an upgrade
	moved  chan struct{} // closed when source is read from; nil: it is
	got    []string
	more   chan struct{} // closed when got grows
	silent bool
}

// wire is a connection that packets travel by. Both may be called at once.
type wire interface {
	// send writes packets, in one request if there are requests.
	send(ctx context.Context, packets ...eio.Packet) error
	// next waits for packets.
	next(ctx context.Context) ([]eio.Packet, error)
	// close frees what the connection holds.
	close()
}

// Stock opens a session over client.WebSocket or client.Polling, and takes the OPEN
// packet; the session is in no namespace yet. Of the options Path and Header count.
// The connection ends with the test t.
func (s *Server) Stock(t testing.TB, transport string, options ...Option) *Stock {
	t.Helper()
	p := &Stock{
		Line:    s.newLine(),
		options: s.with(client.Options{Path: "/socket.io/"}, options),
		done:    make(chan struct{}),
		more:    make(chan struct{}),
	}
	ctx, cancel := context.WithTimeout(context.Background(), wait())
	defer cancel()
	first, err := p.open(ctx, transport)
	if err != nil {
		t.Fatalf("everwiretest: %s gets no session: %v", p.name, err)
	}
	ctx, p.stop = context.WithCancel(context.Background())
	// Owned by the client; ends with the session or with the test, and blocks on the
	// server having nothing to send.
	go p.run(ctx, first)
	t.Cleanup(p.Cut)
	return p
}

// open opens the session, and returns what came behind OPEN.
func (p *Stock) open(ctx context.Context, transport string) (rest []eio.Packet, err error) {
	switch transport {
	case client.WebSocket:
		p.wire, err = dialSocket(ctx, p.Line, p.options, "")
	case client.Polling:
		p.wire = newPolls(p.Line, p.options)
	default:
		err = fmt.Errorf(`transport %q is not "websocket" or "polling"`, transport)
	}
	if err != nil {
		return nil, err
	}
	p.source = p.wire
	packets, err := p.wire.next(ctx)
	if err == nil {
		err = p.admit(packets)
	}
	if err != nil {
		p.wire.close()
		return nil, err
	}
	return packets[1:], nil
}

// admit takes OPEN, which must be the first packet.
func (p *Stock) admit(packets []eio.Packet) error {
	if len(packets) == 0 || packets[0].Type != eio.Open {
		return errors.New("the first packet is not OPEN")
	}
	var open struct {
		SID string `json:"sid"`
	}
	if err := json.Unmarshal(packets[0].Data, &open); err != nil {
		return fmt.Errorf("OPEN: %w", err)
	}
	p.opened, p.sid = string(packets[0].Data), open.SID
	if polls, ok := p.wire.(*polls); ok {
		polls.url += "&sid=" + p.sid
	}
	return nil
}

// run takes what comes until the end.
func (p *Stock) run(ctx context.Context, packets []eio.Packet) {
	defer close(p.done)
	defer func() { p.toRead().close() }()
	for p.why == nil {
		for _, packet := range packets {
			p.take(ctx, packet)
		}
		packets, p.why = p.toRead().next(ctx)
	}
}

// toRead is the wire to read from next.
func (p *Stock) toRead() wire {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.moved != nil {
		close(p.moved)
		p.moved = nil
	}
	return p.source
}

// current is the wire to write on.
func (p *Stock) current() wire {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.wire
}

func (p *Stock) take(ctx context.Context, packet eio.Packet) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case packet.Type == eio.Noop:
		return
	case packet.Type == eio.Ping && !p.silent:
		w := p.wire
		// A goroutine of its own, since a POST may wait for what this one has to take;
		// it ends with the connection at the latest.
		go func() { _ = w.send(ctx, eio.Packet{Type: eio.Pong, Data: packet.Data}) }()
		return
	}
	p.got = append(p.got, string(eio.Append(nil, packet)))
	close(p.more)
	p.more = make(chan struct{})
}

// Opened returns the data of the OPEN packet, which is JSON.
func (p *Stock) Opened() string { return p.opened }

// Send sends packets: over polling in one POST, over a WebSocket one frame each.
func (p *Stock) Send(packets ...string) error {
	var list []eio.Packet
	for _, text := range packets {
		packet, err := eio.Parse([]byte(text))
		if err != nil {
			return err
		}
		list = append(list, packet)
	}
	ctx, cancel := context.WithTimeout(context.Background(), wait())
	defer cancel()
	return p.current().send(ctx, list...)
}

// Join connects to a namespace, "/" or one of a name like "/admin", with the payload
// auth, which is JSON or "". The test fails unless the server lets the client in.
// What else comes before the answer is dropped.
func (p *Stock) Join(t testing.TB, namespace, auth string) {
	t.Helper()
	prefix := ""
	if namespace != "/" {
		prefix = namespace + ","
	}
	if err := p.Send("40" + prefix + auth); err != nil {
		t.Fatalf("everwiretest: %s cannot send CONNECT: %v", p.name, err)
	}
	for {
		switch answer := p.Next(t); {
		case strings.HasPrefix(answer, "40"+prefix+"{"):
			return
		case strings.HasPrefix(answer, "44"+prefix):
			t.Fatalf("everwiretest: %s is refused: %s", p.name, answer)
		}
	}
}

// Next takes the next packet of the server, and waits for it.
func (p *Stock) Next(t testing.TB) string {
	t.Helper()
	timer := time.NewTimer(wait())
	defer timer.Stop()
	for ended := false; ; {
		packet, ok, more := p.first()
		if ok {
			return packet
		}
		if ended {
			t.Fatalf("everwiretest: no packet for %s: its session has ended: %v", p.name, p.why)
		}
		select {
		case <-more:
		case <-p.done:
			ended = true // but look once more
		case <-timer.C:
			t.Fatalf("everwiretest: no packet for %s within %v", p.name, wait())
		}
	}
}

func (p *Stock) first() (packet string, ok bool, more <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.got) == 0 {
		return "", false, p.more
	}
	packet = p.got[0]
	p.got = p.got[1:]
	return packet, true, nil
}

// Waiting takes the packets that have come, and waits for none.
func (p *Stock) Waiting() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	got := p.got
	p.got = nil
	return got
}

// Silence stops the answers to pings: Next returns them.
func (p *Stock) Silence() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.silent = true
}

// Done returns a channel that is closed when the session or its connection has
// ended, from either side. Next still returns what came before.
func (p *Stock) Done() <-chan struct{} { return p.done }

// Cut ends the connection for good, also between two polls, without a word to the
// session, and waits until it is over. To say goodbye, Send("41") or Send("1") before.
func (p *Stock) Cut() {
	p.stop() // for a poll that is about to be asked
	p.Line.Cut()
	<-p.done
}
