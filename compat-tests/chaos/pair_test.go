// pair_test.go: our server and our client with a proxy between them, and streams both ways.

package chaos

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/client"
	"github.com/everwire/everwire/compat-tests/faultproxy"
)

// How long a network that is mended may take.
const (
	connectLimit = 15 * time.Second
	healLimit    = 20 * time.Second
)

// A visitor is a client of ours that keeps account of what it gets.
type visitor struct {
	*client.Client
	took *ledger

	mu       sync.Mutex // guards what follows
	connects int
	ends     []client.Reason
}

func newVisitor(addr string, o client.Options) (*visitor, error) {
	o.Logger = logger()
	c, err := client.New("http://"+addr, o)
	if err != nil {
		return nil, err
	}
	v := &visitor{Client: c, took: newLedger()}
	c.OnConnect(func(context.Context) {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.connects++
	})
	c.OnDisconnect(func(why client.Reason) {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.ends = append(v.ends, why)
	})
	c.On("message", func(e *client.Ctx) error { return receive(v.took, e, c.Transport()) })
	c.On("fence", func(e *client.Ctx) error { return e.Ack() })
	return v, nil
}

// life returns how often the visitor connected, and why it was disconnected.
func (v *visitor) life() (connects int, ends []client.Reason) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.connects, slices.Clone(v.ends)
}

// connect connects.
func (v *visitor) connect() error {
	ctx, cancel := context.WithTimeout(context.Background(), connectLimit)
	defer cancel()
	return v.Connect(ctx)
}

// fence has all that was sent before it, and doubles of it, arrive at the server.
func (v *visitor) fence(deadline time.Time) error {
	ctx, cancel := context.WithDeadline(context.Background(), deadline.Add(time.Second))
	defer cancel()
	_, err := v.Call(ctx, "fence")
	return err
}

func (v *visitor) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return v.Close(ctx)
}

// A pair is one session: a server and a client with a proxy between them.
type pair struct {
	host    *host
	proxy   *faultproxy.Proxy
	visitor *visitor
	visit   *visit // the server's side of the visitor

	id       string  // of the socket
	up, down *stream // from the client, from the server
}

// newPair starts a pair, which is not connected. plan may be nil.
func newPair(o client.Options, plan func(*faultproxy.Conn) faultproxy.Faults) (*pair, error) {
	h, err := startHost()
	if err != nil {
		return nil, err
	}
	p, err := faultproxy.Listen(faultproxy.Config{Target: h.addr, Plan: plan, Logger: logger()})
	if err != nil {
		return nil, err
	}
	v, err := newVisitor(p.Addr(), o)
	return &pair{host: h, proxy: p, visitor: v}, err
}

// connect connects, and has messages sent both ways from the first moment on, so many a second.
func (p *pair) connect(rate int) error {
	connected := make(chan error, 1)
	go func() { connected <- p.visitor.connect() }() // ends at connectLimit
	deadline := time.Now().Add(connectLimit)
	if !await(deadline, func() bool { return p.visitor.Emit("fence") == nil }) {
		return errors.New("the client takes nothing to send")
	}
	p.up = startStream(p.visitor, rate)
	select {
	case p.visit = <-p.host.visits:
		p.down = startStream(p.visit.socket, rate)
	case <-time.After(connectLimit):
		return errors.New("the server has no socket")
	}
	err := <-connected
	p.id = p.visitor.ID()
	return err
}

// A result is what became of the messages of a pair.
type result struct {
	upSent, downSent         int
	up, down                 count
	upAnswered, downAnswered int
	failures                 []error
}

// finish stops the streams on a network that is mended, and waits for what was sent. The fence has doubles arrive that
// are under way.
func (p *pair) finish() result {
	r := result{upSent: p.up.stop(), downSent: p.down.stop()}
	deadline := time.Now().Add(healLimit)
	await(deadline, func() bool {
		return p.visit.took.count().Distinct >= r.upSent && p.visitor.took.count().Distinct >= r.downSent
	})
	ctx, cancel := context.WithDeadline(context.Background(), deadline.Add(time.Second))
	defer cancel()
	for _, s := range []side{p.visitor, p.visit.socket} {
		if _, err := s.Call(ctx, "fence"); err != nil {
			r.failures = append(r.failures, err)
		}
	}
	var err [2]error
	r.upAnswered, err[0] = p.up.settled()
	r.downAnswered, err[1] = p.down.settled()
	for _, err := range err {
		if err != nil {
			r.failures = append(r.failures, err)
		}
	}
	r.up, r.down = p.visit.took.count(), p.visitor.took.count()
	return r
}

// await polls until the condition holds or the deadline has passed.
func await(deadline time.Time, holds func() bool) bool {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		if time.Now().After(deadline) {
			return false
		}
		<-tick.C
	}
	return true
}

// check fails the test for each message that did not come exactly once and in order, and for a session that was not one.
func (p *pair) check(t assert.TestingT, name string, r result) {
	checkWay(t, name+", client to server", r.upSent, r.up, r.upAnswered)
	checkWay(t, name+", server to client", r.downSent, r.down, r.downAnswered)
	assert.Empty(t, r.failures, name)
	connects, ends := p.visitor.life()
	assert.Equal(t, 1, connects, "%s: connects of the client", name)
	assert.Empty(t, ends, "%s: disconnects of the client", name)
	assert.Empty(t, p.host.disconnected(), "%s: disconnects of the server", name)
	assert.Empty(t, p.host.visits, "%s: more connects of the server", name)
	assert.Equal(t, p.id, p.visitor.ID(), "%s: the client's socket", name)
	assert.Equal(t, p.id, p.visit.socket.ID(), "%s: the server's socket", name)
	assert.Equal(t, 1, p.host.server.Sessions(), "%s: sessions", name)
}

func checkWay(t assert.TestingT, name string, sent int, c count, answered int) {
	assert.Equal(t, count{Received: sent, Distinct: sent}, c, "%s: %d sent", name, sent)
	assert.Equal(t, calls(sent), answered, "%s: answers", name)
}

func (p *pair) close(t assert.TestingT) {
	for _, s := range []*stream{p.up, p.down} {
		if s != nil {
			s.stop()
		}
	}
	assert.NoError(t, p.visitor.close())
	assert.NoError(t, p.proxy.Close())
	assert.NoError(t, p.host.stop())
}

// dialer is Options.Dial over TCP that wraps each connection.
func dialer(wrap func(net.Conn) net.Conn) func(ctx context.Context, network, addr string) (net.Conn, error) {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return wrap(c), nil
	}
}

// TestPairOverGoodNetwork proves the harness right where nothing is wrong, over each transport.
func TestPairOverGoodNetwork(t *testing.T) {
	for _, transport := range []string{client.WebSocket, client.SSE, client.Polling} {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			p, err := newPair(client.Options{Transports: []string{transport}}, nil)
			require.NoError(t, err)
			defer p.close(t)
			require.NoError(t, p.connect(2000))
			await(time.Now().Add(connectLimit), func() bool {
				return min(p.visit.took.count().Distinct, p.visitor.took.count().Distinct) >= 2*callEvery
			})
			r := p.finish()
			p.check(t, transport, r)
			assert.GreaterOrEqual(t, min(calls(r.upSent), calls(r.downSent)), 2, "too few calls to prove anything")
		})
	}
}
