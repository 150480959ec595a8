// Package node is one namespace of one server in a cluster, for all adapters: it tells
// others of operations and applies theirs, asks, collects answers, and answers. How
// messages get from node to node, and in what form, is the business of a [Link].
package node

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/everwire/everwire/adapter"
)

// Link carries messages. Its methods may be called concurrently.
type Link interface {
	// Send sends m to all other nodes, Reply to the one that has sent to. They do not
	// wait for them, and keep nothing of m.
	Send(m *Message) error
	Reply(to, m *Message) error
	// Others tells how many other nodes there are and, if it can, their names.
	Others(ctx context.Context) (n int, names []string, err error)
	// Close ends the link; Receive is not called after it.
	Close() error
}

// Config sets up a [Node].
type Config struct {
	Namespace string
	Name      string // of this node; NewName if ""
	Local     adapter.Local
	Ignored   func()        // is called for each message that is dropped; may be nil. A Local that is a Witness is told too
	Timeout   time.Duration // for answers that need no handler or client; 5 s if 0
}

// Node is an [adapter.Adapter]. It is made, then linked, and may then receive.
type Node struct {
	Namespace string
	Name      string

	local   adapter.Local
	link    Link
	timeout time.Duration
	ctx     context.Context // ends with the node
	end     context.CancelFunc
	dropped func()          // Config.Ignored
	witness adapter.Witness // nil if the Local is none

	ownJSON, ownMsgpack string // what messages of this node begin with

	mu     sync.RWMutex // guards closed, and is held while something that was published is applied
	closed bool
	asked  sync.WaitGroup // what others ask and this node works on

	applying sync.WaitGroup // what others have published
	working  atomic.Int64

	askMu    sync.Mutex // guards requests
	requests map[string]*request
}

var _ adapter.Adapter = (*Node)(nil)

// ErrClosed is returned for a node that was closed.
var ErrClosed = errors.New("adapter: closed")

// LateAfter is how long a namespace waits for the broker once the cluster has been there:
// its clients come in then, and hear of this node's alone until the broker is back.
const LateAfter = time.Second

// New returns a node without a link.
func New(c Config) *Node {
	n := &Node{
		Namespace: c.Namespace,
		Name:      c.Name,
		local:     c.Local,
		timeout:   c.Timeout,
		dropped:   c.Ignored,
		requests:  make(map[string]*request),
	}
	if n.Name == "" {
		n.Name = NewName()
	}
	if n.dropped == nil {
		n.dropped = func() {}
	}
	n.learnOwn()
	n.witness, _ = c.Local.(adapter.Witness)
	if n.timeout <= 0 {
		n.timeout = 5 * time.Second
	}
	n.ctx, n.end = context.WithCancel(context.Background())
	return n
}

// NewName returns a name for a node or a request, which nobody can guess: 16 hex digits,
// as official servers have it.
func NewName() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// Link sets the link, before anything else is done.
func (n *Node) Link(l Link) { n.link = l }

// Closed tells whether Close was called.
func (n *Node) Closed() bool {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.closed
}

// Publish implements [adapter.Adapter].
func (n *Node) Publish(_ context.Context, op *adapter.Op) error {
	if n.Closed() {
		return ErrClosed
	}
	return n.send(&Message{Type: TypeOf(op.Kind), From: n.Name, Op: *op})
}

// Close implements [adapter.Adapter].
func (n *Node) Close() error {
	n.mu.Lock()
	was := n.closed
	n.closed = true
	n.mu.Unlock()
	if was {
		return nil
	}
	n.end()
	n.applying.Wait()
	n.asked.Wait()
	return n.link.Close()
}

// Receive takes a message of another node. It does not block.
func (n *Node) Receive(m *Message) {
	switch {
	case m.From == n.Name, m.Type == Yielded: // which is for links
	case m.Type.answers():
		n.answered(m)
	case m.Type == Yield:
		n.yield(m)
	case m.Request == "":
		n.Apply(m)
	default:
		n.answer(m)
	}
}

// Apply does what was published. Its error is that of one node, and nobody waits for it.
func (n *Node) Apply(m *Message) {
	if err := n.applyOpen(m); err != nil {
		n.ignored(err)
	}
}

// applyOpen does nothing on a node that was closed, and Close waits for it. No lock is held:
// what is applied is heard by listeners, who may publish.
func (n *Node) applyOpen(m *Message) error {
	n.mu.RLock()
	closed := n.closed
	if !closed {
		n.applying.Add(1)
	}
	n.mu.RUnlock()
	if closed {
		return nil
	}
	defer n.applying.Done()
	return n.local.Apply(n.ctx, &m.Op, nil)
}
