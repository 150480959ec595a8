// recovery_test.go: the rows about clients that come back to their sockets.

package parity

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/compat-tests/internal/peer"
)

var _ = prove(map[string]func(*testing.T){
	"option-connection-state-recovery": recoveryOff,
	"socket-recovered":                 recoverySameSocket,
	"adapter-sessions":                 recoveryUnicast,
	"recovery-pid":                     recovers(recoveryPID),
	"recovery-offset":                  recovers(recoveryOffset),
	"recovery-same-socket":             recoverySameSocket,
	"recovery-replay":                  recovers(recoveryReplay),
	"recovery-broadcasts":              recovers(recoveryBroadcasts),
	"recovery-no-event-yet":            recovers(recoveryNoEventYet),
	"recovery-quiet":                   recovers(recoveryQuiet),
	"recovery-old-connection":          recovers(recoveryOldConnection),
	"recovery-skip-middlewares":        recoveryMiddlewares,
	"recovery-failed":                  recovers(recoveryFailed),
	"recovery-window":                  recovers(recoveryWindow),
	"recovery-memory":                  recoveryMemory,
	"recovery-not-after-leaving":       recovers(recoveryAfterLeaving),
	"recovery-reasons":                 recoveryReasons,
	"recovery-unicast":                 recoveryUnicast,
})

// stock is a client that comes back as the official one does.
type stock struct {
	*member
	pid    string
	offset string
}

var granted = regexp.MustCompile(`^40\{"sid":"([\w-]{20})","pid":"([\w-]{20})"\}$`)

// stock connects a client, which claims a socket if claim is not nil.
func (s *site) stock(claim *stock) *stock {
	s.T.Helper()
	return s.stockOn(s.Websocket(""), claim)
}

func (s *site) stockOn(w peer.Peer, claim *stock) *stock {
	s.T.Helper()
	c := &stock{member: &member{Peer: w, s: s, namespace: s.srv.Namespace}}
	auth := ""
	if claim != nil {
		payload := map[string]string{"pid": claim.pid}
		if claim.offset != "" {
			payload["offset"] = claim.offset
		}
		b, err := json.Marshal(payload)
		require.NoError(s.T, err)
		auth, c.offset = string(b), claim.offset
	}
	w.Send("40" + auth)
	answer := w.Next()
	m := granted.FindStringSubmatch(answer)
	require.NotNil(s.T, m, answer)
	c.id, c.pid = m[1], m[2]
	return c
}

// back cuts the connection, and comes back if the server still knows the client.
func (c *stock) back() (again *stock, recovered bool) {
	c.s.T.Helper()
	c.cut()
	return c.again()
}

func (c *stock) cut() {
	c.Peer.(*peer.WS).TCP.Close()
	synctest.Wait()
}

func (c *stock) again() (again *stock, recovered bool) {
	c.s.T.Helper()
	again = c.s.stock(c)
	synctest.Wait()
	require.Equal(c.s.T, again.pid == c.pid, again.id == c.id)
	require.Equal(c.s.T, again.pid == c.pid, again.socket().Recovered())
	return again, again.pid == c.pid
}

// event reads an event, takes its offset, and returns the rest.
func (c *stock) event() string {
	c.s.T.Helper()
	packet := c.Next()
	var args []any
	require.NoError(c.s.T, json.Unmarshal([]byte(strings.TrimPrefix(packet, "42")), &args), packet)
	offset, ok := args[len(args)-1].(string)
	require.True(c.s.T, ok && len(args) > 1, "%s has no offset", packet)
	c.offset = offset
	return fmt.Sprint(args[:len(args)-1]...)
}

func (c *stock) events(want ...string) {
	c.s.T.Helper()
	for _, w := range want {
		require.Equal(c.s.T, w, c.event())
	}
}

// recovers runs f in a bubble with a server whose clients may come back for two minutes.
func recovers(f func(t *testing.T, s *site)) func(*testing.T) {
	return func(t *testing.T) {
		bubble(t, everwire.Config{PingInterval: 365 * 24 * time.Hour, Recovery: everwire.Recovery{Window: 2 * time.Minute}}, f)
	}
}

