// inbox.go: what has come and waits to be handled.

package nats

import (
	"context"
	"sync"

	natsgo "github.com/nats-io/nats.go"
)

// inbox keeps messages of all subscriptions in the order in which they came.
type inbox struct {
	limit int
	tally *tally
	come  chan *natsgo.Msg // from the connection, which drops what finds no room

	mu       sync.Mutex // guards what follows
	messages []*natsgo.Msg
	bytes    int
	more     chan struct{} // has room for one
}

// room is that of the channel, which is emptied at once.
const room = 8192

func newInbox(limit int, t *tally) *inbox {
	return &inbox{limit: limit, tally: t, come: make(chan *natsgo.Msg, room), more: make(chan struct{}, 1)}
}

// fill keeps what comes: the channel counts messages, and memory is bytes.
func (in *inbox) fill(ctx context.Context) {
	for {
		select {
		case m := <-in.come:
			in.add(m)
		case <-ctx.Done():
			return
		}
	}
}

func (in *inbox) add(m *natsgo.Msg) {
	size := sizeOf(m)
	in.tally.received.Add(1)
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.bytes > 0 && in.bytes+size > in.limit {
		in.tally.dropped.Add(1)
		return
	}
	in.messages = append(in.messages, m)
	in.bytes += size
	select {
	case in.more <- struct{}{}:
	default:
	}
}

func sizeOf(m *natsgo.Msg) int { return len(m.Subject) + len(m.Data) + overhead }

// empty has messages handled until ctx ends.
func (in *inbox) empty(ctx context.Context, p *parts, handle func(*natsgo.Msg, *parts) bool) {
	for {
		m := in.next()
		if m == nil {
			select {
			case <-in.more:
			case <-ctx.Done():
				return
			}
			continue
		}
		if ctx.Err() != nil {
			return
		}
		if !handle(m, p) {
			in.tally.dropped.Add(1)
		}
	}
}

func (in *inbox) next() (m *natsgo.Msg) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if len(in.messages) == 0 {
		return nil
	}
	m, in.messages[0] = in.messages[0], nil
	in.bytes -= sizeOf(m)
	if in.messages = in.messages[1:]; len(in.messages) == 0 {
		in.messages = nil
	}
	return m
}
