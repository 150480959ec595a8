// net_test.go: connections behave like TCP ones, and each fault as it says.

package sim

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const ms = time.Millisecond

// steady has a latency of 10 ms and nothing else.
var steady = Weather{Latency: 10 * ms}

// pair opens one connection in its weather, in a bubble.
func pair(t *testing.T, w Weather, test func(t *testing.T, n *Net, client, server net.Conn)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := New(Config{Seed: 1, Weather: w, Until: time.Hour, Trace: true})
		l := n.Listen("server")
		client, err := n.Dial(t.Context(), "client", "server")
		require.NoError(t, err)
		server, err := l.Accept()
		require.NoError(t, err)
		test(t, n, client, server)
		_, _ = client.Close(), server.Close() // many tests have closed them
		require.NoError(t, l.Close())
	})
}

func send(t *testing.T, c net.Conn, text string) {
	t.Helper()
	n, err := io.WriteString(c, text)
	require.NoError(t, err)
	require.Len(t, text, n)
}

func receive(t *testing.T, c net.Conn, text string) {
	t.Helper()
	got := make([]byte, len(text))
	_, err := io.ReadFull(c, got)
	require.NoError(t, err)
	require.Equal(t, text, string(got))
}

// pass lets virtual time pass, and what is due then happen.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func TestBytesTakeTheirTimeAndKeepTheirOrder(t *testing.T) {
	pair(t, steady, func(t *testing.T, n *Net, client, server net.Conn) {
		began := time.Now()
		send(t, client, "hello")
		receive(t, server, "hello")
		assert.InDelta(t, 30*ms, time.Since(began), 10, "the handshake and the first bytes")
		began = time.Now()
		send(t, client, "one ")
		pass(5 * ms)
		send(t, client, "two")
		receive(t, server, "one ")
		assert.Equal(t, 10*ms, time.Since(began))
		receive(t, server, "two")
		assert.Equal(t, 15*ms, time.Since(began))
		send(t, server, "back")
		receive(t, client, "back")
		assert.Equal(t, 25*ms, time.Since(began))
		assert.Zero(t, n.Counts())
	})
}

func TestHalfCloseAndClose(t *testing.T) {
	pair(t, steady, func(t *testing.T, _ *Net, client, server net.Conn) {
		send(t, client, "question")
		require.NoError(t, client.(*conn).CloseWrite())
		_, err := io.WriteString(client, "more")
		assert.ErrorIs(t, err, syscall.EPIPE)
		got, err := io.ReadAll(server)
		require.NoError(t, err)
		assert.Equal(t, "question", string(got))
		send(t, server, "answer")
		require.NoError(t, server.Close())
		assert.ErrorIs(t, server.Close(), net.ErrClosed)
		got, err = io.ReadAll(client)
		require.NoError(t, err)
		assert.Equal(t, "answer", string(got))
		_, err = server.Read(make([]byte, 1))
		assert.ErrorIs(t, err, net.ErrClosed)
		_, err = server.Write([]byte("x"))
		assert.ErrorIs(t, err, net.ErrClosed)
	})
}

func TestWritingToAClosedEndBringsAReset(t *testing.T) {
	pair(t, steady, func(t *testing.T, _ *Net, client, server net.Conn) {
		require.NoError(t, server.Close())
		pass(50 * ms)
		send(t, client, "anybody there?") // the first write is taken
		pass(50 * ms)
		_, err := client.Write([]byte("?"))
		assert.ErrorIs(t, err, syscall.EPIPE)
		_, err = client.Read(make([]byte, 1))
		assert.ErrorIs(t, err, syscall.ECONNRESET)
	})
}

func TestClosingOverUnreadBytesIsAReset(t *testing.T) {
	pair(t, steady, func(t *testing.T, _ *Net, client, server net.Conn) {
		send(t, client, "unread")
		pass(50 * ms)
		require.NoError(t, server.Close())
		_, err := client.Read(make([]byte, 1))
		assert.ErrorIs(t, err, syscall.ECONNRESET)
	})
}

