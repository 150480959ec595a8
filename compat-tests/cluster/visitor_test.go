// visitor_test.go: the official client, and the network that brings it to one node or another.

package cluster

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// patience is how long something may take that should be there at once.
const patience = 30 * time.Second

// road is a balancer that leads to one node, or nowhere.
type road struct {
	listener net.Listener

	mu    sync.Mutex // guards what follows
	to    string     // address; "": nowhere
	conns map[net.Conn]bool
	half  bool // connections of nodes stay when those of clients end
}

func newRoad(t *testing.T) *road {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	r := &road{listener: l, conns: make(map[net.Conn]bool)}
	t.Cleanup(func() {
		_ = l.Close()
		r.mu.Lock()
		r.half = false
		r.mu.Unlock()
		r.lead("")
	})
	go r.run() // ends with the listener
	return r
}

func (r *road) run() {
	for {
		c, err := r.listener.Accept()
		if err != nil {
			return
		}
		go r.carry(c) // ends with the connection
	}
}

// lead cuts all connections; new ones go to that address.
func (r *road) lead(to string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.to = to
	for c, near := range r.conns {
		if !near && r.half {
			continue
		}
		_ = c.(*net.TCPConn).SetLinger(0)
		_ = c.Close()
		delete(r.conns, c)
	}
}

// halve is lead without the nodes noticing.
func (r *road) halve(to string) {
	r.mu.Lock()
	r.half = true
	r.mu.Unlock()
	r.lead(to)
}

func (r *road) isHalf() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.half
}

func (r *road) carry(c net.Conn) {
	r.mu.Lock()
	to := r.to
	r.mu.Unlock()
	if to == "" {
		_ = c.Close()
		return
	}
	far, err := net.Dial("tcp", to)
	if err != nil {
		_ = c.Close()
		return
	}
	r.mu.Lock()
	open := r.to == to
	if open {
		r.conns[c], r.conns[far] = true, false
	}
	r.mu.Unlock()
	if !open {
		_ = errors.Join(c.Close(), far.Close())
		return
	}
	var both sync.WaitGroup
	for _, pair := range [][2]net.Conn{{c, far}, {far, c}} {
		both.Go(func() {
			_, _ = io.Copy(pair[0], pair[1])
			if !r.isHalf() {
				_ = errors.Join(pair[0].Close(), pair[1].Close())
			}
		})
	}
	both.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.conns, c)
	if !r.half {
		delete(r.conns, far)
	}
}

// happening is something that the client has told.
type happening struct {
	At        string // "connect", "disconnect", "refused", "event"
	ID        string
	Recovered bool
	Why       string
	Args      []any
}

func (h happening) String() string {
	switch {
	case h.At == "event" && len(h.Args) > 1:
		return fmt.Sprint(h.Args[0], " ", h.Args[1])
	case h.At == "event":
		return fmt.Sprint(h.Args...)
	}
	return fmt.Sprint(h.At, " ", h.Recovered, " ", h.Why)
}

// visitor is the official client.
type visitor struct {
	*process
	t *testing.T
	*road
}

func newVisitor(t *testing.T, transport string) *visitor {
	t.Helper()
	v := &visitor{t: t, road: newRoad(t)}
	cmd := exec.Command("node", "../recovery/visitor.mjs")
	v.process = &process{cmd: cmd, lines: make(chan string, 1<<16)}
	v.process.launch(t)
	line, err := json.Marshal(map[string]any{"url": "http://" + v.listener.Addr().String(), "options": map[string]any{
		"transports": []string{transport}, "reconnectionDelay": 20, "reconnectionDelayMax": 80,
	}})
	require.NoError(t, err)
	_, err = v.in.Write(append(line, '\n'))
	require.NoError(t, err)
	return v
}

func (v *visitor) next() (h happening) {
	v.t.Helper()
	require.NoError(v.t, v.read(&h))
	return h
}

// connects expects a connection, and the events that come with it or just before.
func (v *visitor) connects(recovered bool, missed ...string) (id string) {
	v.t.Helper()
	var events []string
	for id == "" || len(events) < len(missed) {
		h := v.next()
		switch h.At {
		case "connect":
			require.Equal(v.t, recovered, h.Recovered, "recovered; events so far: %v", events)
			id = h.ID
		case "event":
			events = append(events, h.String())
		default:
			require.Fail(v.t, "unexpected", "%v", h)
		}
	}
	require.Equal(v.t, missed, events)
	return id
}

func (v *visitor) gets(event string) {
	v.t.Helper()
	require.Equal(v.t, event, v.next().String())
}

// leaves cuts the connection to a node, and waits until both sides know.
func (v *visitor) leaves(from *process) {
	v.t.Helper()
	v.lead("")
	require.Equal(v.t, "disconnect", v.next().At)
	require.Eventually(v.t, func() bool {
		var there []presence
		return from.do(&there, "who") == nil && len(there) == 0
	}, patience, 5*time.Millisecond, "the node does not notice")
}
