// replace_test.go: messages that take the place of others, and what hangs on the place.

package engine_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
)

// latestOf is a message of a key that may come back to its owner.
func latestOf(key, owner, mark string, packets ...eio.Packet) *engine.Message {
	m := engine.NewMessage(packets...)
	m.SetTraits(engine.Traits{Key: key, Owner: owner, Mark: mark})
	return m
}

// What replaces a small message may be large: the limits hold for it all the same.
func TestLatestCannotPassTheLimit(t *testing.T) {
	for name, open := range map[string]func(w *world) *engine.Session{
		"stock":     func(w *world) *engine.Session { return w.open().s },
		"resumable": func(w *world) *engine.Session { k, _ := w.openResume(""); return k.s },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, engine.Config{})
				s := open(w)
				for i := range 100 {
					require.NoError(t, s.Send(latest(fmt.Sprint(i), "small")))
				}
				most, err := 0, error(nil)
				for i := 0; i < 100 && err == nil; i++ {
					m := bigText(100 << 10)
					m.SetTraits(engine.Traits{Key: fmt.Sprint(i)})
					err = s.Send(m)
					most = max(most, s.Buffered())
				}
				require.LessOrEqual(t, most, 4<<20)
				require.ErrorIs(t, err, engine.ErrSlow)
				require.Equal(t, engine.SlowClient, w.last().closed())
			})
		})
	}
}

// A replacement that has much wait has the patience begin, like any message.
func TestLatestIsJudgedStale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{PingInterval: time.Hour, PingTimeout: time.Hour})
		k := w.open()
		for i := range 20 {
			require.NoError(t, k.s.Send(latest(fmt.Sprint(i), "small")))
		}
		for i := range 20 {
			m := bigText(100 << 10)
			m.SetTraits(engine.Traits{Key: fmt.Sprint(i)})
			require.NoError(t, k.s.Send(m))
		}
		time.Sleep(11 * time.Second)
		require.Equal(t, engine.SlowClient, w.last().closed())
	})
}

// A replacement of fewer packets moves the numbers of what waits behind it; what an
// owner began with does not move.
func TestBeginBehindWhatIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, last := newKeepingWorld(t, 0)
		k := w.open()
		send(t, k.s, latestOf("k", "a", "old", eio.Text([]byte("1")), eio.Text([]byte("2")), eio.Text([]byte("3"))))
		k.s.Begin("b")
		send(t, k.s, text("granted"), owned("b", "one"),
			latestOf("k", "a", "new", eio.Text([]byte("1"))), owned("b", "two"))
		k.s.Close(engine.ForcedClose)
		require.Equal(t, []string{"new", "one", "two"}, last().rest)
	})
}
