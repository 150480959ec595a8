// heartbeat_test.go: pings, and sessions whose clients do not answer them.

package wire

import (
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/internal/peer"
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
func (s *server) silence(p peer.Peer, since time.Time) {
	s.T.Helper()
	s.Expect(p, peer.End)
	took := time.Since(since)
	require.Greater(s.T, took, s.patience()-early, "too early")
	require.Less(s.T, took, s.patience()+late, "too late")
	s.logs("disconnect / ping timeout []")
	if w, ok := p.(*peer.WS); ok {
		require.Contains(s.T, []int{peer.NoStatus, 1000}, w.Code, "close frame")
		return
	}
	s.gone(p.ID())
}

func noPong(s *server) {
	start := time.Now()
	p := s.join()
	s.Expect(p, "2")
	require.Greater(s.T, time.Since(start), s.interval()-early)
	s.silence(p, start)
}

func pongs(s *server) {
	start := time.Now()
	p := s.join()
	var last time.Time
	for range 2 {
		s.Expect(p, "2")
		last = time.Now()
		p.Send("3")
	}
	s.Expect(p, "2")
	require.Greater(s.T, time.Since(start), 3*s.interval()-3*early)
	s.silence(p, last)
}

func messagesAreNoPongs(s *server) {
	p := s.join()
	s.Expect(p, "2")
	p.Send(`42["note","a"]`)
	s.logs("note / a")
	s.Expect(p, peer.End)
	s.logs("disconnect / ping timeout []")
}

func unaskedPong(s *server) {
	p := s.join()
	p.Send("3", "3")
	s.alive(p)
}

// clientPing: in this version of the protocol the server pings.
func clientPing(s *server) {
	p := s.join()
	if w, ok := p.(*peer.WS); ok {
		w.Send("2")
	} else {
		p.(*peer.Poll).Post("2")
	}
	s.Expect(p, peer.End)
	s.logs("disconnect / " + s.want("the reason of a ping by the client") + " []")
}

func noPoll(s *server) {
	start := time.Now()
	p := s.Poll("")
	s.Enter(p, "/", "")
	s.logs("disconnect / ping timeout []")
	require.Greater(s.T, time.Since(start), s.patience()-early)
	s.gone(p.SID)
}

func noPongAfterUpgrade(s *server) {
	start := time.Now()
	p := s.Poll("")
	s.Enter(p, "/", "")
	w := p.Upgrade()
	s.Expect(w, "2")
	s.silence(w, start)
}

func pongsAfterUpgrade(s *server) {
	w := s.pollJoin().Upgrade()
	for range 2 {
		s.Expect(w, "2")
		w.Send("3")
	}
	s.alive(w)
}

// pingAfterLargeMessage: a deadline for writing the message must not hold for what is written later.
func pingAfterLargeMessage(s *server) {
	w := s.Websocket("")
	s.Enter(w, "/", "")
	w.Send(`42["many",1,8000000]`)
	require.Contains(s.T, w.Next()[:20], `42["item",0,"x`)
	s.Expect(w, "2")
	w.Send("3")
	s.alive(w)
}

// pingMoves: the ping of the other session, which was opened later, tells that this one's is due.
func pingMoves(s *server) {
	w := s.pollJoin().Probe()
	s.Expect(s.Websocket(""), "2")
	w.Send("5")
	s.Expect(w, "2")
	w.Send("3")
	s.alive(w)
}

// pingDuringTrial: the ping is answered while the session moves.
func pingDuringTrial(s *server) {
	p := s.pollJoin()
	w := p.Probe()
	for body := ""; body != "2"; {
		a := p.Get()
		require.Equal(s.T, 200, a.Status)
		body = strings.Trim(strings.ReplaceAll(a.Body, "6", ""), peer.Separator)
	}
	p.Send("3")
	w.Send("5")
	s.Expect(w, "2")
	w.Send("3")
	s.alive(w)
}
