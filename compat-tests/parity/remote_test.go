// remote_test.go: the rows about sockets of all nodes.

package parity

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/compat-tests/internal/peer"
)

var _ = prove(map[string]func(*testing.T){
	"server-fetch-sockets":   fetchSockets,
	"server-all-sockets":     allSockets,
	"operator-fetch-sockets": operatorFetch,
	"operator-all-sockets":   operatorCount,
	"adapter-fetch-sockets": asks(adapter.Fetch, func(ctx context.Context, n *everwire.Namespace) {
		_, _ = n.To("x").FetchSockets(ctx)
	}),
	"adapter-rooms":     operatorFetch,
	"namespace-adapter": roomsWithoutAdapter,
	"socket-data":       socketData,
	"remote-id":         fetchSockets,
	"remote-handshake":  remoteHandshake,
	"remote-rooms":      remoteRooms,
	"remote-data":       remoteData,
	"remote-emit":       remoteEmit,
	"remote-timeout":    remoteTimeout,
	"remote-join":       remoteJoin,
	"remote-leave":      remoteLeave,
	"remote-disconnect": remoteDisconnect,
	"handshake-xdomain": handshakeXDomain,
})

// fetched are the IDs of sockets.
func fetched(t *testing.T, list []everwire.RemoteSocket, err error) (ids []string) {
	t.Helper()
	require.NoError(t, err)
	for _, r := range list {
		ids = append(ids, r.ID())
	}
	return ids
}

func fetchSockets(t *testing.T) {
	a, b := two(t, everwire.Config{})
	near, far := a.join(), b.join()
	list, err := a.srv.FetchSockets(t.Context())
	require.ElementsMatch(t, []string{near.id, far.id}, fetched(t, list, err))
	far.Send("41")
	require.Eventually(t, func() bool {
		list, err := a.srv.FetchSockets(t.Context())
		return err == nil && len(list) == 1
	}, peer.Patience, time.Millisecond)
}

func allSockets(t *testing.T) {
	a, b := two(t, everwire.Config{})
	near, far := a.join(), b.join()
	require.Len(t, a.srv.Sockets(), 1)
	list, err := a.srv.FetchSockets(t.Context())
	require.ElementsMatch(t, []string{near.id, far.id}, fetched(t, list, err))
	n, err := a.srv.CountSockets(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, n)
}

// rooms puts four clients on two nodes into rooms a and b.
func rooms(t *testing.T) (s *site, in map[string][]string) {
	a, b := two(t, everwire.Config{})
	in = map[string][]string{}
	for i, list := range [][]string{{"a"}, {"b"}, {"a", "b"}, nil} {
		c := []*site{a, b}[i%2].join()
		require.NoError(t, c.socket().Join(list...))
		for _, room := range list {
			in[room] = append(in[room], c.id)
		}
	}
	return a, in
}

func operatorFetch(t *testing.T) {
	s, in := rooms(t)
	for _, room := range []string{"a", "b", "c"} {
		list, err := s.srv.To(room).FetchSockets(t.Context())
		require.ElementsMatch(t, in[room], fetched(t, list, err), room)
	}
	list, err := s.srv.To("a", "b").Except(in["a"]...).FetchSockets(t.Context())
	require.Equal(t, in["b"][:1], fetched(t, list, err))
}

func operatorCount(t *testing.T) {
	s, _ := rooms(t)
	for _, c := range []struct {
		target everwire.Target
		want   int
	}{{s.srv.To("a"), 2}, {s.srv.To("a", "b"), 3}, {s.srv.To("c"), 0}, {s.srv.Except("a"), 2}} {
		n, err := c.target.CountSockets(t.Context())
		require.NoError(t, err)
		require.Equal(t, c.want, n)
	}
}

// roomsWithoutAdapter: what is in a room can be asked without one.
func roomsWithoutAdapter(t *testing.T) {
	s := serve(t, everwire.Config{})
	c := s.join()
	s.join()
	require.NoError(t, c.socket().Join("a"))
	list, err := s.srv.To("a").FetchSockets(t.Context())
	require.Equal(t, []string{c.id}, fetched(t, list, err))
	require.Equal(t, []string{"a"}, list[0].Rooms())
}

