// d_sessions_test.go: rows D about who has a session, and how many of them.

package hostile

import (
	"crypto/rand"
	"encoding/base64"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stretchr/testify/require"
)

// maxUnjoined is the default of sessions without a namespace for one address.
const maxUnjoined = 1024

// onlyHandshakes: so many handshakes are answered as the address may have sessions without a namespace; the rest are
// refused until those have come to their end, at the timeout that the row has set.
func onlyHandshakes(tries int64, timeout time.Duration) func(a *attack) {
	return func(a *attack) {
		before := a.stats().Sessions
		start := time.Now()
		opened, refused := a.handshakes(tries)
		a.counted(int(opened))
		require.Less(a, time.Since(start), timeout, "too slow to be compared")
		require.Equal(a, [2]int64{maxUnjoined, tries - maxUnjoined}, [2]int64{opened, refused}, "handshakes that were answered and refused")
		require.Equal(a, before+maxUnjoined, a.stats().Sessions)
		a.until("all of them have ended", func() bool { return a.stats().Sessions == before })
	}
}

// handshakes opens sessions and does nothing with them.
func (a *attack) handshakes(tries int64) (opened, refused int64) {
	const workers = 8
	var left, ok, crowded atomic.Int64
	left.Store(tries)
	var wg sync.WaitGroup
	for range workers {
		w := a.dial()
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				switch a.handshake(w) {
				case http.StatusOK, http.StatusSwitchingProtocols:
					ok.Add(1)
				case http.StatusTooManyRequests:
					crowded.Add(1)
				}
			}
		})
	}
	wg.Wait()
	return ok.Load(), crowded.Load()
}

// handshake opens a session on the row's transport: over w, or on a connection of its own that the server has to end.
func (a *attack) handshake(w *wire) (status int) {
	if a.transport == polling {
		return w.request(http.MethodGet, endpoint(polling, ""), "", "").status
	}
	ws, err := dialWire(a.addr)
	if err != nil {
		return 0
	}
	head := ""
	if a.transport == websocket {
		head = upgradeHead()
	}
	status = ws.request(http.MethodGet, endpoint(a.transport, ""), head, "").status
	if status != http.StatusSwitchingProtocols && status != http.StatusOK {
		_ = ws.tcp.Close()
		return status
	}
	go func() { // ends when the server ends the connection, or at its deadline
		if a.transport == websocket {
			_, _ = ws.end()
		} else {
			_, _ = ws.untilEnd() // the TCP connection may go on
		}
		_ = ws.tcp.Close()
	}()
	return status
}

// largeHandshakes: what a session keeps of its handshake is bounded, or the handshake is refused: net/http lets headers of
// a megabyte through.
func largeHandshakes(a *attack) {
	const each, size, kept = 40, 500_000, 64 << 10
	before := a.state().Heap
	filler := repeat("x", size)
	for _, head := range []string{"X-Filler: " + filler, "Cookie: a=" + filler, "X: y"} {
		to := endpoint(a.transport, "")
		if head == "X: y" {
			to += "&filler=" + filler
		}
		for range each {
			if a.transport == websocket {
				a.upgrade(to, head)
			} else {
				a.request(http.MethodGet, to, header(head), "")
			}
		}
	}
	a.counted(3 * each)
	require.LessOrEqual(a, a.state().Heap-before, int64(3*each*kept+heapSlack), "bytes that live")
}

// twoPolls: the second is refused, and the first is told of the session's end. Which of them comes second is not ours to
// say.
func twoPolls(a *attack) {
	s := a.join()
	var polls [2]*wire
	for i := range polls {
		polls[i] = a.dial()
		require.NoError(a, polls[i].send(http.MethodGet, endpoint(polling, s.sid), "Connection: close\r\n", ""))
	}
	answers := []answer{polls[0].answer(http.MethodGet), polls[1].answer(http.MethodGet)}
	slices.SortFunc(answers, func(x, y answer) int { return x.status - y.status })
	a.is(answers[0], http.StatusOK, "1")
	a.is(answers[1], http.StatusBadRequest, "")
	s.mustClose()
}

