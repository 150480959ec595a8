// d_upgrade_test.go: rows D about upgrades in a wrong order. What else goes on in a session must not suffer from them.

package hostile

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/stretchr/testify/require"
)

// say sends a packet on a connection that is on trial.
func (w *wire) say(packet string) { _, _ = w.tcp.Write(text(packet)) }

// hears expects a packet.
func (a *attack) hears(w *wire, want string) {
	a.Helper()
	got, err := w.packet()
	require.NoError(a, err)
	require.Equal(a, want, got)
}

// ends expects the end of a connection, with or without a close frame.
func (a *attack) ends(w *wire) {
	a.Helper()
	_, err := w.end()
	require.NoError(a, err)
}

// onTrial opens a WebSocket for the session that has been tried.
func (s *session) onTrial() *wire {
	w := s.a.websocket(s.sid)
	w.say("2probe")
	s.a.hears(w, "3probe")
	return w
}

// upgrade makes w the session's connection.
func (s *session) upgrade(w *wire) {
	w.say("5")
	s.ws = w
	s.mustLive()
}

func probeTwice(a *attack) {
	s := a.join()
	w := s.onTrial()
	w.say("2probe")
	a.hears(w, "3probe")
	s.upgrade(w)
}

func upgradeUntried(a *attack) {
	s := a.join()
	w := a.websocket(s.sid)
	w.say("5")
	a.ends(w)
	s.mustLive()
	s.upgrade(s.onTrial())
}

func messageOnTrial(a *attack) {
	for _, packet := range []string{`42["e"]`, "2", "3probe", "2probes", "1", "6", "0"} {
		a.naming(packet, func() {
			s := a.join()
			w := a.websocket(s.sid)
			w.say(packet)
			a.ends(w)
			w = s.onTrial()
			w.say(packet)
			a.ends(w)
			s.mustLive()
		})
	}
	require.Empty(a, a.events())
}

func trialOfNobody(a *attack) {
	s := a.join()
	got, _ := a.upgrade(endpoint(websocket, repeat("A", 24)))
	a.is(got, http.StatusBadRequest, "")
	require.Contains(a, got.body, "Session ID unknown")
	s.mustLive()
	gone := a.join()
	gone.send("1")
	got, _ = a.upgrade(endpoint(websocket, gone.sid))
	a.is(got, http.StatusBadRequest, "")
}

// upgradeDuringPoll: a poll waits, and then another, while events come in and go out. They arrive once and in order.
func upgradeDuringPoll(a *attack) {
	const before, during, after = 20, 40, 60
	s := a.join()
	n, got := 0, []string{}
	reflect := func(until int) {
		for ; n < until; n++ {
			a.is(s.post(fmt.Sprintf(`42["reflect",%d]`, n)), http.StatusOK, "ok")
		}
	}
	poll := func() {
		for p := range strings.SplitSeq(s.polled().body, separator) {
			if p != "6" {
				got = append(got, p)
			}
		}
	}
	reflect(before)
	s.wait()
	w := s.onTrial()
	poll()
	s.wait()
	reflect(during)
	w.say("5")
	poll()
	s.ws = w
	for ; n < after; n++ {
		w.say(fmt.Sprintf(`42["reflect",%d]`, n))
	}
	for len(got) < after {
		got = append(got, s.next())
	}
	for i, p := range got {
		require.Equal(a, fmt.Sprintf(`42["reflected",%d]`, i), p)
	}
	s.mustLive()
}

func pollingAfterUpgrade(a *attack) {
	s := a.join()
	s.upgrade(s.onTrial())
	a.is(s.post(`42["late","`+a.marker+`"]`), http.StatusBadRequest, "")
	a.is(a.request(http.MethodGet, endpoint(polling, s.sid), "", ""), http.StatusBadRequest, "")
	s.mustLive()
	require.Empty(a, a.events())
}

func cutTrial(a *attack) {
	s := a.join()
	_ = a.websocket(s.sid).tcp.Close()
	s.againOnTrial().reset()
	s.mustLive()
	s.upgrade(s.againOnTrial())
}

// againOnTrial is onTrial when the server may not have noticed yet that another trial was cut.
func (s *session) againOnTrial() (w *wire) {
	s.a.until("another may be tried", func() bool {
		w = s.a.websocket(s.sid)
		w.say("2probe")
		got, err := w.packet()
		return err == nil && got == "3probe"
	})
	return w
}

func twoTrials(a *attack) {
	s := a.join()
	first := s.onTrial()
	second := a.websocket(s.sid)
	second.say("2probe")
	second.say("5")
	a.ends(second)
	s.mustLive()
	s.upgrade(first)
}

func silentTrial(a *attack) {
	s := a.join()
	untried, w := a.websocket(s.sid), (*wire)(nil)
	a.ends(untried)
	w = s.onTrial()
	a.ends(w)
	s.mustLive()
	s.upgrade(s.onTrial())
}

func upgradeOfStream(a *attack) {
	s := a.join()
	w := a.websocket(s.sid)
	w.say("2probe")
	w.say("5")
	w.say(`42["e"]`)
	a.ends(w)
	require.Empty(a, a.events())
	a.is(s.post("5"), http.StatusOK, "ok")
	s.mustLive()
}

func upgradeOfSocket(a *attack) {
	s := a.alsoOver(websocket)
	w := a.websocket(s.sid)
	w.say("2probe")
	w.say("5")
	w.say(`42["e"]`)
	a.ends(w)
	require.Empty(a, a.events())
	s.mustLive()
}
