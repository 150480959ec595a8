package forward

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// wires is a bus between two nodes that hands on frames in order, and may lose some.
type wires struct {
	mu     sync.Mutex
	topics map[string][]chan []byte
	lose   func(frame) bool
	fail   error
}

func (b *wires) Publish(_ context.Context, topic string, payload []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail != nil {
		return b.fail
	}
	if m, ok := parseFrame(payload); ok && b.lose != nil && b.lose(m) {
		return nil
	}
	for _, to := range b.topics[topic] {
		to <- bytes.Clone(payload)
	}
	return nil
}

func (b *wires) Subscribe(_ context.Context, topic string, f func([]byte)) (func(), error) {
	to, done := make(chan []byte, 1<<12), make(chan struct{})
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.topics == nil {
		b.topics = map[string][]chan []byte{}
	}
	b.topics[topic] = append(b.topics[topic], to)
	go func() {
		defer close(done)
		for p := range to {
			f(p)
		}
	}()
	return func() {
		b.mu.Lock()
		delete(b.topics, topic)
		b.mu.Unlock()
		close(to)
		<-done
	}, nil
}

// pair returns a stream that one node has dialed, and a function that accepts it at the
// other.
func pair(t *testing.T, b *wires) (*stream, func() *stream) {
	nodes := make([]*Forwarder, 2)
	for i := range nodes {
		f := New(b, Config{})
		for _, topic := range []string{f.private(f.id), f.all()} {
			stop, err := b.Subscribe(t.Context(), topic, f.receive)
			require.NoError(t, err)
			f.stops = append(f.stops, stop)
		}
		go f.run() // without a server: streams are accepted by the test
		t.Cleanup(func() {
			f.end()
			<-f.done
			f.unsubscribe()
		})
		nodes[i] = f
	}
	s, err := nodes[0].dial(nodes[1].id, meta{addr: "192.0.2.1:1234", principal: "ann", secure: true})
	require.NoError(t, err)
	return s, func() *stream {
		c, err := nodes[1].home.Accept()
		require.NoError(t, err)
		return c.(*stream)
	}
}

func TestStreamCarries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, accept := pair(t, new(wires))
		_, err := near.Write([]byte("hello"))
		require.NoError(t, err)
		far := accept()
		require.Equal(t, meta{"192.0.2.1:1234", "ann", true}, far.meta)
		require.Equal(t, "192.0.2.1:1234", far.RemoteAddr().String())
		b := make([]byte, 100)
		n, err := far.Read(b)
		require.NoError(t, err)
		require.Equal(t, "hello", string(b[:n]))

		want := make([]byte, 3<<20)
		rng := rand.NewChaCha8([32]byte{1})
		rng.Read(want)
		go func() {
			_, err := far.Write(want)
			require.NoError(t, err)
			require.NoError(t, far.Close())
		}()
		got, err := io.ReadAll(near)
		require.NoError(t, err)
		require.True(t, bytes.Equal(want, got))
		_, err = near.Write([]byte("x"))
		require.ErrorIs(t, err, io.ErrClosedPipe)
		require.NoError(t, near.Close())
		require.Empty(t, near.f.streams.all)
		require.Empty(t, far.f.streams.all)
	})
}

// Who does not read holds a window, and its peer waits.
func TestStreamWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, accept := pair(t, new(wires))
		var n int
		var err error
		go func() { n, err = near.Write(make([]byte, 10*window)) }()
		far := accept()
		synctest.Wait()
		require.Equal(t, window, far.waiting)
		require.NoError(t, near.SetWriteDeadline(time.Now().Add(time.Second)))
		time.Sleep(time.Second)
		synctest.Wait()
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.Equal(t, window, n)
		near.Close()
		far.Close()
	})
}

// Who sends in bits does not have more memory held than who does not.
func TestStreamKeepsBitsTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, accept := pair(t, new(wires))
		_, err := near.Write([]byte("x"))
		require.NoError(t, err)
		far := accept()
		for range 1000 {
			_, err = near.Write([]byte("x"))
			require.NoError(t, err)
		}
		synctest.Wait()
		require.Len(t, far.chunks, 1)
		require.LessOrEqual(t, cap(far.chunks[0]), 2*smallChunk)
		near.Close()
		far.Close()
	})
}

func TestStreamDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, accept := pair(t, new(wires))
		_, err := near.Write([]byte("x"))
		require.NoError(t, err)
		far := accept()
		start := time.Now()
		require.NoError(t, near.SetDeadline(start.Add(time.Second)))
		_, err = near.Read(make([]byte, 1))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.Equal(t, time.Second, time.Since(start))
		_, err = near.Write([]byte("x"))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.NoError(t, near.SetDeadline(time.Time{}))
		go near.Close()
		_, err = near.Read(make([]byte, 1))
		require.ErrorIs(t, err, net.ErrClosed)
		far.Close()
	})
}

