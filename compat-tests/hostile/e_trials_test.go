// e_trials_test.go: rows E about connections that do not count yet, or any more, and requests of the wrong kind.

package hostile

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"
)

// untried opens a WebSocket that belongs to the session.
func (v *survivor) untried() *wire {
	got, w := v.a.upgrade(endpoint(websocket, "")+"&resume=1&sid="+v.sid, v.head...)
	require.NotNil(v.a, w, "%s", got)
	return w
}

// trial is one that has answered.
func (v *survivor) trial() *wire {
	w := v.untried()
	w.say("2probe")
	v.a.hears(w, "3probe")
	return w
}

// manyTrials: a session has one, whatever its own connection is, and the newest may still be taken.
func manyTrials(a *attack) {
	const trials = 300
	v := a.survivor(a.transport)
	before := a.goroutines()
	var older *wire
	for range trials {
		w := v.trial()
		if older != nil {
			require.Equal(a, retired, older.ended())
		}
		older = w
	}
	a.until("one trial is left", func() bool { return a.goroutines() <= before+3 })
	v.mustLive()
	last := v.trial()
	v.at++
	last.say(with("5%d,%d", v.at, v.have))
	v.transport = websocket
	v.begin(last.firstPacket())
	v.mustLive()
}

// wrongTrials end with the code of their fault, and the session goes on. A 1 ends the trial alone.
func wrongTrials(a *attack) {
	v := a.survivor(a.transport)
	for range 3 {
		v.attach(a.transport)
	}
	for packet, want := range map[string]string{
		"5": badRequest, "5,": badRequest, "5x,0": badRequest, "54": badRequest, "54,": badRequest, "54,-1": badRequest, "59007199254740992,0": badRequest,
		"51,0": superseded, "53,0": superseded, `42["e"]`: badRequest, "2": badRequest, "3": badRequest, "71": badRequest, "6": badRequest, "0{}": badRequest,
	} {
		a.naming(packet, func() {
			w := v.trial()
			w.say(packet)
			require.Equal(a, want, w.ended())
		})
	}
	for _, packet := range []string{"1", "9", "", "x"} {
		w := v.trial()
		w.say(packet)
		a.ends(w)
	}
	w := v.trial()
	_, _ = w.tcp.Write(frame(final|opBinary, "\x04"))
	a.ends(w)
	v.mustLive()
	require.Empty(a, a.events())
}

// upgradeOfAttached: a 5 where there is nothing to upgrade costs the client its connection, but not its session.
func upgradeOfAttached(a *attack) {
	v := a.survivor(websocket)
	v.conn.say("51,1")
	require.Equal(a, badRequest, v.conn.ended())
	v.attach(websocket)
	v.mustLive()
	other := a.survivor(a.transport)
	if a.transport != websocket {
		require.Equal(a, done, other.post(a.transport, "51,1", "at=0"))
		other.attach(a.transport)
		other.mustLive()
	}
}

// retiredConnections: what comes on one does nothing, whatever it is.
func retiredConnections(a *attack) {
	v := a.survivor(a.transport)
	old, oldAt := v.conn, v.at
	v.attach(websocket)
	evil := []string{`42["e"]`, "799999", "7x", "2", "5100,0", "5", "3", "9", `4`, `451-["e",{"_placeholder":true,"num":0}]`}
	switch a.transport {
	case websocket:
		for _, p := range evil {
			old.say(p)
		}
		require.Equal(a, retired, old.ended())
	default:
		for _, p := range evil {
			require.Equal(a, superseded, v.post(a.transport, p, with("at=%d&n=2", oldAt)), p)
		}
	}
	if a.transport == sse {
		_, err := old.untilEnd()
		require.NoError(a, err, "the retired stream does not end")
	}
	v.mustLive()
	require.Empty(a, a.events())
}

// goroutinesIn counts those of the server that are in one of the packages.
func (a *attack) goroutinesIn(packages ...string) (sum int) {
	status, stacks := body(a.target.admin.Get(a.target.url + "/stacks"))
	require.Equal(a, http.StatusOK, status, stacks)
	for group := range strings.SplitSeq(stacks, "\n\n") {
		n := 0
		_, err := fmt.Sscanf(group[strings.LastIndex(group[:strings.Index(group+" @", " @")], "\n")+1:], "%d @", &n)
		if err == nil && slices.ContainsFunc(packages, func(p string) bool { return strings.Contains(group, p) }) {
			sum += n
		}
	}
	return sum
}

