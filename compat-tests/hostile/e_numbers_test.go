// e_numbers_test.go: rows E about numbers: malformed, forged, replayed, huge.

package hostile

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/stretchr/testify/require"
)

// noNumbers are not 1 to 16 decimal digits, or more than 2^53−1.
var noNumbers = []string{
	"", "-1", "+1", "1.5", "1e3", "0x1", "%31", "1 ", "01234567890123456", "9007199254740992", "18446744073709551617", "１", "1,1", "null",
}

// malformedNumbers: a request with one, or without one that it needs, changes nothing.
func malformedNumbers(a *attack) {
	v := a.survivor(a.transport)
	right := map[string]string{"at": "7", "ack": "0"}
	if a.transport == polling {
		right["p"] = "0"
	}
	for key := range right {
		rest := ""
		for other, value := range right {
			if other != key {
				rest += "&" + other + "=" + value
			}
		}
		if key != "at" || a.transport != websocket { // which would be a trial
			a.naming(key, func() { require.Equal(a, badRequest, v.get(a.transport, rest).verdict) })
		}
		for _, wrong := range append(slices.Clone(noNumbers), "7&"+key+"=8") {
			wrong = strings.ReplaceAll(wrong, " ", "%20")
			a.naming(key+"="+wrong, func() { require.Equal(a, badRequest, v.get(a.transport, rest+"&"+key+"="+wrong).verdict) })
		}
	}
	if a.transport != websocket {
		for _, wrong := range noNumbers {
			wrong = strings.ReplaceAll(wrong, " ", "%20")
			for _, query := range []string{"at=0&n=" + wrong, "n=2&at=" + wrong} {
				a.naming(query, func() { require.Equal(a, badRequest, v.post(a.transport, `42["e"]`, query)) })
			}
		}
		require.Equal(a, badRequest, v.post(a.transport, `42["e"]`, "at=0"), "n is missing")
		require.Equal(a, badRequest, v.post(a.transport, `42["e"]`, "n=2"), "at is missing")
	}
	v.mustLive()
	require.Empty(a, a.events())
}

// malformedAcks: one in a packet ends the session, as any malformed packet does.
func malformedAcks(a *attack) {
	for _, wrong := range noNumbers {
		v := a.survivor(a.transport)
		a.naming("7"+wrong, func() {
			if a.transport == websocket {
				v.conn.say("7" + wrong)
			} else {
				require.Equal(a, badRequest, v.post(a.transport, "7"+wrong+separator+`42["e"]`, "at=0&n=2"))
			}
			v.mustBeGone()
		})
	}
	require.Empty(a, a.events())
}

// impossibleAcks: to have what was never sent ends the session, but not if the request is too old to count.
func impossibleAcks(a *attack) {
	const never = 1000
	for name, ack := range map[string]func(v *survivor) string{
		"attachment": func(v *survivor) string { return v.get(a.transport, v.attachment(a.transport, 1, never)).verdict },
		"poll":       func(v *survivor) string { return v.get(polling, with("at=1&ack=%d&p=1", never)).verdict },
		"upgrade": func(v *survivor) string {
			w := v.trial()
			w.say(fmt.Sprintf("51,%d", never))
			return w.ended()
		},
	} {
		a.naming(name, func() {
			v := a.survivor(a.transport)
			require.Equal(a, unknown, ack(v))
			v.mustBeGone()
		})
	}
	v := a.survivor(a.transport)
	v.attach(a.transport)
	require.Equal(a, superseded, v.get(a.transport, v.attachment(a.transport, 0, never)).verdict)
	v.mustLive()
	if a.transport == websocket {
		v.conn.say(fmt.Sprintf("7%d", never))
	} else {
		require.Equal(a, badRequest, v.post(a.transport, fmt.Sprintf("7%d", never), with("at=%d", v.at)))
	}
	v.mustBeGone()
}

// replayedPosts: a POST counts once, in a row and at the same time.
func replayedPosts(a *attack) {
	const times = 30
	v := a.survivor(a.transport)
	body := `42["e"]` + separator + `42["f"]`
	for range times {
		require.Equal(a, done, v.post(a.transport, body, "at=0&n=2"))
	}
	var wg sync.WaitGroup
	verdicts := make([]string, times)
	for i := range verdicts {
		w := a.dial()
		wg.Go(func() {
			to := endpoint(a.transport, "") + "&" + v.query("at=0&n=3")
			verdicts[i] = w.request(http.MethodPost, to, "Connection: close\r\n", `42["f"]`+separator+`42["g"]`).verdict()
		})
	}
	wg.Wait()
	for _, got := range verdicts {
		require.Contains(a, []string{done, itoa(http.StatusTooManyRequests)}, got)
	}
	v.sent = 4
	v.mustLive()
	require.Equal(a, map[string]int{"e": 1, "f": 1, "g": 1}, a.events())
}

