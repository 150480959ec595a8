// request.go: what proxies do to whole requests: lose an answer, send a request twice, or late.

package sim

import (
	"bytes"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// copyLife is how long who sends a request again waits for an answer that it then drops.
const copyLife = 20 * time.Second

// request is what befalls the request of a connection.
type request struct {
	kind  Kind
	delay time.Duration // of Duplicate and Overtake
	seen  []byte        // of Duplicate: what the server has got
	other bool          // of Duplicate: the client gets the answer to the second
}

// class tells connections of one node apart by their first bytes: "GET polling" by the parameter "transport" of an
// HTTP request, "GET /path" without one, "websocket", and "" if they are none.
func class(first []byte) string {
	line, rest, _ := bytes.Cut(first, []byte("\r\n"))
	words := strings.Fields(string(line))
	if len(words) != 3 || !strings.HasPrefix(words[2], "HTTP/") {
		return ""
	}
	if bytes.Contains(rest, []byte("\r\nUpgrade: websocket\r\n")) {
		return "websocket"
	}
	u, err := url.Parse(words[1])
	if err != nil {
		return words[0]
	}
	if t := u.Query().Get("transport"); t != "" {
		return words[0] + " " + t
	}
	return words[0] + " " + u.Path
}

func isRequest(first []byte) bool {
	c := class(first)
	return c != "" && c != "websocket"
}

// drawRequestLocked draws as often in any weather.
func (l *link) drawRequestLocked(w *Weather) {
	rng := l.ways[server].rng
	u, delay, other := rng.Float64(), 1+randUpTo(rng, w.AgainBy), rng.IntN(2) == 0
	for _, k := range []struct {
		kind Kind
		prob float64
	}{{LoseAnswer, w.LoseAnswer}, {Duplicate, w.Duplicate}, {Overtake, w.Overtake}} {
		if u < k.prob {
			l.request = &request{kind: k.kind, delay: delay, other: other}
			break
		}
		u -= k.prob
	}
	if l.request != nil && l.request.kind == LoseAnswer {
		l.ways[client].points = []point{{0, LoseAnswer, 0}}
	}
}

// delayLocked says how long the request is to wait, before its first byte reaches the server.
func (l *link) delayLocked(w *way) time.Duration {
	r := l.request
	if r == nil || r.kind != Overtake || w.reader != server || l.net.healed() {
		return 0
	}
	l.request = nil
	l.net.journal.fault(Overtake, l.name, "by %v", r.delay)
	back := l.ways[client]
	back.gone = true
	back.injectLocked(syscall.ECONNRESET)
	return r.delay
}

// copyLocked keeps what the server gets of a request that is sent again.
func (l *link) copyLocked(data []byte) {
	r := l.request
	if r == nil || r.kind != Duplicate || l.net.healed() {
		return
	}
	if r.seen == nil {
		l.net.journal.fault(Duplicate, l.name, "in %v", r.delay)
		time.AfterFunc(r.delay, l.sendAgain)
		l.ways[client].silent = r.other
	}
	r.seen = append(r.seen, data...)
}

// sendAgain opens a connection of its own and sends what the server has got so far. Of two answers the client gets one.
func (l *link) sendAgain() {
	l.mu.Lock()
	data, other := l.request.seen, l.request.other
	l.mu.Unlock()
	twin := newLink(l.net, l.from+" again", l.to)
	twin.mu.Lock()
	twin.beginLocked(data)
	for _, w := range twin.ways {
		w.points = nil
	}
	twin.request = nil
	if twin.ways[client].silent = !other; other {
		twin.ways[client].onto = l.ways[client]
	}
	twin.mu.Unlock()
	if !l.net.accept(l.to, twin) {
		return
	}
	twin.mu.Lock()
	defer twin.mu.Unlock()
	twin.ways[server].pushLocked(data, nil)
	time.AfterFunc(copyLife, func() { _ = twin.ends[client].Close() })
}