// heldConnections: who keeps connections that were retired, reads and writes nothing, loses them all the same.
func heldConnections(a *attack) {
	const each = 20
	v := a.survivor(polling)
	v.send(`42["burst",3,300000]`)
	a.until("it waits", func() bool { return a.events()["burst"] == 1 })
	v.attach(polling)
	for range each {
		for _, transport := range []string{sse, websocket} {
			v.at++
			w := a.dial()
			require.NoError(a, w.tcp.SetReadBuffer(4096))
			head := ""
			if transport == websocket {
				head = upgradeHead()
			}
			require.NoError(a, w.send(http.MethodGet, endpoint(transport, "")+"&"+v.query(with("at=%d&ack=1", v.at)), head, ""))
			a.until("it is attached", func() bool { return v.post(transport, "2probe", with("at=%d", v.at)) == done || transport == websocket })
		}
	}
	a.until("the connections are gone", func() bool { return a.goroutinesIn("transport/sse.", "transport/websocket.") <= 3 })
	v.at += 10
	v.attach(websocket)
	for range 3 {
		v.next()
	}
	v.mustLive()
}

// otherKinds: a session is of one kind for life. A request of the other kind is refused and changes nothing.
func otherKinds(a *attack) {
	v, s := a.survivor(a.transport), a.join()
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		for _, transport := range posting {
			for _, to := range []string{
				endpoint(transport, v.sid), endpoint(transport, v.sid) + "&at=1&ack=0&p=0&n=2", endpoint(transport, v.sid) + "&resume=2",
				endpoint(transport, s.sid) + "&resume=1", endpoint(transport, s.sid) + "&resume=1&at=0&ack=0&p=1&n=1",
			} {
				require.Equal(a, badRequest, a.request(method, to, "", `42["e"]`).verdict(), "%s %s", method, to)
			}
		}
	}
	got, _ := a.upgrade(endpoint(websocket, v.sid))
	a.is(got, http.StatusBadRequest, "")
	got, w := a.upgrade(endpoint(websocket, s.sid) + "&resume=1")
	require.NotNil(a, w, "%s", got)
	require.Equal(a, badRequest, w.firstPacket().verdict)
	v.mustLive()
	s.mustLive()
	require.Empty(a, a.events())
}

// packetsOfTheExtension: in a session of the base they are none.
func packetsOfTheExtension(a *attack) {
	for _, packet := range []string{"70", "71", "7"} {
		a.naming(packet, func() {
			s := a.join()
			s.send(packet)
			s.mustClose()
		})
	}
}

// otherUsers: who knows a session's ID, but is another user, can do nothing with it.
func otherUsers(a *attack) {
	v := a.survivor(a.transport, "X-User: alice")
	forbidden := itoa(http.StatusForbidden)
	for _, head := range []string{"X-User: mallory", "X-User: nobody", "X-No-User: alice", "X-User: alic\u00e9"} {
		a.naming(head, func() {
			stranger := &survivor{a: a, sid: v.sid, head: []string{head}}
			require.Equal(a, forbidden, stranger.get(websocket, "").verdict, "a trial")
			for _, transport := range transports {
				require.Equal(a, forbidden, stranger.get(transport, v.attachment(transport, 1, 0)).verdict, transport)
			}
			for _, body := range []string{`42["e"]`, "1", "70"} {
				for _, transport := range posting {
					require.Equal(a, forbidden, stranger.post(transport, body, "at=0&n=2"), transport)
				}
			}
		})
	}
	v.mustLive()
	require.Empty(a, a.events())
}

// otherUser: the same for a session of the base.
func otherUser(a *attack) {
	const alice = "X-User: alice"
	s := a.join()
	for _, head := range []string{alice, "X-User: nobody"} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			for _, transport := range posting {
				got := a.request(method, endpoint(transport, s.sid), header(head), "1")
				a.is(got, http.StatusForbidden, "")
				require.NotContains(a, got.body, a.marker)
			}
		}
		got, _ := a.upgrade(endpoint(websocket, s.sid), head)
		a.is(got, http.StatusForbidden, "")
	}
	got := a.try(http.MethodGet, "EIO=4&transport="+a.transport, "X-User: nobody")
	a.is(got, http.StatusForbidden, "")
	s.mustLive()
}