func TestDeadlines(t *testing.T) {
	pair(t, steady, func(t *testing.T, _ *Net, client, server net.Conn) {
		began := time.Now()
		require.NoError(t, client.SetReadDeadline(began.Add(time.Second)))
		_, err := client.Read(make([]byte, 1))
		assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
		var timeout net.Error
		require.ErrorAs(t, err, &timeout)
		assert.True(t, timeout.Timeout())
		assert.Equal(t, time.Second, time.Since(began))

		require.NoError(t, client.SetWriteDeadline(time.Now().Add(time.Second)))
		n, err := client.Write(make([]byte, 2*window)) // nobody reads
		assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
		assert.Equal(t, window, n)
		assert.Equal(t, 2*time.Second, time.Since(began))

		require.NoError(t, client.SetDeadline(time.Time{}))
		done := make(chan error, 1)
		// The test's; ends with the deadline.
		go func() { _, err := client.Read(make([]byte, 1)); done <- err }()
		pass(time.Minute)
		require.NoError(t, client.SetReadDeadline(time.Unix(1, 0)))
		assert.ErrorIs(t, <-done, os.ErrDeadlineExceeded)
		_ = server
	})
}

func TestAFullWindowMakesWritesWait(t *testing.T) {
	pair(t, steady, func(t *testing.T, _ *Net, client, server net.Conn) {
		data := bytes.Repeat([]byte("0123456789abcdef"), 4*window/16)
		sent := make(chan error, 1)
		// The test's; ends when all is read.
		go func() { _, err := client.Write(data); sent <- err }()
		pass(time.Minute)
		assert.Empty(t, sent)
		got := make([]byte, len(data))
		_, err := io.ReadFull(server, got)
		require.NoError(t, err)
		require.NoError(t, <-sent)
		assert.True(t, bytes.Equal(data, got))
	})
}

func TestSplitAndMerge(t *testing.T) {
	pair(t, Weather{Latency: 10 * ms, Split: 1, Merge: 0.5}, func(t *testing.T, n *Net, client, server net.Conn) {
		var want strings.Builder
		for range 100 {
			send(t, client, "some text")
			want.WriteString("some text")
			pass(ms)
		}
		require.NoError(t, client.Close())
		got, err := io.ReadAll(server)
		require.NoError(t, err)
		assert.Equal(t, want.String(), string(got))
		assert.GreaterOrEqual(t, n.Counts()[Split], 100)
		assert.GreaterOrEqual(t, n.Counts()[Merge], 30)
	})
}

// strike sends until the way up is struck at its drawn byte, at, and returns how many came.
func strike(t *testing.T, n *Net, k Kind, client, server net.Conn) (at int64, read int, err error) {
	t.Helper()
	got := make(chan int, 1)
	fail := make(chan error, 1)
	// The test's; ends with the connection, or its deadline.
	go func() {
		b, err := io.ReadAll(server)
		fail <- err
		got <- len(b)
	}()
	require.NoError(t, server.SetReadDeadline(time.Now().Add(time.Minute)))
	for i := 0; n.Counts()[k] == 0; i++ {
		require.Less(t, i, 1000, "the fault does not strike")
		if _, err := client.Write([]byte("0123456789")); err != nil {
			break
		}
		if i == 0 {
			at = client.(*conn).out().points[0].at
		}
		pass(ms)
	}
	err = <-fail
	return at, <-got, err
}

func TestCuts(t *testing.T) {
	for _, c := range []struct {
		kind    Kind
		weather Weather
		reader  error // of the reader, nil is the end
		writer  error // of the writer's reads
	}{
		{Reset, Weather{Latency: 10 * ms, Reset: 1, Reach: 300}, syscall.ECONNRESET, syscall.ECONNRESET},
		{Finish, Weather{Latency: 10 * ms, Finish: 1, Reach: 300}, nil, io.EOF},
		{Swallow, Weather{Latency: 10 * ms, Swallow: 1, Reach: 300}, os.ErrDeadlineExceeded, os.ErrDeadlineExceeded},
		{Buffer, Weather{Latency: 10 * ms, Buffer: 1, Reach: 300}, os.ErrDeadlineExceeded, os.ErrDeadlineExceeded},
	} {
		t.Run(c.kind.String(), func(t *testing.T) {
			pair(t, c.weather, func(t *testing.T, n *Net, client, server net.Conn) {
				at, read, err := strike(t, n, c.kind, client, server)
				if c.reader == nil {
					assert.NoError(t, err)
				} else {
					assert.ErrorIs(t, err, c.reader)
				}
				assert.EqualValues(t, at, read)
				require.NoError(t, client.SetReadDeadline(time.Now().Add(time.Minute)))
				_, err = client.Read(make([]byte, 1))
				assert.ErrorIs(t, err, c.writer)
				assert.Equal(t, 1, n.Counts()[c.kind])
			})
		})
	}
}

