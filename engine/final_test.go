// final_test.go: how sessions with resumption end.

package engine_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
)

// A session that the application ends delivers what it has, and forgets nothing
// before the client has it.
func TestFinalMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k, _ := w.openResume("")
		ws := k.socket("&at=1&ack=0")
		require.Equal(t, "0(0,0)", ws.said())
		k.say("last")
		k.s.Close(engine.ForcedClose)
		require.Equal(t, engine.ForcedClose, k.closed())
		require.Equal(t, "4last 1", ws.said())
		require.NoError(t, ws.send("4toolate"))
		ws.lose() // before the client has read it
		require.Equal(t, "0(0,0) 4last 1", k.get("&at=2&ack=0&p=0"))
		require.Equal(t, badRequest, k.post("&at=2&n=1", "4toolate"), "refused, but not as unknown")
		require.Equal(t, "ok", k.post("&at=2", "71"))
		require.Equal(t, unknownSession, k.get("&at=2&ack=1&p=1"))
		require.Empty(t, k.messages())

		k, _ = w.openResume("")
		k.say("never read")
		k.s.Close(engine.ForcedClose)
		time.Sleep(29 * time.Second)
		require.Equal(t, 1, w.srv.Sessions())
		time.Sleep(2 * time.Second)
		require.Zero(t, w.srv.Sessions())
	})
}

func TestLeave(t *testing.T) {
	for name, leave := range map[string]func(*testing.T, *walker){
		"by beacon":                       func(t *testing.T, k *walker) { require.Equal(t, "ok", k.post("&at=0&n=1", "4bye 1")) },
		"by beacon, at an old attachment": func(t *testing.T, k *walker) { k.socket("&at=3&ack=0"); k.post("&at=0&n=1", "4bye 1") },
		"by beacon, between two":          func(t *testing.T, k *walker) { k.socket("&at=3&ack=0").lose(); k.post("&at=3&n=1", "4bye 1") },
		"on a socket": func(t *testing.T, k *walker) {
			ws := k.socket("&at=1&ack=0")
			ws.said()
			require.NoError(t, ws.send("4bye"))
			require.NoError(t, ws.send("1"))
			require.Equal(t, "end", ws.said())
		},
		"on a retired socket": func(t *testing.T, k *walker) {
			ws := k.socket("&at=1&ack=0")
			ws.said()
			require.NoError(t, ws.send("4bye"))
			k.socket("&at=2&ack=0")
			require.NoError(t, ws.send("1"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, engine.Config{})
			k, _ := w.openResume("")
			leave(t, k)
			require.Equal(t, engine.TransportClose, k.closed())
			require.Equal(t, []string{"4bye"}, k.messages())
			require.Zero(t, w.srv.Sessions())
		})
	}
	w := newWorld(t, engine.Config{})
	k, _ := w.openResume("")
	require.Equal(t, "ok", k.post("&at=0&n=1", "4bye 1 4ghost"), "nothing stands behind the end")
	require.Equal(t, []string{"4bye"}, k.messages())
	k, _ = w.openResume("")
	k.post("&at=0&n=2", "4gap 1")
	require.Empty(t, k.messages())
	require.Equal(t, engine.TransportClose, k.closed())
}

// The pending poll of who leaves is ended.
func TestLeaveEndsThePoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, _ := newWorld(t, engine.Config{}).openResume("")
		poll := k.goGet("&at=0&ack=0&p=1")
		synctest.Wait()
		require.Equal(t, "ok", k.post("&at=0", "1"))
		require.Equal(t, "6", <-poll)
	})
}

func TestShutdownOfResumable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		w.openResume("")
		k, _ := w.openResume("")
		ws := k.socket("&at=1&ack=0")
		ws.said()
		done := make(chan error, 1)
		start := time.Now()
		go func() { done <- w.srv.Shutdown(t.Context()) }()
		synctest.Wait()
		require.Contains(t, ws.said(), "1")
		ws.lose()
		require.NoError(t, <-done)
		require.Less(t, time.Since(start), 3*time.Second)
		require.Equal(t, engine.ShuttingDown, k.closed())
	})
}

// What was taken before the end is acknowledged.
func TestTakenBeforeTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k, _ := w.openResume("")
		ws := k.socket("&at=1&ack=0")
		ws.take()
		require.NoError(t, ws.send("4a"))
		require.NoError(t, ws.send("4b"))
		k.say("bye")
		k.s.Close(engine.ForcedClose)
		got := ws.take()
		require.Contains(t, got, "72", "what was taken before the end is acknowledged")
	})
}