// twoStreams: a session has one; what else asks for it is refused and changes nothing.
func twoStreams(a *attack) {
	s := a.join()
	for range 20 {
		a.is(a.request(http.MethodGet, endpoint(sse, s.sid), "", ""), http.StatusBadRequest, `{"code":3,"message":"Bad request"}`)
		a.is(a.request(http.MethodGet, endpoint(polling, s.sid), "", ""), http.StatusBadRequest, "")
	}
	s.mustLive()
}

// twoPosts: nothing of a POST is handled that has not arrived when a second one ends the session.
func twoPosts(a *attack) {
	s := a.join()
	first, second := `42["first","`+a.marker+`"]`, `42["second","`+a.marker+`"]`
	w := a.dial()
	require.NoError(a, w.send(http.MethodPost, s.endpoint(), header("Expect: 100-continue", "Content-Length: 1000"), ""))
	a.is(w.answer(http.MethodPost), http.StatusContinue, "") // its body is waited for
	_, err := w.tcp.Write([]byte(first + separator + second[:5]))
	require.NoError(a, err)
	a.is(s.post(second), http.StatusBadRequest, "")
	_, _ = w.tcp.Write([]byte(second[5:] + separator + "6" + repeat(" ", 1000)))
	s.mustClose()
	require.Empty(a, a.events())
}

// strangersPage: an event waits for the session's client; a page of another origin gets neither it nor the session.
func strangersPage(a *attack) {
	const evil = "Origin: http://evil.example"
	s := a.join("Origin: https://good.example")
	forbidden := func(got answer) {
		a.is(got, http.StatusForbidden, "")
		require.NotContains(a, got.body, a.marker)
		require.Empty(a, got.header.Get("Access-Control-Allow-Origin"))
	}
	s.send(`42["reflect","` + a.marker + `"]`)
	a.until("the event waits", func() bool { return a.events()["reflect"] == 1 })
	forbidden(a.request(http.MethodGet, s.endpoint(), header(evil), ""))
	forbidden(a.request(http.MethodPost, s.endpoint(), header(evil), `42["forged"]`))
	forbidden(a.request(http.MethodPost, s.endpoint(), header(evil), "1"))
	got, _ := a.upgrade(endpoint(websocket, s.sid), evil)
	forbidden(got)
	require.Equal(a, `42["reflected","`+a.marker+`"]`, s.next())
	require.NotContains(a, a.events(), "forged")
	s.mustLive()
}

// otherAddress: clients move from one network to another.
func otherAddress(a *attack) {
	s := a.join()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}, Timeout: patience}
	c, err := d.Dial("tcp", a.addr)
	require.NoError(a, err)
	w := &wire{tcp: c.(*net.TCPConn), in: newReader(c)}
	a.wires = append(a.wires, w)
	got := w.request(http.MethodPost, s.endpoint(), "Connection: close\r\n", `42["reflect","here"]`)
	if s.ws != nil {
		a.is(got, http.StatusBadRequest, "") // it is no polling session
		s.mustLive()
		return
	}
	a.is(got, http.StatusOK, "ok")
	require.Equal(a, `42["reflected","here"]`, s.next())
}

func randomSID() string {
	var b [18]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// guesses: a guess that is nearly right is answered as any other, in content and in time.
func guesses(a *attack) {
	const tries = 40
	s := a.join()
	last := "A"
	if strings.HasSuffix(s.sid, last) {
		last = "Q"
	}
	near := s.sid[:len(s.sid)-1] + last
	best := map[string]time.Duration{}
	for range tries {
		for kind, sid := range map[string]string{"near": near, "far": randomSID()} {
			w := a.dial()
			start := time.Now()
			got := a.guess(w, sid)
			took := time.Since(start)
			_ = w.tcp.Close()
			a.is(got, http.StatusBadRequest, "")
			require.Contains(a, got.body, "Session ID unknown")
			if best[kind] == 0 || took < best[kind] {
				best[kind] = took
			}
		}
	}
	require.Less(a, best["near"], best["far"]*slack)
	require.Less(a, best["far"], best["near"]*slack)
	s.mustLive()
}

// guess tries a session ID on the row's transport.
func (a *attack) guess(w *wire, sid string) answer {
	if a.transport == websocket {
		return w.request(http.MethodGet, endpoint(websocket, sid), upgradeHead(), "")
	}
	return w.request(http.MethodGet, endpoint(a.transport, sid), "", "")
}
