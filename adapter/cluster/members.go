// members.go: who is there.

package cluster

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/everwire/everwire/adapter/internal/node"
)

// maxMembers is how many nodes are remembered: whoever can publish can make them up.
const maxMembers = 4096

// link is one namespace of this node on the bus.
type link struct {
	*opener
	node    *node.Node
	topic   string
	settled time.Time
	ctx     context.Context // ends with the link
	end     context.CancelFunc
	done    chan struct{} // closed when run has ended
	stops   []func()

	mu      sync.Mutex // guards what follows
	members map[string]time.Time
	sent    time.Time
}

// heard notes that a node is there, or not any more; false if there are too many.
func (l *link) heard(m *node.Message) bool {
	l.mu.Lock()
	_, known := l.members[m.From]
	switch {
	case m.Type == node.Goodbye:
		delete(l.members, m.From)
	case !known && len(l.members) >= maxMembers:
		l.mu.Unlock()
		return false
	default:
		l.members[m.From] = time.Now()
	}
	l.mu.Unlock()
	if m.Type == node.Goodbye && known {
		l.node.Left(m.From)
	}
	return true
}

// Others implements [node.Link].
func (l *link) Others(ctx context.Context) (int, []string, error) {
	if wait := time.Until(l.settled); wait > 0 {
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return 0, nil, ctx.Err()
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	names := make([]string, 0, len(l.members))
	for name := range l.members {
		names = append(names, name)
	}
	slices.Sort(names)
	return len(names), names, nil
}

// run tells others that this node is there, and notices who is not.
func (l *link) run() {
	defer close(l.done)
	ticks := time.NewTicker(l.config.Heartbeat / 3)
	defer ticks.Stop()
	for {
		select {
		case <-ticks.C:
		case <-l.ctx.Done():
			return
		}
		for _, name := range l.silent() {
			l.node.Left(name)
		}
		if l.quiet() {
			// One that gets lost is followed by others.
			_ = l.Send(&node.Message{Type: node.Heartbeat, From: l.node.Name})
		}
	}
}

// silent forgets who has not been heard of for too long.
func (l *link) silent() (gone []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for name, heard := range l.members {
		if time.Since(heard) >= l.config.Silence {
			delete(l.members, name)
			gone = append(gone, name)
		}
	}
	return gone
}

// quiet tells whether others have to hear of this node by the next tick.
func (l *link) quiet() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Since(l.sent) >= l.config.Heartbeat*2/3
}

// Close implements [node.Link].
func (l *link) Close() error {
	l.end()
	<-l.done
	err := l.Send(&node.Message{Type: node.Goodbye, From: l.node.Name})
	for _, stop := range l.stops {
		stop()
	}
	return err
}