func TestBufferedBytesComeWithTheEnd(t *testing.T) {
	pair(t, Weather{Latency: 10 * ms, Buffer: 1, Reach: 3}, func(t *testing.T, n *Net, client, server net.Conn) {
		send(t, client, "one ")
		pass(time.Minute)
		require.NoError(t, server.SetReadDeadline(time.Now().Add(time.Minute)))
		send(t, client, "two")
		_, err := io.ReadAll(server)
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.NoError(t, server.SetReadDeadline(time.Time{}))
		require.NoError(t, client.Close())
		rest, err := io.ReadAll(server)
		require.NoError(t, err)
		assert.True(t, strings.HasSuffix(string(rest), "two"))
	})
}

func TestFreezeEnds(t *testing.T) {
	pair(t, Weather{Latency: 10 * ms, Freeze: 1, Reach: 3, FreezeFor: 10 * time.Second}, func(t *testing.T, n *Net, client, server net.Conn) {
		began := time.Now()
		send(t, client, "frozen")
		receive(t, server, "frozen")
		assert.Greater(t, time.Since(began), 100*ms)
		assert.Equal(t, 1, n.Counts()[Freeze])
		began = time.Now()
		send(t, client, "thawed")
		receive(t, server, "thawed")
		assert.Equal(t, 10*ms, time.Since(began))
	})
}

func TestIdleConnectionsAreCut(t *testing.T) {
	pair(t, Weather{Latency: 10 * ms, Idle: 1, IdleFor: time.Second}, func(t *testing.T, n *Net, client, server net.Conn) {
		for range 10 {
			send(t, client, "busy")
			receive(t, server, "busy")
			pass(500 * ms)
		}
		began := time.Now()
		_, err := server.Read(make([]byte, 1))
		assert.ErrorIs(t, err, syscall.ECONNRESET)
		_, err = client.Read(make([]byte, 1))
		assert.ErrorIs(t, err, syscall.ECONNRESET)
		assert.Less(t, time.Since(began), 3*time.Second)
		assert.Equal(t, 1, n.Counts()[Idle])
	})
}

func TestPause(t *testing.T) {
	pair(t, steady, func(t *testing.T, n *Net, client, server net.Conn) {
		began := time.Now()
		send(t, client, "to the server")
		send(t, server, "to the client")
		n.Pause("server", 15*time.Second)
		other, err := n.Dial(t.Context(), "other", "server")
		require.NoError(t, err)
		require.NoError(t, other.Close())
		receive(t, server, "to the server")
		assert.GreaterOrEqual(t, time.Since(began), 15*time.Second)
		receive(t, client, "to the client")
		assert.Less(t, time.Since(began), 16*time.Second)
		send(t, client, "again")
		receive(t, server, "again")
		assert.Less(t, time.Since(began), 16*time.Second)
		assert.Equal(t, 1, n.Counts()[Pause])
	})
}

func TestRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := New(Config{Seed: 1, Weather: Weather{Refuse: 1, RefuseFor: ms}, Until: time.Minute})
		l := n.Listen("server")
		for range 5 {
			_, err := n.Dial(t.Context(), "client", "server")
			require.ErrorIs(t, err, syscall.ECONNREFUSED)
		}
		assert.Equal(t, 5, n.Counts()[Refuse])
		_, err := n.Dial(t.Context(), "client", "nobody")
		require.ErrorIs(t, err, syscall.ECONNREFUSED)
		pass(time.Minute)
		c, err := n.Dial(t.Context(), "client", "server")
		require.NoError(t, err)
		require.NoError(t, l.Close())
		require.ErrorIs(t, l.Close(), net.ErrClosed)
		_, err = c.Read(make([]byte, 1)) // it waited to be accepted
		assert.ErrorIs(t, err, io.EOF)
		_, err = n.Dial(t.Context(), "client", "server")
		require.ErrorIs(t, err, syscall.ECONNREFUSED)
		_, err = l.Accept()
		assert.ErrorIs(t, err, net.ErrClosed)
		require.NoError(t, c.Close())
	})
}

func TestDialEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := New(Config{Weather: Weather{Latency: time.Hour, Refuse: 1, RefuseFor: time.Hour}, Until: time.Hour})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := n.Dial(ctx, "client", "server")
		assert.ErrorIs(t, err, context.DeadlineExceeded)
	})
}