// forgedPosts: what is not of the current connection, or leaves a gap, is not handled.
func forgedPosts(a *attack) {
	v := a.survivor(a.transport)
	v.attach(a.transport)
	other := map[string]string{polling: sse, sse: polling}[a.transport]
	for _, c := range []struct{ transport, query, want string }{
		{a.transport, "at=0&n=2", superseded},
		{a.transport, "at=2&n=2", superseded},
		{a.transport, fmt.Sprintf("at=%d&n=2", maxNumber), superseded},
		{other, "at=1&n=2", superseded},
		{a.transport, "at=1&n=3", badRequest},
		{a.transport, fmt.Sprintf("at=1&n=%d", maxNumber), badRequest},
		{a.transport, "at=1&n=0", done}, // 0 and 1 are known: dropped
	} {
		a.naming(c.transport+" "+c.query, func() {
			body := `42["e"]`
			require.Equal(a, c.want, v.post(c.transport, body, c.query))
		})
	}
	require.Equal(a, unknown, a.request(http.MethodPost, endpoint(a.transport, randomSID())+"&resume=1&at=1&n=2", "", `42["e"]`).verdict())
	v.mustLive()
	require.Empty(a, a.events())
}

// lateAndFuturePolls: p may be any number; a lower one is a late request, and harms nothing.
func lateAndFuturePolls(a *attack) {
	v := a.survivor(polling)
	v.p = 100
	v.mustLive() // asks 101
	for _, p := range []int{1, 50, 100} {
		require.Equal(a, noop, v.get(polling, with("at=0&p=%d&ack=%d", p, v.have)).verdict)
	}
	require.Equal(a, noop, v.get(polling, with("at=0&p=0&ack=%d", v.have)).verdict)
	v.mustLive()
	v.send(`42["reflect",1]`)
	a.until("it waits", func() bool { return a.events()["reflect"] == 1 })
	require.Equal(a, noop, v.get(polling, with("at=0&p=%d&ack=0", v.p+1)).verdict, "it has said that it has more")
	require.Equal(a, `42["reflected",1]`, v.next())
	require.Equal(a, `42["reflected",1]`, v.get(polling, with("at=0&p=%d&ack=%d", v.p+1, v.have-1)).verdict, "asked for again")
	v.p = maxNumber - 1
	v.mustLive()
	require.Equal(a, badRequest, v.get(polling, with("at=0&p=%d&ack=%d", maxNumber+1, v.have)).verdict)
	v.attach(polling)
	v.mustLive()
}

// floodOfPolls: each poll takes the place of the one before, which is answered. One is left.
func floodOfPolls(a *attack) {
	const polls = 500
	v := a.survivor(polling)
	before := a.goroutines()
	wires := make([]*wire, polls)
	for i := range wires {
		wires[i] = a.dial()
		require.NoError(a, wires[i].send(http.MethodGet, endpoint(polling, "")+"&"+v.query(with("at=0&p=%d&ack=%d", i+1, v.have)), "Connection: close\r\n", ""))
	}
	open := 0
	for _, w := range wires[:polls-1] {
		if got := w.answer(http.MethodGet).verdict(); got != noop {
			open++
		}
	}
	require.Zero(a, open, "polls that were not retired")
	a.until("one poll is left", func() bool { return a.goroutines() <= before+4 })
	v.send(`421["echo",1]`)
	require.Equal(a, `431[1]`, wires[polls-1].answer(http.MethodGet).verdict())
	v.p = polls
	v.have++
	v.mustLive()
}

// largestAttachment: behind the largest number there is no other. It is the session's own loss.
func largestAttachment(a *attack) {
	v := a.survivor(a.transport)
	v.at = maxNumber - 1
	v.attach(a.transport)
	v.mustLive()
	require.Equal(a, badRequest, v.get(a.transport, "at=9007199254740992&ack=0&p=0").verdict)
	require.Equal(a, superseded, v.get(a.transport, v.attachment(a.transport, maxNumber-1, v.have)).verdict)
	v.at = maxNumber - 1
	v.p = 0
	if a.transport == polling {
		return // equal p is late
	}
	v.attach(a.transport)
	v.mustLive()
}
