// upgrading_test.go: from polling to WebSocket.

package wire

import (
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/internal/peer"
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
func (s *server) pollJoin() *peer.Poll {
	s.T.Helper()
	p := s.Poll("")
	s.Enter(p, "/", "")
	return p
}

func moves(s *server) {
	w := s.pollJoin().Upgrade()
	s.Ask(w, `42["echo","b"]`, `42["echoed","b"]`)
	s.Ask(w, `451-["echo",{"_placeholder":true,"num":0}]`)
	s.Ask(w, "bAQID", `451-["echoed",{"_placeholder":true,"num":0}]`, "bAQID")
	s.alive(w)
}

func probedPoll(s *server) {
	p := s.pollJoin()
	poll := p.Wait()
	w := p.Probe()
	require.Equal(s.T, "200 6", s.Ended(poll).String())
	w.Send("5")
	s.alive(w)
}

func pollsDuringTrial(s *server) {
	p := s.pollJoin()
	w := p.Probe()
	for range 3 {
		require.Equal(s.T, "200 6", p.Get().String())
	}
	w.Send("5")
	s.alive(w)
}

// messagesMove: what is sent while no poll waits comes over the new connection, in order.
func messagesMove(s *server) {
	p := s.pollJoin()
	w := p.Probe()
	p.Send(`42["echo",1]`, `42["echo",2]`)
	p.Send(`42["note","sent"]`)
	s.logs("note / sent")
	w.Send("5")
	s.Expect(w, `42["echoed",1]`, `42["echoed",2]`)
	s.alive(w)
}

func pollingIsOver(s *server) {
	p := s.pollJoin()
	w := p.Upgrade()
	s.alive(w)
	require.Equal(s.T, badRequest, p.Get().String())
	require.Equal(s.T, badRequest, p.Post("3").String())
	s.alive(w)
}

func trialTimesOut(s *server) {
	p := s.pollJoin()
	w := p.Probe()
	s.Expect(w, peer.End)
	s.alive(p)
}

func trialWithoutProbe(s *server) {
	p := s.pollJoin()
	w := p.Trial()
	s.Expect(w, peer.End)
	s.alive(p)
}

func endsDuringTrial(s *server) {
	p := s.pollJoin()
	w := p.Probe()
	p.Post("1")
	s.Expect(w, peer.End)
	s.gone(p.SID)
}

func trialEnds(s *server) {
	p := s.pollJoin()
	w := p.Probe()
	w.TCP.Close()
	s.alive(p)
	next := p.Upgrade()
	s.alive(next)
}

func secondTrial(s *server) {
	p := s.pollJoin()
	w := p.Probe()
	second := p.Trial()
	s.Expect(second, peer.End)
	w.Send("5")
	s.alive(w)
}

func secondUpgrade(s *server) {
	p := s.pollJoin()
	w := p.Upgrade()
	s.alive(w)
	s.Expect(p.Trial(), peer.End)
	s.alive(w)
}

func upgradeOfWebsocket(s *server) {
	w := s.Websocket("")
	s.Enter(w, "/", "")
	second := s.Trial(w.SID)
	s.Expect(second, peer.End)
	s.alive(w)
}

func shutdownDuringTrial(s *server) {
	p := s.pollJoin()
	w := p.Probe()
	halted := s.halting()
	s.Expect(w, peer.End)
	for s.Try("GET", p.Query, nil).String() == "200 6" { // our server waits for a last poll
	}
	<-halted
}

func endsAfterUpgrade(s *server) {
	w := s.pollJoin().Upgrade()
	s.alive(w)
	w.TCP.Close()
	s.logs("disconnect / transport close []")
	s.gone(w.SID)
}
