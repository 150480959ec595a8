// alive_test.go: what must hold after every row: nobody but the attacker has noticed.

package hostile

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// heapSlack is how many bytes the heap may have grown by.
const heapSlack = 2 << 20

// heapJIT is what a process that compiles while it runs may need besides.
const heapJIT = 8 << 20

// freshLimit is for a handshake after the row.
const freshLimit = 100 * time.Millisecond

// A bystander is a client who is connected all the time. Its goroutine takes what the server sends.
type bystander struct {
	name     string
	emit     func(packet string) error
	stop     func()
	packets  chan string // closed when the connection ends
	n        int
	unwanted []string
}

type crowd []*bystander

func (a *attack) bystanders() crowd {
	c := crowd{a.pollingBystander(), a.socketBystander()}
	a.counted(len(c))
	for _, b := range c {
		require.NoError(a, b.answered())
	}
	return c
}

func (c crowd) leave() {
	for _, b := range c {
		b.stop()
	}
}

// pollingBystander polls all the time. It has one connection for polls and one for POSTs, and keeps both.
func (a *attack) pollingBystander() *bystander {
	clients := map[string]*http.Client{}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		clients[method] = &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}, Timeout: time.Minute}
	}
	do := func(method, sid, body string) (string, error) {
		req, err := http.NewRequest(method, "http://"+a.addr+endpoint(polling, sid), strings.NewReader(body))
		if err != nil {
			return "", err
		}
		resp, err := clients[method].Do(req)
		if err != nil {
			return "", err
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err == nil && resp.StatusCode != http.StatusOK {
			err = fmt.Errorf("%s: %s", resp.Status, text)
		}
		return string(text), err
	}
	open, err := do(http.MethodGet, "", "")
	require.NoError(a, err)
	sid := between(open, `"sid":"`, `"`)
	b := &bystander{name: "bystander on polling", packets: make(chan string, 64)}
	b.emit = func(packet string) error { _, err := do(http.MethodPost, sid, packet); return err }
	b.stop = func() {
		_ = b.emit("1")
		for _, c := range clients {
			c.CloseIdleConnections()
		}
	}
	require.NoError(a, b.emit("40"))
	go func() { // ends with the session
		defer close(b.packets)
		for {
			body, err := do(http.MethodGet, sid, "")
			if err != nil {
				return
			}
			for p := range strings.SplitSeq(body, separator) {
				b.take(p)
			}
		}
	}()
	return b
}

func (a *attack) socketBystander() *bystander {
	w, err := dialWire(a.addr)
	require.NoError(a, err)
	require.NoError(a, w.lasts(5*time.Minute))
	got := w.request(http.MethodGet, endpoint(websocket, ""), upgradeHead(), "")
	require.True(a, got.switching(), "%s", got)
	b := &bystander{name: "bystander on a WebSocket", packets: make(chan string, 64)}
	b.emit = func(packet string) error { _, err := w.tcp.Write(text(packet)); return err }
	b.stop = func() { _ = w.tcp.Close() }
	_, err = w.packet()
	require.NoError(a, err)
	require.NoError(a, b.emit("40"))
	go func() { // ends with the connection
		defer close(b.packets)
		for {
			p, err := w.packet()
			if err != nil {
				return
			}
			b.take(p)
		}
	}()
	return b
}

// take passes a packet on, or answers a heartbeat.
func (b *bystander) take(packet string) {
	switch packet {
	case "2":
		_ = b.emit("3")
	case "6":
	default:
		b.packets <- packet
	}
}

// answered sends an event and waits for its acknowledgement. It notes what else came.
func (b *bystander) answered() error {
	b.n++
	if err := b.emit(fmt.Sprintf(`42%d["echo","hello"]`, b.n)); err != nil {
		return fmt.Errorf("%s: %w", b.name, err)
	}
	want := fmt.Sprintf(`43%d["hello"]`, b.n)
	deadline := time.After(patience)
	for {
		select {
		case p, ok := <-b.packets:
			switch {
			case !ok:
				return errors.New(b.name + " was disconnected")
			case p == want:
				return nil
			case !strings.HasPrefix(p, "40{"):
				b.unwanted = append(b.unwanted, p)
			}
		case <-deadline:
			return errors.New(b.name + " was not answered")
		}
	}
}

func between(s, before, after string) string {
	_, s, _ = strings.Cut(s, before)
	s, _, _ = strings.Cut(s, after)
	return s
}

// A base is what the process cost before the row.
type base struct {
	goroutines, descriptors int
	heap                    int64
}

// measureBase waits until the process has come to rest.
func (a *attack) measureBase() base {
	var b base
	same := 0
	a.until("the server comes to rest", func() bool {
		goroutines, descriptors := a.goroutines(), a.target.descriptors()
		if goroutines != b.goroutines || descriptors != b.descriptors {
			same = 0
		}
		b.goroutines, b.descriptors = goroutines, descriptors
		same++
		return same > 3
	})
	b.heap = a.state().Heap
	var earlier []string
	require.NoError(a, a.target.call(http.MethodGet, "/log", nil, &earlier)) // of the row before
	a.target.stderr.take()
	return b
}

// checkAlive holds the server to its base, once the connections of the row are closed.
func (a *attack) checkAlive(r row, was base, others crowd) {
	if why, crashed := a.target.crashed(0); crashed {
		a.Errorf("the process crashed: %s", why)
		return
	}
	for _, b := range others {
		require.NoError(a, b.answered())
		assert.Empty(a, b.unwanted, "%s was sent", b.name)
	}
	a.within(freshLimit, func() {
		got := a.request(http.MethodGet, endpoint(polling, ""), "", "")
		require.Equal(a, http.StatusOK, got.status, "a new handshake: %s", got)
		require.True(a, strings.HasPrefix(got.body, `0{"sid":`), "a new handshake: %s", got)
		a.request(http.MethodPost, endpoint(polling, between(got.body, `"sid":"`, `"`)), "", "1")
	})
	a.checkBase(r, was)
	a.checkLog(r)
}

func (a *attack) checkBase(r row, was base) {
	limit := r.heap
	if limit == 0 {
		limit = heapSlack
	}
	if raceDetector {
		limit *= 2
	}
	if a.target.jit {
		limit += heapJIT
	}
	var now base
	back := func() bool {
		now.goroutines, now.descriptors = a.goroutines(), a.target.descriptors()
		if now.goroutines > was.goroutines || now.descriptors > was.descriptors {
			return false
		}
		now.heap = a.state().Heap
		return now.heap <= was.heap+limit
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(a.target.patience); !back(); <-tick.C {
		if time.Now().After(deadline) {
			a.Errorf("not at its base again: goroutines %d, were %d; descriptors %d, were %d; heap %d bytes, was %d, may be %d more",
				now.goroutines, was.goroutines, now.descriptors, was.descriptors, now.heap, was.heap, limit)
			return
		}
	}
}

// checkLog: a line for each session at most, and none with what the client sent, nor with a session ID.
func (a *attack) checkLog(r row) {
	var log []string
	require.NoError(a, a.target.call(http.MethodGet, "/log", nil, &log))
	log = append(log, a.target.stderr.take()...)
	for _, l := range log {
		assert.NotContains(a, l, "DATA RACE")
	}
	assert.LessOrEqual(a, len(log), len(a.sids)+a.sessions+r.lines, "lines of the log: %.2000q", log)
	for _, l := range log {
		assert.NotContains(a, l, a.marker, "a line of the log")
		for _, sid := range a.sids {
			assert.NotContains(a, l, sid, "a line of the log has a session ID")
		}
	}
}
