// chat_test.go: a small chat, and its test.

package everwiretest_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/client"
	"github.com/everwire/everwire/everwiretest"
)

type line struct{ Room, From, Text string }

const (
	join = everwire.RPC[string, []string]("join") // answers who is in the room
	chat = everwire.Event[line]("chat")
)

var name = everwire.NewKey[string]("name")

// newChat is what is tested: rooms, and who is in them.
func newChat(c everwire.Config) (*everwire.Server, error) {
	srv, err := everwire.New(c)
	if err != nil {
		return nil, err
	}
	srv.OnConnect(func(c *everwire.Ctx) error {
		var auth struct{ Name string }
		if err := c.Socket().Handshake().Auth(&auth); err != nil {
			return err
		}
		name.Set(c.Socket(), auth.Name)
		return nil
	})
	everwire.Handle(srv, join, func(c *everwire.Ctx, room string) (names []string, err error) {
		if err := c.Socket().Join(room); err != nil {
			return nil, err
		}
		for _, s := range srv.Sockets() {
			if who, ok := name.Get(s); ok && s.In(room) {
				names = append(names, who)
			}
		}
		return names, nil
	})
	everwire.On(srv, chat, func(c *everwire.Ctx, l line) error {
		if !c.Socket().In(l.Room) {
			return &everwire.Error{Code: "not_member", Message: "join the room first"}
		}
		l.From, _ = name.Get(c.Socket())
		return chat.Emit(c.Socket().To(l.Room), l)
	})
	return srv, nil
}

func TestChat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		app, err := newChat(everwire.Config{Logger: everwiretest.Logger(t)})
		require.NoError(t, err)
		srv := everwiretest.Start(t, app)
		ann := srv.Connect(t, everwiretest.Auth(map[string]string{"name": "Ann"}))
		bob := srv.Connect(t, everwiretest.Auth(map[string]string{"name": "Bob"}), everwiretest.Over(client.Polling))
		eve := srv.Connect(t)
		heardByBob, heardByEve := everwiretest.Collect(bob, chat), everwiretest.Collect(eve, chat)

		for _, c := range []*everwiretest.Client{ann, bob} {
			_, err := join.Call(t.Context(), c, "tea")
			require.NoError(t, err)
		}
		require.NoError(t, chat.Emit(ann, line{Room: "tea", Text: "hello"}))
		require.Equal(t, line{"tea", "Ann", "hello"}, heardByBob.Next(t))

		bob.Offline() // in a tunnel, for less than the window of his session
		require.NoError(t, chat.Emit(ann, line{Room: "tea", Text: "still there?"}))
		time.Sleep(30 * time.Second)
		bob.Resume()
		require.Equal(t, "still there?", heardByBob.Next(t).Text)
		heardByEve.None(t, time.Minute)

		bob.Offline() // for good
		everwiretest.Eventually(t, "Bob's session to end", func() bool { return len(app.Sockets()) == 2 })
		names, err := join.Call(t.Context(), ann, "tea")
		require.NoError(t, err)
		require.Equal(t, []string{"Ann"}, names)
	})
}
