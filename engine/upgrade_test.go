// upgrade_test.go: from polling to a WebSocket, and what can go wrong on the way.

package engine_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
)

func TestUpgrade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k := w.open()
		poll := k.goPoll()
		synctest.Wait()

		trial := w.dial(k.sid)
		require.NoError(t, trial.err)
		require.Empty(t, trial.take(), "a trial hears nothing of its own accord")
		k.say("a")
		require.Equal(t, "4a", <-poll, "messages still take the poll")
		require.Empty(t, trial.take())

		poll = k.goPoll()
		synctest.Wait()
		require.NoError(t, trial.send("2probe"))
		require.Equal(t, "3probe", trial.take())
		require.Equal(t, "6", <-poll, "the poll ends, for the client to rest")
		require.Equal(t, engine.Polling, k.s.Transport())

		k.say("b", "c")
		require.Empty(t, trial.take(), "not before the client is ready")
		require.NoError(t, trial.send("5"))
		require.Equal(t, engine.WebSocket, k.s.Transport())
		require.Equal(t, "4b 4c", trial.take())
		require.NoError(t, trial.send("4hello"))
		require.Equal(t, []string{"4hello"}, k.messages())

		require.Equal(t, badRequest, k.poll(), "polling is over")
		require.Equal(t, badRequest, k.post("4x"))
		require.Empty(t, k.closed())
		require.NoError(t, trial.send("5"), "ignored")

		second := w.dial(k.sid)
		require.Equal(t, engine.ErrBadRequest, second.err, "and one WebSocket is enough")
		trial.conn.Release(engine.ErrPeerClosed)
		require.Equal(t, engine.TransportClose, k.closed())
	})
}

// A poll that is still there when the client says `5` is ended empty: what it
// could not have carried safely goes over the WebSocket.
func TestUpgradeUnderPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k := w.open()
		trial := w.dial(k.sid)
		require.NoError(t, trial.send("2probe"))
		poll := k.goPoll()
		synctest.Wait()
		require.NoError(t, trial.send("5"))
		k.say("x")
		require.Equal(t, "6", <-poll)
		require.Equal(t, "3probe 4x", trial.take())
	})
}

// Between probe and `5` a poll does not wait: the client cannot go on before it.
func TestPollsOfATrialAreShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k := w.open()
		trial := w.dial(k.sid)
		require.NoError(t, trial.send("2probe"))
		for range 3 {
			start := time.Now()
			require.Equal(t, "6", k.poll())
			require.Equal(t, 100*time.Millisecond, time.Since(start))
		}
		k.say("x")
		require.Equal(t, "4x", k.poll())
	})
}

// POSTs that are under way at the switch are taken.
func TestPostOverUpgrade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k := w.open()
		b := body{make(chan string)}
		post := k.goPost(b)
		trial := w.dial(k.sid)
		require.NoError(t, trial.send("2probe"))
		b.parts <- "4a\x1e"
		require.NoError(t, trial.send("5"))
		b.parts <- "4b"
		close(b.parts)
		require.Equal(t, "ok", <-post)
		require.NoError(t, trial.send("4c"))
		require.Equal(t, []string{"4a", "4b", "4c"}, k.messages())
	})
}

// A ping that no poll has fetched goes out after the switch, once.
func TestPingOverUpgrade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k := w.open()
		time.Sleep(24 * time.Second)
		trial := w.dial(k.sid)
		require.NoError(t, trial.send("2probe"))
		time.Sleep(2 * time.Second)
		require.NoError(t, trial.send("5"))
		require.Equal(t, "3probe 2", trial.take())
		require.NoError(t, trial.send("3"))
		time.Sleep(25*time.Second + 2*step)
		require.Equal(t, "2", trial.take())
	})
}

