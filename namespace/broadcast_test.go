// broadcast_test.go: what reaches whom.

package namespace_test

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/namespace"
	"github.com/everwire/everwire/namespace/sio"
)

// company is clients in rooms: 0 in red, 1 in red and blue, 2 in blue, 3 in none.
func company(t *testing.T, w *world) (peers []peer, sockets []*namespace.Socket) {
	t.Helper()
	for _, rooms := range [][]string{{"red"}, {"red", "blue"}, {"blue"}, nil} {
		p, s := w.joined(t)
		require.NoError(t, s.Join(rooms...))
		peers, sockets = append(peers, p), append(sockets, s)
	}
	return peers, sockets
}

// reached returns which of the peers have got exactly the event "e".
func reached(t *testing.T, peers []peer) (who []int) {
	t.Helper()
	synctest.Wait()
	for i, p := range peers {
		if got := p.Waiting(); len(got) > 0 {
			require.Equal(t, []string{`42["e",1]`}, got, "peer %d", i)
			who = append(who, i)
		}
	}
	return who
}

func TestTargets(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		peers, s := company(t, w)
		n := w.Main()
		stranger := w.dial(t)
		w.Of("/a")
		stranger.connect("/a")
		for name, c := range map[string]struct {
			to   sio.Target
			want []int
		}{
			"all":                        {n, []int{0, 1, 2, 3}},
			"no room named":              {n.To(), []int{0, 1, 2, 3}},
			"room":                       {n.To("red"), []int{0, 1}},
			"union":                      {n.To("red", "blue"), []int{0, 1, 2}},
			"union in steps":             {n.To("red").To("blue"), []int{0, 1, 2}},
			"id":                         {n.To(s[3].ID()), []int{3}},
			"id and its room":            {n.To("red", s[0].ID()), []int{0, 1}},
			"except a room":              {n.Except("red"), []int{2, 3}},
			"except an id":               {n.Except(s[0].ID(), s[3].ID()), []int{1, 2}},
			"room except":                {n.To("red").Except("blue"), []int{0}},
			"except in steps":            {n.Except("red").Except(s[3].ID()).To("blue", s[3].ID()), []int{2}},
			"nobody's room":              {n.To("green"), nil},
			"without the sender":         {s[1].Broadcast(), []int{0, 2, 3}},
			"room without the sender":    {s[1].To("red"), []int{0}},
			"room the sender is not in":  {s[3].To("red"), []int{0, 1}},
			"the sender's own id":        {s[1].To(s[1].ID()), nil},
			"one socket":                 {s[2], []int{2}},
			"sender's without more":      {s[0].To("red", "blue").Except("blue"), nil},
			"sender's, no room is named": {s[0].To(), []int{1, 2, 3}},
		} {
			require.NoError(t, to(c.to), name)
			require.Equal(t, c.want, reached(t, peers), name)
		}
		stranger.expectOnly()
	})
}

func to(target sio.Target) error {
	return target.EmitEvent(sio.Emission{Event: "e", Args: []any{1}})
}

// A target is a value: what is derived from it does not change it.
func TestTargetsAreValues(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		peers, s := company(t, w)
		base := w.Main().To("red").Except("green")
		blue, lone := base.To("blue"), base.To(s[3].ID())
		some := base.Except("blue")
		require.NoError(t, to(base))
		require.Equal(t, []int{0, 1}, reached(t, peers))
		require.NoError(t, to(blue))
		require.Equal(t, []int{0, 1, 2}, reached(t, peers))
		require.NoError(t, to(lone))
		require.Equal(t, []int{0, 1, 3}, reached(t, peers))
		require.NoError(t, to(some))
		require.Equal(t, []int{0}, reached(t, peers))
	})
}

func TestTargetChangesRooms(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		peers, s := company(t, w)
		n := w.Main()
		require.NoError(t, n.To("blue").Join("new", "blue"))
		require.NoError(t, to(n.To("new")))
		require.Equal(t, []int{1, 2}, reached(t, peers))
		require.NoError(t, n.To("new").Except("red").Leave("new", "blue"))
		require.NoError(t, to(n.To("new")))
		require.Equal(t, []int{1}, reached(t, peers))
		require.NoError(t, n.To(s[0].ID()).Disconnect(false))
		peers[0].expect("41")
		require.NoError(t, n.To().Leave("red", "blue", "new"))
		require.Zero(t, n.RoomCount())
		for _, socket := range s[1:] {
			require.Empty(t, socket.Rooms())
		}
	})
}

func TestBroadcastCarriesAttachments(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		peers, _ := company(t, w)
		require.NoError(t, w.Main().Emit("e", []byte{1}, map[string]any{"b": []byte{2}}))
		for _, p := range peers {
			p.expectOnly(`452-["e",{"_placeholder":true,"num":0},{"b":{"_placeholder":true,"num":1}}]`, "bAQ==", "bAg==")
		}
	})
}

// countingCodec counts what is encoded.
type countingCodec struct {
	sio.JSON
	encoded *atomic.Int32
}

func (c countingCodec) Encode(dst []eio.Packet, h sio.Header, args ...any) ([]eio.Packet, error) {
	c.encoded.Add(1)
	return c.JSON.Encode(dst, h, args...)
}

func TestBroadcastEncodesOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var encoded atomic.Int32
		w := newWorld(t, namespace.Config{Codec: countingCodec{encoded: &encoded}}, engine.Config{})
		peers, s := company(t, w)
		for _, target := range []sio.Target{w.Main(), w.Main().To("red", "blue"), s[0].Broadcast()} {
			before := encoded.Load()
			require.NoError(t, to(target))
			require.EqualValues(t, 1, encoded.Load()-before)
			reached(t, peers)
		}
		before := encoded.Load()
		require.NoError(t, w.Main().To("red").Join("x"))
		require.Equal(t, before, encoded.Load(), "nothing is sent for it")
	})
}

// A client that does not read is disconnected when too much waits for it; others notice nothing.
func TestSlowClientKeepsNobody(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		var h history
		slow, s := w.joined(t)
		gone, _ := w.joined(t)
		good, _ := w.joined(t)
		w.Main().OnDisconnect(func(c *namespace.Ctx, why namespace.Reason) {
			h.add(fmt.Sprint(c.Socket() == s, " ", why))
		})
		gone.Cut()
		slow.Stall()
		h.take()
		text := strings.Repeat("x", 512<<10)
		for range 20 {
			require.NoError(t, w.Main().Emit("big", text))
			require.Contains(t, good.Next(), `42["big"`)
		}
		require.Equal(t, []string{"true slow client"}, h.take())
		require.Len(t, w.Main().Sockets(), 1)
		slow.Resume()
	})
}

func TestRooms(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		_, s := w.joined(t)
		require.Empty(t, s.Rooms())
		require.True(t, s.In(s.ID()))
		require.NoError(t, s.Join("b", "a", "b"))
		rooms := s.Rooms()
		slices.Sort(rooms)
		require.Equal(t, []string{"a", "b"}, rooms)
		require.True(t, s.In("a"))
		rooms[0] = "changed" // the caller's own copy
		require.True(t, s.In("a"))
		require.NoError(t, s.Leave("a", "x"))
		require.False(t, s.In("a"))
		require.Equal(t, 1, w.Main().RoomCount())
	})
}
