// legs_test.go: races of connections that open one session.

package engine_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
)

func TestRace(t *testing.T) {
	const rid = "&rid=abcdefghijklmnopqrstuv"
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		w.onOpen = func(s *engine.Session) error { s.Joined(); return s.Send(text("hello")) }
		k, open := w.openResume(rid + "&at=1")
		require.Equal(t, "0(0,0) 4hello", open)
		ws := w.dialQuery("&resume=1&at=0" + rid)
		require.Equal(t, "0(0,0) 4hello", ws.said(), "each leg gets everything")
		k.say("more")
		require.Equal(t, "4more", ws.said())
		require.Equal(t, 1, w.srv.Sessions())
		require.ErrorContains(t, w.dialQuery("&resume=1&at=1"+rid).err, "superseded", "equal, on another transport")
		require.NoError(t, ws.send("2probe"), "decides nothing")
		require.Equal(t, "3probe", ws.said())
		again := brief(answer(w.do(http.MethodGet, handshake+"&resume=1&at=1"+rid, "")))
		require.Equal(t, "0(0,0) 4hello 4more", again)

		require.Equal(t, "4more", k.get("&at=1&ack=1&p=1"), "polling is taken")
		require.Equal(t, "end 4000", ws.said())
		require.NoError(t, ws.send("71"))
		require.ErrorContains(t, w.dialQuery("&resume=1&at=2"+rid).err, "superseded", "a leg that comes late")
		require.Equal(t, "ok", k.post("&at=1&n=1", "4mine"))
		time.Sleep(31 * time.Second)
		require.NoError(t, w.dialQuery("&resume=1&at=2"+rid).err, "its name is forgotten")
		require.Equal(t, 2, w.srv.Sessions())
		require.Equal(t, "ok", k.post("&at=1&n=2", "1"))
	})
}

// The client takes a leg that the server has lost meanwhile; or none, and attaches.
func TestRaceDecidedLate(t *testing.T) {
	const rid = "&rid=abcdefghijklmnopqrstu"
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		ws := w.dialQuery("&resume=1" + rid + "0")
		require.Equal(t, "0(0,0)", ws.said())
		lost := w.last()
		ws.lose()
		time.Sleep(29 * time.Second)
		require.Empty(t, lost.closed())
		time.Sleep(2 * time.Second)
		require.Equal(t, engine.TransportClose, lost.closed(), "nobody has decided")
		require.ErrorContains(t, w.dialQuery("&resume=1&at=1"+rid+"0").err, "Session ID unknown")

		ws = w.dialQuery("&resume=1" + rid + "1")
		other := w.dialQuery("&resume=1&at=1" + rid + "1")
		ws.said()
		other.said()
		k := &walker{w, w.last(), w.last().s.ID()}
		require.Equal(t, "0(0,0)", k.get("&at=5&ack=0&p=0"))
		require.Equal(t, "end 4000", ws.said())
		require.Equal(t, "end 4000", other.said())
		require.Empty(t, k.closed())

		ws = w.dialQuery("&resume=1" + rid + "2")
		ws.said()
		require.NoError(t, ws.send("70"), "taken")
		time.Sleep(40 * time.Second)
		require.Equal(t, "2", ws.said(), "and so it lives, and has a heartbeat")
		require.Empty(t, w.last().closed())
	})
}

func TestRaceOfMany(t *testing.T) {
	const rid = "&rid=0123456789012345678901"
	w := newWorld(t, engine.Config{})
	var legs []*socket
	for at := range 10 {
		leg := w.dialQuery(fmt.Sprintf("&resume=1&at=%d", at) + rid)
		require.NoError(t, leg.err)
		require.Equal(t, "0(0,0)", leg.said())
		legs = append(legs, leg)
	}
	require.Equal(t, "end 4000", legs[0].said())
	require.Equal(t, "end 4000", legs[1].said())
	require.Empty(t, legs[2].said())
	require.Equal(t, 1, w.srv.Sessions())
	for _, bad := range []string{"&rid=short", "&rid=%30123456789012345678901", "&rid="} {
		require.Equal(t, badRequest, answer(w.do(http.MethodGet, handshake+"&resume=1"+bad, "")), bad)
	}
}

// Any number of legs that come together open one session.
func TestRaceAtOnce(t *testing.T) {
	const rid = "&rid=9876543210987654321098"
	w := newWorld(t, engine.Config{})
	var done sync.WaitGroup
	for at := range 8 {
		done.Go(func() {
			require.Equal(t, "0(0,0)", brief(answer(w.do(http.MethodGet, fmt.Sprintf("%s&resume=1&at=%d%s", handshake, at, rid), ""))))
		})
	}
	done.Wait()
	require.Equal(t, 1, w.srv.Sessions())
}

// When the opening of the session is refused, the next leg tries again.
func TestRaceRefused(t *testing.T) {
	const rid = "&rid=9876543210987654321098"
	w := newWorld(t, engine.Config{})
	refused := errors.New("not today")
	w.onOpen = func(*engine.Session) error { return refused }
	require.Equal(t, `Forbidden {"code":4,"message":"not today"}`, answer(w.do(http.MethodGet, handshake+"&resume=1"+rid, "")))
	w.onOpen = nil
	require.Equal(t, "0(0,0)", brief(answer(w.do(http.MethodGet, handshake+"&resume=1&at=1"+rid, ""))))
}

// The client may take a leg that the server has lost: it goes on with that.
func TestRaceDecidedForLostLeg(t *testing.T) {
	const rid = "&rid=abcdefghijklmnopqrstuv"
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{PingInterval: time.Minute})
		ws := w.dialQuery("&resume=1&at=0" + rid)
		require.Equal(t, "0(0,0)", ws.said())
		k := &walker{w, w.last(), w.last().s.ID()}
		ws.lose()
		again := k.socket("&at=0&ack=0")
		require.NoError(t, again.err)
		require.Equal(t, "0(0,0)", again.said())

		w.dialQuery("&resume=1&rid=abcdefghijklmnopqrst00").said()
		time.Sleep(31 * time.Second)
		require.Equal(t, engine.TransportClose, w.last().closed(), "undecided for too long, whatever the heartbeat")
	})
}

// The name of a race whose first leg was refused is the next one's.
func TestRidOfRefusedLeg(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		refuse := true
		w.onOpen = func(s *engine.Session) error {
			if refuse {
				return errors.New("no")
			}
			s.Joined()
			return nil
		}
		rid := "&rid=" + strings.Repeat("r", 22)
		w.do("GET", handshake+"&resume=1&at=0"+rid, "")
		refuse = false
		time.Sleep(20 * time.Second)
		k, open := w.openResume("&at=1" + rid)
		require.Equal(t, "0(0,0)", open)
		time.Sleep(11 * time.Second) // 31 s after the refusal, 11 s after the opening
		rec := w.do("GET", handshake+"&resume=1&at=2"+rid, "")
		require.Equal(t, k.sid, sidOf(t, rec.Body.String()), "a second session of one race")
	})
}