// far is a client of another node, as this node sees it.
func far(t *testing.T) (c *member, r everwire.RemoteSocket) {
	a, b := two(t, everwire.Config{})
	c = b.enter(b.Websocket("&a=1", "X-Extra", "yes"), b.srv.Namespace, `{"user":"ann"}`)
	require.NoError(t, c.socket().Join("x"))
	name.Set(c.socket(), "Ann")
	list, err := a.srv.FetchSockets(t.Context())
	require.NoError(t, err)
	require.Len(t, list, 1)
	return c, list[0]
}

var (
	name = everwire.NewKey[string]("name")
	age  = everwire.NewKey[int]("age")
)

func socketData(t *testing.T) {
	c, r := far(t)
	got, ok := name.Get(c.socket())
	require.True(t, ok)
	require.Equal(t, "Ann", got)
	_, ok = age.Get(c.socket())
	require.False(t, ok)
	got, ok = name.Of(r)
	require.True(t, ok)
	require.Equal(t, "Ann", got)
}

func remoteHandshake(t *testing.T) {
	_, r := far(t)
	h := r.Handshake()
	require.Equal(t, "127.0.0.1", h.Address)
	require.Equal(t, "yes", h.Headers["x-extra"])
	require.Equal(t, "1", h.Query["a"])
	require.Equal(t, "/socket.io/?EIO=4&transport=websocket&a=1", h.URL)
	require.JSONEq(t, `{"user":"ann"}`, string(h.Auth))
	require.WithinDuration(t, time.Now(), time.UnixMilli(h.Issued), time.Minute)
	require.NotEmpty(t, h.Time)
	require.False(t, h.Secure || h.XDomain)
}

func remoteRooms(t *testing.T) {
	_, r := far(t)
	require.Equal(t, []string{"x"}, r.Rooms())
}

func remoteData(t *testing.T) {
	c, r := far(t)
	name.Set(c.socket(), "changed") // which a snapshot does not show
	var data struct{ Name string }
	require.NoError(t, r.Data(&data))
	require.Equal(t, "Ann", data.Name)
	_, ok := age.Of(r)
	require.False(t, ok)
}

func remoteEmit(t *testing.T) {
	c, r := far(t)
	require.NoError(t, r.Emit("e", 1))
	c.expect(`42["e",1]`)
	c.quiet()
}

func remoteTimeout(t *testing.T) {
	c, r := far(t)
	done := make(chan string, 1)
	go func() { // ends with the answer
		body, err := r.Call(t.Context(), "ask")
		var word string
		if err == nil {
			err = body.Bind(0, &word)
		}
		done <- fmt.Sprint(word, " ", err)
	}()
	c.reply(`["yes"]`)
	require.Equal(t, "yes <nil>", <-done)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := r.Call(ctx, "ask")
	require.ErrorIs(t, err, everwire.ErrTimeout)
}

func remoteJoin(t *testing.T) {
	c, r := far(t)
	require.NoError(t, r.Join("y", "z"))
	require.ElementsMatch(t, []string{"x", "y", "z"}, c.socket().Rooms())
}

func remoteLeave(t *testing.T) {
	c, r := far(t)
	require.NoError(t, r.Leave("x"))
	require.Empty(t, c.socket().Rooms())
}

func remoteDisconnect(t *testing.T) {
	c, r := far(t)
	require.NoError(t, r.Disconnect(false))
	c.expect("41")
	c, r = far(t)
	require.NoError(t, r.Disconnect(true))
	c.expect("41", peer.End)
}

func handshakeXDomain(t *testing.T) {
	s := serve(t, everwire.Config{})
	require.True(t, s.handshake(peer.Polling, "", "", "Origin", "http://"+s.Addr).XDomain())
	require.False(t, s.handshake(peer.Polling, "", "").XDomain())
}