// A frame that the bus loses breaks the stream: what is read is a beginning of what was
// written.
func TestStreamLoses(t *testing.T) {
	for _, kind := range []byte{data, credit, fin} {
		synctest.Test(t, func(t *testing.T) {
			count := 0
			near, accept := pair(t, &wires{lose: func(m frame) bool {
				if m.kind&^ofDialer == kind {
					count++
				}
				return m.kind&^ofDialer == kind && (count == 2 || kind == fin)
			}})
			_, err := near.Write([]byte("x"))
			require.NoError(t, err)
			far := accept()
			go func() {
				for i := range 100 {
					if _, err := far.Write(bytes.Repeat([]byte{byte(i)}, 10_000)); err != nil {
						return
					}
				}
				far.Close()
			}()
			got, err := io.ReadAll(near)
			require.Error(t, err)
			for i, b := range got {
				require.Equal(t, byte(i/10_000), b)
			}
			require.Equal(t, kind == fin, len(got) == 1_000_000)
			synctest.Wait()
			require.Empty(t, near.f.streams.all)
			require.Empty(t, far.f.streams.all)
			near.Close()
			far.Close()
		})
	}
}

func TestStreamIsNotAccepted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, _ := pair(t, &wires{lose: func(m frame) bool { return m.kind == accept }})
		start := time.Now()
		_, err := near.Write([]byte("x"))
		require.NoError(t, err)
		_, err = near.Read(make([]byte, 1))
		require.ErrorIs(t, err, ErrSilent)
		require.Equal(t, 2*time.Second, time.Since(start))
		near.Close()
	})
}

func TestStreamOfBusThatRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		full := errors.New("full")
		near, _ := pair(t, &wires{fail: full})
		_, err := near.Write([]byte("x"))
		require.ErrorIs(t, err, full)
		require.Empty(t, near.f.streams.all)
		near.Close()
	})
}

// Two nodes of one tag: the one with the larger name takes another.
func TestTagsDiffer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(wires)
		nodes := make([]*Forwarder, 2)
		for i := range nodes {
			nodes[i] = New(b, Config{})
			nodes[i].peers.own = tag{1, 2}
			require.NoError(t, nodes[i].Start(func(http.ResponseWriter, *http.Request, string) {}))
		}
		synctest.Wait()
		require.NotEqual(t, nodes[0].Tag(), nodes[1].Tag())
		keeps := nodes[0]
		if bytes.Compare(nodes[1].id[:], keeps.id[:]) < 0 {
			keeps = nodes[1]
		}
		require.Equal(t, tag{1, 2}, keeps.Tag())
		for i, f := range nodes {
			id, ok := f.peers.find(nodes[1-i].Tag())
			require.True(t, ok)
			require.Equal(t, nodes[1-i].id, id)
		}
		for _, f := range nodes {
			require.NoError(t, f.Close(t.Context()))
		}
	})
}

// The first to claim a race has it, whoever asks; names are forgotten in time.
func TestClaims(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(wires)
		nodes := make([]*Forwarder, 5)
		for i := range nodes {
			nodes[i] = New(b, Config{})
			require.NoError(t, nodes[i].Start(func(http.ResponseWriter, *http.Request, string) {}))
		}
		_, err := nodes[0].Claim(t.Context(), "too early")
		require.ErrorIs(t, err, errClaim, "nodes have just come: they may not agree on who keeps the race")
		time.Sleep(2 * nodes[0].config.Heartbeat)
		keepers := map[nodeID]int{}
		for i := range 200 {
			rid := string(rune('A'+i%26)) + string(rune('a'+i/26)) + "aaaaaaaaaaaaaaaaaaaa"
			first := nodes[i%5]
			keepers[first.keeperOf(rid)]++
			for j := range nodes {
				owner, err := nodes[(i+j)%5].Claim(t.Context(), rid)
				require.NoError(t, err)
				require.Equal(t, first.Tag(), owner)
			}
		}
		require.Len(t, keepers, 5)
		time.Sleep(claimTime + nodes[0].config.Heartbeat)
		synctest.Wait()
		for _, f := range nodes {
			require.Empty(t, f.claims.byRID)
		}
		b.mu.Lock()
		b.lose = func(m frame) bool { return m.kind == claimed }
		b.mu.Unlock()
		for _, f := range nodes {
			for i := range 10 {
				start := time.Now()
				_, err := f.Claim(t.Context(), string(rune('A'+i)))
				if time.Since(start) > 0 {
					require.ErrorIs(t, err, errClaim)
					require.Equal(t, claimWait, time.Since(start))
				}
			}
			require.Empty(t, f.claims.waiting)
		}
		synctest.Wait()
		for _, f := range nodes {
			require.LessOrEqual(t, len(f.claims.byRID), 10)
			require.NoError(t, f.Close(t.Context()))
		}
	})
}

// FuzzReceive throws bytes at a node: nothing panics, and nothing stays behind.
func FuzzReceive(f *testing.F) {
	for kind := range reset + 1 {
		f.Add((&frame{kind: kind, from: nodeID{1}, id: 1, seq: 1, data: []byte{0, 1}}).append(nil), []byte{})
	}
	about := meta{addr: "a", principal: "b"}
	f.Add((&frame{kind: open | ofDialer, id: 1, seq: 1, data: append(about.append(nil), "GET / HTTP/1.1\r\n\r\n"...)}).append(nil),
		(&frame{kind: fin | ofDialer, id: 1, seq: 2}).append(nil))
	f.Fuzz(func(t *testing.T, first, second []byte) {
		node := New(new(wires), Config{MaxStreams: 4})
		for _, b := range [][]byte{first, second, first} {
			node.receive(b)
		}
		require.LessOrEqual(t, len(node.streams.all), 1)
		require.LessOrEqual(t, len(node.peers.known), 2)
		require.LessOrEqual(t, len(node.claims.byRID), 2)
		node.streams.close()
	})
}
