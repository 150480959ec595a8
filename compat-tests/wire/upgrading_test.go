// upgrading_test.go: from polling to WebSocket.

package wire

import (
	"github.com/stretchr/testify/require"
)

func upgrading() []row {
	brief := options{UpgradeTimeout: 400}
	return []row{
		{name: "the session moves", check: moves},
		{name: "a poll that waits is answered by noop", check: probedPoll},
		{name: "polls during the trial are answered by noop", check: pollsDuringTrial},
		{name: "messages that wait move too", check: messagesMove},
		{name: "polling is over after the upgrade", check: pollingIsOver},
		{name: "a trial that is not finished in time", on: brief, check: trialTimesOut},
		{name: "a trial without probe in time", on: brief, check: trialWithoutProbe},
		{name: "the session ends during the trial", check: endsDuringTrial},
		{name: "the websocket ends during the trial", check: trialEnds},
		{name: "a second websocket during the trial", check: secondTrial},
		{name: "a second websocket after the upgrade", check: secondUpgrade},
		{name: "a websocket for a session of websocket", on: brief, check: upgradeOfWebsocket},
		{name: "the session ends after the upgrade", check: endsAfterUpgrade},
		{name: "the server shuts down during the trial", check: shutdownDuringTrial},
	}
}

// pollJoin opens a session over polling and connects.
func (s *server) pollJoin() *pollPeer {
	s.t.Helper()
	p := s.poll("")
	s.enter(p, "/", "")
	return p
}

func moves(s *server) {
	w := s.pollJoin().upgrade()
	s.ask(w, `42["echo","b"]`, `42["echoed","b"]`)
	s.ask(w, `451-["echo",{"_placeholder":true,"num":0}]`)
	s.ask(w, "bAQID", `451-["echoed",{"_placeholder":true,"num":0}]`, "bAQID")
	s.alive(w)
}

func probedPoll(s *server) {
	p := s.pollJoin()
	poll := p.wait()
	w := p.probe()
	require.Equal(s.t, "200 6", s.ended(poll).String())
	w.send("5")
	s.alive(w)
}

func pollsDuringTrial(s *server) {
	p := s.pollJoin()
	w := p.probe()
	for range 3 {
		require.Equal(s.t, "200 6", p.get().String())
	}
	w.send("5")
	s.alive(w)
}

// messagesMove: what is sent while no poll waits comes over the new connection, in order.
func messagesMove(s *server) {
	p := s.pollJoin()
	w := p.probe()
	p.send(`42["echo",1]`, `42["echo",2]`)
	p.send(`42["note","sent"]`)
	s.logs("note / sent")
	w.send("5")
	s.expect(w, `42["echoed",1]`, `42["echoed",2]`)
	s.alive(w)
}

func pollingIsOver(s *server) {
	p := s.pollJoin()
	w := p.upgrade()
	s.alive(w)
	require.Equal(s.t, badRequest, p.get().String())
	require.Equal(s.t, badRequest, p.post("3").String())
	s.alive(w)
}

func trialTimesOut(s *server) {
	p := s.pollJoin()
	w := p.probe()
	s.expect(w, end)
	s.alive(p)
}

func trialWithoutProbe(s *server) {
	p := s.pollJoin()
	w := p.trial()
	s.expect(w, end)
	s.alive(p)
}

func endsDuringTrial(s *server) {
	p := s.pollJoin()
	w := p.probe()
	p.post("1")
	s.expect(w, end)
	s.gone(p.sid)
}

func trialEnds(s *server) {
	p := s.pollJoin()
	w := p.probe()
	w.tcp.Close()
	s.alive(p)
	next := p.upgrade()
	s.alive(next)
}

func secondTrial(s *server) {
	p := s.pollJoin()
	w := p.probe()
	second := p.trial()
	s.expect(second, end)
	w.send("5")
	s.alive(w)
}

func secondUpgrade(s *server) {
	p := s.pollJoin()
	w := p.upgrade()
	s.alive(w)
	s.expect(p.trial(), end)
	s.alive(w)
}

func upgradeOfWebsocket(s *server) {
	w := s.websocket("")
	s.enter(w, "/", "")
	second := (&pollPeer{s: s, sid: w.sid}).trial()
	s.expect(second, end)
	s.alive(w)
}

func shutdownDuringTrial(s *server) {
	p := s.pollJoin()
	w := p.probe()
	halted := s.halting()
	s.expect(w, end)
	for s.try("GET", p.query, nil).String() == "200 6" { // our server waits for a last poll
	}
	<-halted
}

func endsAfterUpgrade(s *server) {
	w := s.pollJoin().upgrade()
	s.alive(w)
	w.tcp.Close()
	s.logs("disconnect / transport close []")
	s.gone(w.sid)
}