func recoveryOff(t *testing.T) {
	s := serve(t, everwire.Config{})
	c := s.join() // which fails if the answer has more than the ID
	require.NoError(t, c.socket().Emit("e", 1))
	c.expect(`42["e",1]`)
	require.False(t, c.socket().Recovered())
}

func recoveryPID(t *testing.T, s *site) {
	c := s.stock(nil)
	require.NotEqual(t, c.id, c.pid)
	require.NotEqual(t, c.pid, s.stock(nil).pid)
}

func recoveryOffset(t *testing.T, s *site) {
	c := s.stock(nil)
	require.NoError(t, s.srv.Emit("all", 1))
	require.NoError(t, c.socket().Emit("one", "text"))
	c.events("all1")
	first := c.offset
	c.events("onetext")
	require.NotEqual(t, first, c.offset)
	synctest.Wait()
	require.NoError(t, s.srv.Volatile().Emit("volatile"))
	c.events("volatile")
	c.call()
	c.question("")
}

var color = everwire.NewKey[string]("color")

func recoverySameSocket(t *testing.T) {
	recovers(func(t *testing.T, s *site) {
		c := s.stock(nil)
		require.False(t, c.socket().Recovered())
		require.NoError(t, c.socket().Join("red"))
		color.Set(c.socket(), "red")
		require.NoError(t, s.srv.Emit("e", 1))
		c.events("e1")
		again, ok := c.back()
		require.True(t, ok)
		require.Equal(t, []string{"red"}, again.socket().Rooms())
		value, _ := color.Get(again.socket())
		require.Equal(t, "red", value)
	})(t)
}

func recoveryReplay(t *testing.T, s *site) {
	c := s.stock(nil)
	require.NoError(t, s.srv.Emit("e", 0))
	c.events("e0")
	c.cut()
	for i := range 3 {
		require.NoError(t, s.srv.Emit("e", i+1))
	}
	again, ok := c.again() // reads the answer to CONNECT
	require.True(t, ok)
	again.events("e1", "e2", "e3")
	require.NoError(t, s.srv.Emit("e", 4))
	again.events("e4")
	again.quiet()
}

func recoveryBroadcasts(t *testing.T, s *site) {
	c := s.stock(nil)
	require.NoError(t, c.socket().Join("red"))
	c.cut()
	require.NoError(t, s.srv.Emit("all", 1))
	require.NoError(t, s.srv.To("blue").Emit("blue", 2))
	require.NoError(t, s.srv.Except("red").Emit("not red", 3))
	require.NoError(t, s.srv.To("red").Emit("red", 4))
	require.NoError(t, s.srv.To(c.id).Emit("own", 5))
	again, ok := c.again()
	require.True(t, ok)
	again.events("all1", "red4", "own5")
	again.quiet()
}

func recoveryNoEventYet(t *testing.T, s *site) {
	c := s.stock(nil)
	c.cut()
	require.NoError(t, s.srv.Emit("e", 1))
	again, ok := c.again()
	require.True(t, ok)
	again.events("e1")
}

func recoveryQuiet(t *testing.T, s *site) {
	c := s.stock(nil)
	require.NoError(t, s.srv.Emit("e", 1))
	c.events("e1")
	time.Sleep(24 * time.Hour)
	c.cut()
	require.NoError(t, s.srv.Emit("e", 2))
	again, ok := c.again()
	require.True(t, ok)
	again.events("e2")
}

func recoveryOldConnection(t *testing.T, s *site) {
	c := s.stock(nil)
	require.NoError(t, s.srv.Emit("e", 1))
	c.events("e1")
	require.NoError(t, s.srv.Emit("e", 2)) // which nobody reads
	again, ok := c.again()
	require.True(t, ok)
	again.events("e2")
	require.Len(t, s.srv.Sockets(), 1)
}

func recoveryMiddlewares(t *testing.T) {
	recovers(func(t *testing.T, s *site) {
		banned := false
		told := newNotes(t)
		s.srv.Auth(func(context.Context, *everwire.Handshake) (*everwire.Identity, error) {
			if banned {
				return nil, &everwire.Error{Message: "banned"}
			}
			return &everwire.Identity{ID: "ann"}, nil
		})
		s.srv.UseConnect(step(told, "middleware", nil))
		c := s.stock(nil)
		c, ok := c.back()
		require.True(t, ok)
		told.expect("middleware", "middleware")
		banned = true
		c.cut()
		w := s.Websocket("")
		s.Ask(w, fmt.Sprintf(`40{"pid":%q}`, c.pid), `44{"message":"banned"}`)
	})(t)
}

