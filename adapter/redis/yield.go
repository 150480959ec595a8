// yield.go: clients that come back before the node that they come from knows that they
// have gone.

package redis

import (
	"context"
	"sync"
	"time"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/internal/node"
	"github.com/everwire/everwire/adapter/internal/wire"
)

const (
	claimTime = 300 * time.Millisecond // for which a client waits that nobody has saved
	countTime = time.Second            // for which the number of nodes is believed
	maxYields = 1024                   // clients in each of the maps
)

// isPID tells whether a text can be a private ID, of official servers too: 20 characters
// of base64 for URLs. Redis is not asked for others.
func isPID(pid string) bool {
	for _, c := range []byte(pid) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && c != '-' && c != '_' {
			return false
		}
	}
	return len(pid) == 20
}

// yields are the clients, by their private IDs, that one node has and another wants. Anybody
// can make up an ID: each costs a question, and nothing if too many are waited for.
type yields struct {
	mu      sync.Mutex               // guards what follows
	waiting map[string]chan struct{} // that this node wants; closed when they are saved
	wanted  map[string]note          // by which node
	saved   map[string]note          // by this node, lately
	counted time.Time                // when the number of nodes was
	others  int
}

// note is a name, and until when it matters.
type note struct {
	name  string
	until time.Time
}

// put adds a note, if there is room for it.
func put(m *map[string]note, pid, name string) {
	now := time.Now()
	if len(*m) >= maxYields {
		for old, n := range *m {
			if now.After(n.until) {
				delete(*m, old)
			}
		}
	}
	if *m == nil {
		*m = make(map[string]note)
	}
	if len(*m) < maxYields {
		(*m)[pid] = note{name, now.Add(claimTime)}
	}
}

// take takes a note out, if it still matters.
func take(m map[string]note, pid string) (name string, ok bool) {
	n, ok := m[pid]
	delete(m, pid)
	return n.name, ok && time.Now().Before(n.until)
}

// owe notes which node wants a client, unless that was saved already.
func (y *yields) owe(pid, from string) (saved bool) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if _, saved = take(y.saved, pid); !saved {
		put(&y.wanted, pid, from)
	}
	return saved
}

// owed returns which node wants a client that is saved now.
func (y *yields) owed(pid string) (to string, ok bool) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if to, ok = take(y.wanted, pid); !ok {
		put(&y.saved, pid, "")
	}
	return to, ok
}

// want begins to wait for a client; nil if somebody does so already, or too many wait.
func (y *yields) want(pid string) chan struct{} {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.waiting == nil {
		y.waiting = make(map[string]chan struct{})
	}
	if y.waiting[pid] != nil || len(y.waiting) >= maxYields {
		return nil
	}
	c := make(chan struct{})
	y.waiting[pid] = c
	return c
}

// told ends the waiting for a client.
func (y *yields) told(pid string) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if c := y.waiting[pid]; c != nil {
		close(c)
		delete(y.waiting, pid)
	}
}

// forget ends the waiting by who has begun it: somebody else may wait for the client by now.
func (y *yields) forget(pid string, c chan struct{}) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.waiting[pid] == c {
		delete(y.waiting, pid)
	}
}

// alone tells whether there are no other nodes, which is looked at now and then.
func (s *streams) alone(ctx context.Context) (bool, error) {
	y := &s.yields
	y.mu.Lock()
	fresh, others := time.Since(y.counted) < countTime, y.others
	y.mu.Unlock()
	if fresh {
		return others == 0, nil
	}
	others, _, err := s.Others(ctx)
	if err == nil {
		y.mu.Lock()
		defer y.mu.Unlock()
		y.counted, y.others = time.Now(), others
	}
	return others == 0, err
}

// claim asks other nodes for what a client comes back to, and looks again when one of them
// says that it is saved.
func (s *streams) claim(ctx context.Context, pid string) (*adapter.Saved, error) {
	alone, err := s.alone(ctx)
	if err != nil {
		return nil, err
	}
	if alone {
		return nil, errAbsent
	}
	saved := s.yields.want(pid)
	if saved == nil {
		return nil, errAbsent
	}
	defer s.yields.forget(pid, saved)
	m := &node.Message{Type: node.Yield, From: s.node.Name, PID: pid}
	if err := s.send("publish", s.channel, m, wire.AppendMsgpack); err != nil {
		return nil, err
	}
	late := time.NewTimer(claimTime)
	defer late.Stop()
	select {
	case <-saved:
	case <-late.C: // official servers do not tell, and a node that ends may not come to it
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return s.takeSaved(ctx, pid)
}

// saved tells the node that wants a client that it is saved.
func (s *streams) saved(pid string, err error) {
	if err != nil {
		return
	}
	if to, ok := s.yields.owed(pid); ok {
		s.tellSaved(to, pid)
	}
}

// tellSaved is for a node whose client is not recovered if it does not hear it.
func (s *streams) tellSaved(to, pid string) {
	m := &node.Message{Type: node.Yielded, From: s.node.Name, PID: pid}
	_ = s.send("publish", s.private(to), m, wire.AppendMsgpack)
}
