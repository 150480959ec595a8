// lag_test.go: a node that reads the stream later than its client asks for it.

package redis_test

import (
	"bytes"
	"context"
	"net"
	"sync"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/redis"
)

// gate holds back what comes on connections that read streams, while it is shut.
type gate struct {
	mu   sync.Mutex
	open *sync.Cond
	shut bool
}

func newGate() *gate {
	g := &gate{}
	g.open = sync.NewCond(&g.mu)
	return g
}

func (g *gate) set(shut bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = shut
	g.open.Broadcast()
}

// client is one whose connections go through the gate.
func (g *gate) client(t *testing.T) *goredis.Client {
	t.Helper()
	o := &goredis.Options{Addr: server(t), DisableIdentity: true}
	o.Dialer = func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, addr)
		return &gated{Conn: c, gate: g}, err
	}
	c := goredis.NewClient(o)
	t.Cleanup(func() { g.set(false); require.NoError(t, c.Close()) })
	return c
}

type gated struct {
	net.Conn
	gate  *gate
	reads bool // streams; of the goroutine that uses the connection
}

func (c *gated) Write(b []byte) (int, error) {
	c.reads = c.reads || bytes.Contains(b, []byte("xread"))
	return c.Conn.Write(b)
}

func (c *gated) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if !c.reads {
		return n, err
	}
	c.gate.mu.Lock()
	defer c.gate.mu.Unlock()
	for c.gate.shut {
		c.gate.open.Wait()
	}
	return n, err
}

// entries are all of a stream.
func entries(t *testing.T, c *goredis.Client, stream string) []goredis.XMessage {
	t.Helper()
	all, err := c.XRange(t.Context(), stream, "-", "+").Result()
	require.NoError(t, err)
	return all
}

// resend has an entry be in the stream a second time, as its sender does when it does not
// know whether Redis has it, and without the first if Redis has lost that.
func resend(t *testing.T, c *goredis.Client, stream string, e goredis.XMessage, lost bool) {
	t.Helper()
	if lost {
		require.NoError(t, c.XDel(t.Context(), stream, e.ID).Err())
	}
	require.NoError(t, c.XAdd(t.Context(), &goredis.XAddArgs{Stream: stream, Values: e.Values}).Err())
}

// times counts how often a client got each event: with what it came back to, and behind that.
func times(r adapter.Recoverer, back *adapter.Restored, l *local) map[string]int {
	n := make(map[string]int)
	for _, op := range back.Ops {
		n[op.Event.Event]++
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, op := range l.ops {
		if r.Behind(op.Mark, back.Last) {
			n[op.Event.Event]++
		}
	}
	return n
}

// A client comes back to a node that has not read yet what a Redis has that is about to be
// replaced by another one, to which all of that is sent once more. It gets nothing twice.
func TestBackBeforeTheReader(t *testing.T) {
	t.Parallel()
	for name, ahead := range map[string]bool{"with less": false, "with more than the node has read": true} {
		t.Run(name, func(t *testing.T) {
			config := redis.Config{Mode: redis.Streams, Prefix: prefixes(), Sessions: prefixes() + ":session:", Timeout: time.Second}
			g, near, far := newGate(), new(local), new(local)
			one := open(t, cluster(t, 1, config)[0], "/", near).(adapter.Recoverer)
			config.Client = g.client(t)
			node, err := redis.New(config)
			require.NoError(t, err)
			two := open(t, node, "/", far).(adapter.Recoverer)
			mark := relay(t, one, near, emission("a"))
			far.has(t, "a")
			g.set(true)
			for _, event := range []string{"b", "c"} {
				last := relay(t, one, near, emission(event))
				if ahead {
					mark = last
				}
			}
			save(t, one, saved())
			back, err := two.Restore(t.Context(), pid, mark, 10_000)
			if err == nil {
				err = two.Catch(t.Context(), back, 10_000)
			}
			c := client(t)
			for _, e := range entries(t, c, config.Prefix)[2:] {
				resend(t, c, config.Prefix, e, true)
			}
			g.set(false)
			relay(t, one, near, emission("end"))
			far.has(t, "end")
			if err != nil {
				return // it is told that it has perhaps not got everything
			}
			want := map[string]int{"b": 1, "c": 1, "end": 1}
			if ahead {
				want = map[string]int{"end": 1}
			}
			require.Equal(t, want, times(two, back, far))
		})
	}
}

// A node knows again what was sent before it was there.
func TestSentAgainToANewNode(t *testing.T) {
	config := redis.Config{Mode: redis.Streams, Prefix: prefixes(), Sessions: prefixes() + ":session:"}
	near, far := new(local), new(local)
	one := open(t, cluster(t, 1, config)[0], "/", near).(adapter.Recoverer)
	relay(t, one, near, emission("a"))
	mark := relay(t, one, near, emission("b"))
	save(t, one, saved())
	two := open(t, cluster(t, 1, config)[0], "/", far).(adapter.Recoverer)
	back, err := two.Restore(t.Context(), pid, mark, 10_000)
	require.NoError(t, err)
	c := client(t)
	resend(t, c, config.Prefix, entries(t, c, config.Prefix)[2], false)
	relay(t, one, near, emission("end"))
	far.has(t, "end")
	require.Equal(t, map[string]int{"end": 1}, times(two, back, far))
}

// during is a namespace that does something when it has applied an event.
type during struct {
	*local
	event string
	do    func()
}

func (d during) Apply(ctx context.Context, op *adapter.Op, answer func(adapter.Answer) error) error {
	err := d.local.Apply(ctx, op, answer)
	if op.Event.Event == d.event {
		d.do()
	}
	return err
}

// A client comes in just after an event was brought to those who are there: it is among what
// the client has missed.
func TestBackBehindAnEvent(t *testing.T) {
	config := redis.Config{Mode: redis.Streams, Prefix: prefixes(), Sessions: prefixes() + ":session:"}
	near := new(local)
	one := open(t, cluster(t, 1, config)[0], "/", near).(adapter.Recoverer)
	var two adapter.Recoverer
	var back *adapter.Restored
	caught := make(chan error, 1)
	a, err := cluster(t, 1, config)[0].Open("/", during{new(local), "e", func() { caught <- two.Catch(context.Background(), back, 10_000) }})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, a.Close()) })
	two = a.(adapter.Recoverer)
	mark := relay(t, one, near, emission("a"))
	save(t, one, saved())
	back, err = two.Restore(t.Context(), pid, mark, 10_000)
	require.NoError(t, err)
	last := relay(t, one, near, emission("e"))
	require.NoError(t, <-caught)
	require.Len(t, back.Ops, 1)
	require.Equal(t, last, back.Last)
}
