// fleet.go: the processes that are nodes, started and killed.

package app

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	up, starting, down = "up", "starting", "down"

	keepTabs = 20 * time.Second // that a node had when it was killed are shown, until they are back
)

// fleet is all nodes. Its methods may be called concurrently.
type fleet struct {
	secret string // of their bus
	redis  string
	change func() // is told that something has; called without lock

	mu    sync.Mutex // guards the following, and all nodes
	nodes []*node    // never changes
	ended bool       // no more are started
}

// node is a place for a process.
type node struct {
	name     string
	requests atomic.Int64

	status string
	pid    int
	starts int
	err    string
	bus    string // address, kept for the next process
	tabs   []seat
	since  time.Time    // when it went down
	web    http.Handler // the way to the process, while it is up
	run    *run
}

// run is one process of a node.
type run struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    io.ReadCloser
	states chan ClusterState // the latest, for one write
	leave  chan struct{}     // closed to end the process in an orderly way
	ready  chan error        // gets what became of the start
	done   chan struct{}     // closed when the process has ended
}

func newFleet(secret, redis string, change func()) *fleet {
	f := &fleet{secret: secret, redis: redis, change: change}
	for _, name := range []string{"A", "B", "C"} {
		f.nodes = append(f.nodes, &node{name: name, status: down})
	}
	return f
}

var (
	errUnknown = errors.New("there is no such node")
	errState   = errors.New("the node is not in a state for that")
)

// start starts the process of a node. The channel says when it is up, or why it is not.
func (f *fleet) start(name string) (ready <-chan error, err error) {
	n, s, err := f.claim(name)
	if err != nil {
		return nil, err
	}
	r, err := launch(s)
	f.mu.Lock()
	if err != nil {
		n.status, n.err = down, err.Error()
	} else {
		n.run, n.pid = r, r.cmd.Process.Pid
	}
	f.mu.Unlock()
	f.change()
	if err != nil {
		return nil, err
	}
	// Both are owned by the process: they end with it.
	go r.write(s)
	go f.follow(n, r)
	return r.ready, nil
}

// claim notes that a node is about to be started, and returns what it has to know.
func (f *fleet) claim(name string) (*node, setup, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := setup{Name: name, Secret: f.secret, Redis: f.redis, Bus: "127.0.0.1:0"}
	n := f.findLocked(name)
	switch {
	case n == nil:
		return nil, s, errUnknown
	case n.status != down || f.ended:
		return nil, s, errState
	}
	n.status, n.err, n.starts = starting, "", n.starts+1
	n.requests.Store(0)
	for _, other := range f.nodes {
		switch {
		case other.bus == "":
		case other == n:
			s.Bus = n.bus // where the others look for it
		default:
			s.Routes = append(s.Routes, other.bus)
		}
	}
	return n, s, nil
}

func (f *fleet) findLocked(name string) *node {
	at := slices.IndexFunc(f.nodes, func(n *node) bool { return n.name == name })
	if at < 0 {
		return nil
	}
	return f.nodes[at]
}

// launch runs this same program as a node.
func launch(s setup) (*run, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	r := &run{
		cmd: exec.Command(program), states: make(chan ClusterState, 1),
		leave: make(chan struct{}), ready: make(chan error, 1), done: make(chan struct{}),
	}
	r.cmd.Env = append(os.Environ(), nodeEnv+"="+s.Name)
	r.cmd.Stderr = os.Stderr
	if r.in, err = r.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if r.out, err = r.cmd.StdoutPipe(); err != nil {
		return nil, err
	}
	return r, r.cmd.Start()
}

// write tells the process what it has to know, and closes the pipe when it shall end. If
// this program is killed the system closes it.
func (r *run) write(s setup) {
	defer r.in.Close()
	lines := json.NewEncoder(r.in)
	err := lines.Encode(s)
	for err == nil {
		select {
		case state := <-r.states:
			err = lines.Encode(state)
		case <-r.leave:
			return
		case <-r.done:
			return
		}
	}
}

// follow reads what a process tells, until it has ended.
func (f *fleet) follow(n *node, r *run) {
	lines := json.NewDecoder(bufio.NewReader(r.out))
	why := "it ended before it was up"
	for {
		var said report
		if err := lines.Decode(&said); err != nil {
			break
		}
		if said.Error != "" {
			why = said.Error
			continue
		}
		f.hear(n, r, said)
	}
	_ = r.cmd.Wait() // that it was killed is no news
	f.mu.Lock()
	if n.status == starting {
		n.err = why
	}
	n.status, n.pid, n.web, n.run, n.since = down, 0, nil, nil, time.Now()
	f.mu.Unlock()
	select {
	case r.ready <- fmt.Errorf("node %s: %s", n.name, why):
	default: // it was up
	}
	close(r.done)
	f.change()
}

func (f *fleet) hear(n *node, r *run, said report) {
	f.mu.Lock()
	n.tabs = said.Tabs
	if said.Web != "" {
		n.status, n.web, n.bus = up, way(said.Web), said.Bus
		r.ready <- nil
	}
	f.mu.Unlock()
	f.change()
}

// kill ends the process of a node the hard way: it cannot say or save anything.
func (f *fleet) kill(name string) error {
	f.mu.Lock()
	n := f.findLocked(name)
	var r *run
	if n != nil {
		r = n.run
	}
	f.mu.Unlock()
	switch {
	case n == nil:
		return errUnknown
	case r == nil:
		return errState
	}
	_ = r.cmd.Process.Kill() // or it has ended by itself
	<-r.done
	return nil
}

// next returns the node whose turn it is, of those that are up; nil if none is. Each
// round begins one node further: a page that opens with three requests would begin at
// the same node as all others, else.
func (f *fleet) next(turn uint64) (*node, http.Handler) {
	f.mu.Lock()
	defer f.mu.Unlock()
	size := uint64(len(f.nodes))
	for i := range size {
		n := f.nodes[(turn+turn/size+i)%size]
		if n.web != nil {
			return n, n.web
		}
	}
	return nil, nil
}

// tell gives a state to all nodes, for their pages. One that has not read the last one
// yet gets this one instead.
func (f *fleet) tell(s ClusterState) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, n := range f.nodes {
		if n.status != up {
			continue
		}
		select {
		case <-n.run.states:
		default:
		}
		n.run.states <- s // there is room: nobody else sends
	}
}

// shutdown ends all nodes, those that are still there with ctx the hard way.
func (f *fleet) shutdown(ctx context.Context) error {
	f.mu.Lock()
	var all []*run
	for _, n := range f.nodes {
		if n.run != nil && !f.ended {
			all = append(all, n.run)
			close(n.run.leave)
		}
	}
	f.ended = true
	f.mu.Unlock()
	var err error
	for _, r := range all {
		select {
		case <-r.done:
		case <-ctx.Done():
			err = ctx.Err()
			_ = r.cmd.Process.Kill()
			<-r.done
		}
	}
	return err
}
