// leave_test.go: how the client leaves, and what is left of it then.

package client_test

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/client"
)

// leave closes the client in the background.
func leave(c *client.Client) <-chan error {
	done := make(chan error, 1)
	go func() { done <- c.Close(context.Background()) }()
	return done
}

func TestLeave(t *testing.T) {
	t.Run("quiet WebSocket", func(t *testing.T) {
		play(t, func(t *testing.T, s *fake) {
			c, p := s.session(client.Options{})
			done := leave(c)
			p.gets("1")
			p.closed()
			require.NoError(t, <-done)
			s.none(time.Hour)
		})
	})
	t.Run("unacknowledged", func(t *testing.T) {
		play(t, func(t *testing.T, s *fake) {
			c, p := s.session(client.Options{})
			require.NoError(t, count.Emit(c, 1))
			require.NoError(t, count.Emit(c, 2))
			p.gets(counts(1), counts(2))
			p.send("71")
			synctest.Wait()
			require.NoError(t, count.Emit(c, 3))
			done := leave(c)
			s.next("transport=polling sid=S resume=1 at=0 n=2").post(counts(2) + "|" + counts(3) + "|1")
			require.NoError(t, <-done)
			s.none(time.Hour)
		})
	})
	t.Run("between connections", func(t *testing.T) {
		play(t, func(t *testing.T, s *fake) {
			c, p := s.session(client.Options{})
			p.Close()
			synctest.Wait()
			require.NoError(t, count.Emit(c, 1))
			done := leave(c)
			s.next("transport=polling at=0 n=1").answer(502, "") // tried again? no: it was answered
			require.NoError(t, <-done)
			s.none(time.Hour)
		})
	})
	t.Run("attaching", func(t *testing.T) {
		play(t, func(t *testing.T, s *fake) {
			c, p := s.session(client.Options{})
			p.Close()
			q := s.next("at=1")
			done := leave(c)
			s.next("transport=polling at=1 n=").says("1") // not answered: tried again
			s.next("transport=polling at=1 n=").post("1")
			q.cancelled()
			require.NoError(t, <-done)
		})
	})
	t.Run("trying upward", func(t *testing.T) {
		play(t, func(t *testing.T, s *fake) {
			c, q := s.sse()
			s.tried()
			done := leave(c)
			s.next("transport=polling at=1 n=").post("1")
			q.cancelled()
			require.NoError(t, <-done)
		})
	})
	t.Run("before OPEN", func(t *testing.T) {
		play(t, func(t *testing.T, s *fake) {
			c := s.connect(client.Options{})
			q := s.next("at=0")
			require.NoError(t, <-leave(c))
			q.cancelled()
			s.none(time.Hour)
		})
	})
	t.Run("too much for one POST", func(t *testing.T) {
		play(t, func(t *testing.T, s *fake) {
			c, p := s.session(client.Options{})
			long := strings.Repeat("x", 600)
			require.NoError(t, text.Emit(c, long))
			require.NoError(t, text.Emit(c, long))
			done := leave(c)
			p.gets(`42["text","`+long+`"]`, `42["text","`+long+`"]`)
			p.send("72")
			p.gets("1")
			p.closed()
			require.NoError(t, <-done)
		})
	})
	t.Run("not heard", func(t *testing.T) {
		play(t, func(t *testing.T, s *fake) {
			c, _ := s.session(client.Options{})
			start := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			require.ErrorIs(t, c.Close(ctx), context.DeadlineExceeded)
			require.Equal(t, time.Second, time.Since(start))
			synctest.Wait()
			require.NoError(t, c.Close(t.Context()))
		})
	})
}

// Nothing of the client is left when Close returns.
func TestNothingLeft(t *testing.T) {
	each(t, func(t *testing.T, o client.Options) {
		bubble(t, everwireConfig, room, func(t *testing.T, w *world) {
			c := w.client(t, o)
			connect(t, c)
			require.NoError(t, chat.Emit(c, message{}))
			require.NoError(t, c.Close(t.Context()))
			synctest.Wait()
			stacks := make([]byte, 1<<20)
			stacks = stacks[:runtime.Stack(stacks, true)]
			for g := range strings.SplitSeq(string(stacks), "\n\n") {
				if strings.Contains(g, "everwire/client.") || strings.Contains(g, "http.(*persistConn)") {
					t.Errorf("%s", g)
				}
			}
		})
	})
}

// Close in a handler does not wait for the handler.
func TestCloseInHandler(t *testing.T) {
	bubble(t, everwireConfig, room, func(t *testing.T, w *world) {
		c := w.client(t, client.Options{})
		closed := make(chan error, 1)
		client.On(c, chat, func(ctx context.Context, m message) error {
			closed <- c.Close(ctx)
			return nil
		})
		connect(t, c)
		require.NoError(t, chat.Emit(c, message{}))
		require.NoError(t, <-closed)
	})
}
