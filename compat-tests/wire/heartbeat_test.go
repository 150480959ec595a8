// heartbeat_test.go: pings, and sessions whose clients do not answer them.

package wire

import (
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
)

// beat is a heartbeat short enough to wait for, and long enough for a busy machine.
var (
	beat = options{PingInterval: 200, PingTimeout: 400}
	slow = options{PingInterval: 500, PingTimeout: 400} // so that an upgrade is through before the first ping
)

const (
	early = 3 * time.Millisecond // timers of the official server may fire a little too soon
	late  = 3 * time.Second      // a verdict that takes longer was not made for the heartbeat
)

func heartbeat() []row {
	return slices.Concat(inBoth(
		row{name: "no pong: the session ends after interval and timeout", on: beat, check: noPong},
		row{name: "each pong starts the time again", on: beat, check: pongs},
		row{name: "other packets are no pongs", on: beat, check: messagesAreNoPongs},
		row{name: "a pong that was not asked for", check: unaskedPong},
		row{name: "a ping of the client", check: clientPing},
	), []row{
		{name: "no pong, and no poll either", on: beat, check: noPoll},
		{name: "no pong after the upgrade", on: slow, check: noPongAfterUpgrade},
		{name: "a ping 10 s after a message that the socket did not take at once", on: options{PingInterval: 11_000},
			slow: true, check: pingAfterLargeMessage},
		{name: "heartbeats go on after the upgrade", on: slow, check: pongsAfterUpgrade},
		{name: "a ping that is polled during the trial", on: beat, check: pingDuringTrial},
		{name: "a ping that no poll has fetched moves with the upgrade", on: beat, check: pingMoves},
	})
}

func (s *server) interval() time.Duration { return time.Duration(s.on.PingInterval) * time.Millisecond }

// patience is how long the server waits for a sign of life.
func (s *server) patience() time.Duration {
	return s.interval() + time.Duration(s.on.PingTimeout)*time.Millisecond
}

// silence asserts that the session ends a whole interval and timeout after since, and why.
func (s *server) silence(p peer, since time.Time) {
	s.t.Helper()
	s.expect(p, end)
	took := time.Since(since)
	require.Greater(s.t, took, s.patience()-early, "too early")
	require.Less(s.t, took, s.patience()+late, "too late")
	s.logs("disconnect / ping timeout []")
	if w, ok := p.(*wsPeer); ok {
		require.Contains(s.t, []int{noStatus, 1000}, w.code, "close frame")
		return
	}
	s.gone(p.id())
}

func noPong(s *server) {
	start := time.Now()
	p := s.join()
	s.expect(p, "2")
	require.Greater(s.t, time.Since(start), s.interval()-early)
	s.silence(p, start)
}

func pongs(s *server) {
	start := time.Now()
	p := s.join()
	var last time.Time
	for range 2 {
		s.expect(p, "2")
		last = time.Now()
		p.send("3")
	}
	s.expect(p, "2")
	require.Greater(s.t, time.Since(start), 3*s.interval()-3*early)
	s.silence(p, last)
}

func messagesAreNoPongs(s *server) {
	p := s.join()
	s.expect(p, "2")
	p.send(`42["note","a"]`)
	s.logs("note / a")
	s.expect(p, end)
	s.logs("disconnect / ping timeout []")
}

func unaskedPong(s *server) {
	p := s.join()
	p.send("3", "3")
	s.alive(p)
}

// clientPing: in this version of the protocol the server pings.
func clientPing(s *server) {
	p := s.join()
	if w, ok := p.(*wsPeer); ok {
		w.send("2")
	} else {
		p.(*pollPeer).post("2")
	}
	s.expect(p, end)
	s.logs("disconnect / " + s.want("the reason of a ping by the client") + " []")
}

func noPoll(s *server) {
	start := time.Now()
	p := s.poll("")
	s.enter(p, "/", "")
	s.logs("disconnect / ping timeout []")
	require.Greater(s.t, time.Since(start), s.patience()-early)
	s.gone(p.sid)
}

func noPongAfterUpgrade(s *server) {
	start := time.Now()
	p := s.poll("")
	s.enter(p, "/", "")
	w := p.upgrade()
	s.expect(w, "2")
	s.silence(w, start)
}

func pongsAfterUpgrade(s *server) {
	w := s.pollJoin().upgrade()
	for range 2 {
		s.expect(w, "2")
		w.send("3")
	}
	s.alive(w)
}

// pingAfterLargeMessage: a deadline for writing the message must not hold for what is written later.
func pingAfterLargeMessage(s *server) {
	w := s.websocket("")
	s.enter(w, "/", "")
	w.send(`42["many",1,8000000]`)
	require.Contains(s.t, w.next()[:20], `42["item",0,"x`)
	s.expect(w, "2")
	w.send("3")
	s.alive(w)
}

// pingMoves: the ping of the other session, which was opened later, tells that this one's is due.
func pingMoves(s *server) {
	w := s.pollJoin().probe()
	s.expect(s.websocket(""), "2")
	w.send("5")
	s.expect(w, "2")
	w.send("3")
	s.alive(w)
}

// pingDuringTrial: the ping is answered while the session moves.
func pingDuringTrial(s *server) {
	p := s.pollJoin()
	w := p.probe()
	for body := ""; body != "2"; {
		a := p.get()
		require.Equal(s.t, 200, a.status)
		body = strings.Trim(strings.ReplaceAll(a.body, "6", ""), separator)
	}
	p.send("3")
	w.send("5")
	s.expect(w, "2")
	w.send("3")
	s.alive(w)
}