// What is wrong with a trial ends the trial alone.
func TestTrialFails(t *testing.T) {
	for _, c := range []struct {
		name string
		fail func(*testing.T, *socket)
		end  string // what the trial is told
	}{
		{"closed before the probe", func(_ *testing.T, k *socket) { k.conn.Release(engine.ErrPeerClosed) }, ""},
		{"lost before the probe", func(_ *testing.T, k *socket) { k.conn.Release(errors.New("reset")) }, ""},
		{"lost after the probe", func(t *testing.T, k *socket) {
			require.NoError(t, k.send("2probe"))
			k.conn.Release(errors.New("reset"))
		}, ""},
		{"`5` without probe", func(t *testing.T, k *socket) { require.Error(t, k.send("5")) }, "end"},
		{"another probe", func(t *testing.T, k *socket) { require.Error(t, k.send("2prob")) }, "end"},
		{"an empty ping", func(t *testing.T, k *socket) { require.Error(t, k.send("2")) }, "end"},
		{"a message", func(t *testing.T, k *socket) { require.Error(t, k.send("4x")) }, "end"},
		{"a message after the probe", func(t *testing.T, k *socket) {
			require.NoError(t, k.send("2probe"))
			require.Equal(t, "3probe", k.take())
			require.Error(t, k.send("4x"))
		}, "end"},
		{"a binary message", func(t *testing.T, k *socket) { require.Error(t, k.send("bcHJvYmU=")) }, "end"},
		{"too late", func(_ *testing.T, k *socket) { <-k.wake }, "end"},
		{"too late after the probe", func(t *testing.T, k *socket) {
			require.NoError(t, k.send("2probe"))
			<-k.wake
			require.Equal(t, "3probe", k.take())
			<-k.wake
		}, "end"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, engine.Config{})
				k, start := w.open(), time.Now()
				trial := w.dial(k.sid)
				require.Empty(t, trial.take())
				c.fail(t, trial)
				if c.end != "" {
					require.Equal(t, c.end, trial.take())
					require.Error(t, trial.send("2probe"), "it is over")
					trial.conn.Release(engine.ErrPeerClosed)
				}
				require.LessOrEqual(t, time.Since(start), 10*time.Second+2*step)
				k.say("x")
				require.Contains(t, []string{"4x", "6 4x"}, k.poll())
				require.Equal(t, "ok", k.post("4y"))
				require.Empty(t, k.closed())

				again := w.dial(k.sid)
				require.NoError(t, again.err, "another may try")
				require.NoError(t, again.send("2probe"))
				require.NoError(t, again.send("5"))
				require.Equal(t, engine.WebSocket, k.s.Transport())
			})
		})
	}
}

func TestUpgradeTimeoutIsConfigured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{UpgradeTimeout: time.Second})
		k, start := w.open(), time.Now()
		trial := w.dial(k.sid)
		trial.take()
		<-trial.wake
		within(t, time.Second, start)
		require.Equal(t, "end", trial.take())
	})
}

func TestSecondTrial(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k := w.open()
		trial := w.dial(k.sid)
		require.NoError(t, trial.send("2probe"))
		require.Equal(t, engine.ErrBadRequest, w.dial(k.sid).err)
		require.NoError(t, trial.send("5"), "the first is not touched")
		require.Equal(t, engine.WebSocket, k.s.Transport())
	})
}

func TestNoUpgrade(t *testing.T) {
	w := newWorld(t, engine.Config{NoUpgrade: true})
	k := w.open()
	require.Equal(t, engine.ErrBadRequest, w.dial(k.sid).err)
	require.NoError(t, w.dial("").err, "but a session may begin so")
}

// The session's end is the trial's.
func TestSessionEndsDuringTrial(t *testing.T) {
	for _, c := range []struct {
		name string
		end  func(*testing.T, *client)
	}{
		{"server closes", func(t *testing.T, k *client) {
			k.s.Close(engine.ForcedClose)
			require.Contains(t, []string{"1", "6 1"}, k.poll())
		}},
		{"server closes, nobody polls", func(t *testing.T, k *client) { k.s.Close(engine.ForcedClose) }},
		{"client closes", func(t *testing.T, k *client) { require.Equal(t, "ok", k.post("1")) }},
		{"client breaks the protocol", func(t *testing.T, k *client) { require.Equal(t, badRequest, k.post("x")) }},
		{"shutdown", func(t *testing.T, k *client) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_ = k.srv.Shutdown(ctx)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, engine.Config{})
				k := w.open()
				trial := w.dial(k.sid)
				require.NoError(t, trial.send("2probe"))
				require.Equal(t, "3probe", trial.take())
				start := time.Now()
				c.end(t, k)
				<-trial.wake
				require.Less(t, time.Since(start), 2*time.Second)
				require.Equal(t, "end", trial.take())
				require.Error(t, trial.send("5"))
				trial.conn.Release(engine.ErrPeerClosed)
				require.NotEmpty(t, k.closed())
			})
		})
	}
}

func TestTrialOfEndedSession(t *testing.T) {
	w := newWorld(t, engine.Config{})
	k := w.open()
	require.Equal(t, "ok", k.post("1"))
	require.Equal(t, engine.ErrUnknownSession, w.dial(k.sid).err)

	k = w.open()
	k.s.Close(engine.ForcedClose)
	require.Error(t, w.dial(k.sid).err)
}