func recoveryFailed(t *testing.T, s *site) {
	c := s.stock(nil)
	require.NoError(t, c.socket().Join("red"))
	for _, claim := range []*stock{{pid: "aaaaaaaaaaaaaaaaaaaa"}, {pid: "?"}} {
		fresh := s.stock(claim)
		require.False(t, fresh.socket().Recovered())
		require.NotEqual(t, c.id, fresh.id)
		require.Empty(t, fresh.socket().Rooms())
	}
}

func recoveryWindow(t *testing.T, s *site) {
	c := s.stock(nil)
	c.cut()
	time.Sleep(119 * time.Second)
	c, ok := c.again()
	require.True(t, ok)
	c.cut()
	time.Sleep(121 * time.Second)
	_, ok = c.again()
	require.False(t, ok)
}

func recoveryMemory(t *testing.T) {
	limited := everwire.Config{PingInterval: time.Hour, Recovery: everwire.Recovery{Window: time.Minute, Buffer: 10_000}}
	bubble(t, limited, func(t *testing.T, s *site) {
		for size, want := range map[int]bool{100: true, 20_000: false} {
			c := s.stock(nil)
			require.NoError(t, c.socket().Emit("e", 1))
			c.events("e1")
			c.cut()
			require.NoError(t, s.srv.To(c.id).Emit("e", strings.Repeat("x", size/2)))
			require.NoError(t, s.srv.To(c.id).Emit("e", strings.Repeat("y", size/2)))
			_, ok := c.again()
			require.Equal(t, want, ok, size)
		}
	})
}

func recoveryAfterLeaving(t *testing.T, s *site) {
	c := s.stock(nil)
	c.Send("41")
	synctest.Wait()
	_, ok := c.back()
	require.False(t, ok)
	c = s.stock(nil)
	require.NoError(t, c.socket().Disconnect(false))
	c.expect("41")
	_, ok = c.back()
	require.False(t, ok)
}

func recoveryReasons(t *testing.T) {
	brief := everwire.Config{PingInterval: 10 * time.Second, Recovery: everwire.Recovery{Window: time.Minute}}
	bubble(t, brief, func(t *testing.T, s *site) {
		told := endings(s)
		poll := func() peer.Peer { return s.Poll("") }
		socket := func() peer.Peer { return s.Websocket("") }
		for _, e := range []struct {
			reason string
			over   func() peer.Peer
			end    func(c *stock)
			want   bool
		}{
			{"transport error", poll, func(c *stock) { c.Peer.(*peer.Poll).Half("GET", "", "").Close() }, true},
			{"transport close", socket, func(c *stock) { c.Peer.(*peer.WS).TCP.Close() }, true},
			{"transport close", poll, func(c *stock) { c.Send("1") }, true},
			{"ping timeout", socket, func(c *stock) { c.expect("2", peer.End) }, true},
			{"server namespace disconnect", socket, func(c *stock) { _ = c.socket().Disconnect(true); c.expect("41", peer.End) }, false},
		} {
			c := s.stockOn(e.over(), nil)
			e.end(c)
			synctest.Wait()
			told.expect(e.reason)
			again, ok := c.again()
			require.Equal(t, e.want, ok, e.reason)
			again.cut()
			told.expect("transport close")
		}
	})
}

// recoveryUnicast: what is sent to one socket is published by nobody.
func recoveryUnicast(t *testing.T) {
	var o opener
	bubble(t, everwire.Config{Adapter: &o, PingInterval: time.Hour, Recovery: everwire.Recovery{Window: time.Minute}}, func(t *testing.T, s *site) {
		c := s.stock(nil)
		require.NoError(t, c.socket().Emit("e", 1))
		c.events("e1")
		old := c.socket()
		c.cut()
		require.NoError(t, old.Emit("e", 2))
		c, ok := c.again()
		require.True(t, ok)
		c.events("e2")
		require.Empty(t, o.published)
		require.Empty(t, o.asked)
	})
}
