// link.go: one namespace of this node on the bus.

package cluster

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/internal/node"
	"github.com/everwire/everwire/adapter/internal/pulse"
)

// link is a [node.Link].
type link struct {
	*opener
	node    *node.Node
	sender  sender
	rooms   *rooms
	ctx     context.Context // ends with the link
	end     context.CancelFunc
	done    chan struct{} // closed when run has ended
	silence func()        // ends the reports of the bus; nil if it makes none
	answers *feed         // of this node
	common  *feed         // of all nodes
	ended   []*feed       // to be stopped by Close

	mu      sync.Mutex // guards what follows
	peers   map[string]*peer
	members int       // of the peers
	settled time.Time // when those that were there before have been heard of
	pulse   pulse.Pulse
	away    bool // the bus, and that was told
	feeds   map[*feed]struct{}
	gaps    map[*count]struct{} // counts with holes
	counts  int                 // in all feeds
	sent    time.Time           // when all nodes were last sent something
}

// kind says what the messages of a feed are.
type kind uint8

const (
	answerFeed kind = iota // for this node alone: not numbered
	commonFeed             // for all nodes
	roomFeed               // for a room
)

// feed is one topic that this node hears.
type feed struct {
	kind   kind
	room   string // of a roomFeed
	stop   func()
	counts map[string]*count // by publisher; guarded by link.mu
}

func newLink(o *opener, n *node.Node) *link {
	l := &link{
		opener:  o,
		node:    n,
		sender:  newSender(o.bus, &o.config, n),
		settled: time.Now().Add(o.config.Settle),
		done:    make(chan struct{}),
		peers:   make(map[string]*peer),
		pulse:   pulse.New(o.config.Heartbeat),
		feeds:   make(map[*feed]struct{}),
		gaps:    make(map[*count]struct{}),
	}
	l.answers, l.common = &feed{kind: answerFeed}, &feed{kind: commonFeed}
	l.rooms = newRooms(l)
	l.ctx, l.end = context.WithCancel(context.Background())
	return l
}

// start joins the others. Once the cluster has been there, that goes on behind it if the bus
// is away.
func (l *link) start() error {
	patience, up := l.config.Timeout, l.up.Load()
	if up {
		patience = min(patience, node.LateAfter)
	}
	err := l.join(patience)
	if err != nil && !up {
		close(l.done)
		return err
	}
	if r, ok := l.bus.(Reporter); ok {
		l.silence = r.Report(l.sender.topics.base, l.node.Fault)
	}
	late := err != nil
	if late {
		l.node.Fault(adapter.Fault{Kind: adapter.Missed, Err: err})
	}
	// Owned by the link, and ends with it; blocks in Publish, and in Subscribe while it is
	// late.
	go l.run(late)
	if late {
		return nil
	}
	l.up.Store(true)
	return l.Send(&node.Message{Type: node.Hello, From: l.node.Name})
}

// join subscribes to what all nodes hear, as far as that has not been done.
func (l *link) join(patience time.Duration) error {
	ctx, cancel := context.WithTimeout(l.ctx, patience)
	defer cancel()
	feeds := []*feed{l.answers, l.common}
	for i, topic := range []string{l.sender.topics.node(l.node.Name), l.sender.topics.all()} {
		if i < len(l.ended) {
			continue
		}
		if err := l.listen(ctx, topic, feeds[i]); err != nil {
			return err
		}
		l.ended = append(l.ended, feeds[i])
	}
	return nil
}

// joinLate joins at last, and reports whether it did.
func (l *link) joinLate() bool {
	if l.join(l.config.Timeout) != nil {
		return false
	}
	l.mu.Lock()
	l.settled = time.Now().Add(l.config.Settle)
	l.mu.Unlock()
	l.node.Fault(adapter.Fault{Kind: adapter.Missed})
	// Others hear of this node later if this gets lost.
	_ = l.Send(&node.Message{Type: node.Hello, From: l.node.Name})
	return true
}

// listen subscribes.
func (l *link) listen(ctx context.Context, topic string, f *feed) (err error) {
	l.mu.Lock()
	l.feeds[f] = struct{}{}
	l.mu.Unlock()
	if f.stop, err = l.bus.Subscribe(ctx, topic, func(payload []byte) { l.receive(f, payload) }); err != nil {
		l.forgetFeed(f)
	}
	return err
}

// drop ends a subscription.
func (l *link) drop(f *feed) {
	f.stop()
	l.forgetFeed(f)
}

func (l *link) forgetFeed(f *feed) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.feeds, f)
	for _, c := range f.counts {
		delete(l.gaps, c)
	}
	l.counts -= len(f.counts)
	f.counts = nil
}

// Send implements [node.Link].
func (l *link) Send(m *node.Message) error {
	toAll, err := l.sender.send(m)
	if toAll && err == nil {
		l.mu.Lock()
		l.sent = time.Now()
		l.mu.Unlock()
	}
	return err
}

// Reply implements [node.Link].
func (l *link) Reply(to, m *node.Message) error { return l.sender.reply(to, m) }

var (
	errSize  = errors.New("cluster: message is larger than Config.MaxMessage")
	errPeers = errors.New("cluster: too many nodes")

	// ErrAway says that this node has not heard itself on the bus for two heartbeats: it
	// is not known who else is there.
	ErrAway = errors.New("cluster: the bus is away")
)

// receive takes a message of the bus. One that is none is dropped.
func (l *link) receive(f *feed, payload []byte) {
	if node.IsOwn(l.node, payload) {
		l.echo()
		return
	}
	m, err := l.parse(payload)
	if err == nil {
		var fresh bool
		if fresh, err = l.note(f, m); err == nil && !fresh {
			return
		}
	}
	if err != nil {
		l.node.Fault(adapter.Fault{Kind: adapter.Ignored, Messages: 1, Err: err})
		return
	}
	switch m.Envelope = nil; m.Type {
	case node.Hello:
		// Who is new hears of this node later if this gets lost.
		_ = l.Reply(m, &node.Message{Type: node.Heartbeat, From: l.node.Name})
	case node.Heartbeat, node.Goodbye:
	default:
		l.node.Receive(m)
	}
}

func (l *link) parse(payload []byte) (*node.Message, error) {
	if len(payload) > l.config.MaxMessage {
		return nil, errSize
	}
	m, err := l.node.ParseEnvelope(payload)
	switch {
	case err != nil:
		return nil, err
	case !validName(m.From):
		return nil, node.ErrMessage
	case m.Envelope.Bool("packed"):
		return m, unpackNames(m)
	}
	return m, nil
}

// note counts a message; fresh is false if it has come in another room's topic.
func (l *link) note(f *feed, m *node.Message) (fresh bool, err error) {
	p := l.heard(m)
	if p == nil {
		return false, errPeers
	}
	numbers, number := m.Envelope.Numbers("n"), f.place(m)
	l.mu.Lock()
	defer l.mu.Unlock()
	if f.kind != answerFeed && number < len(numbers) && numbers[number] > 0 {
		l.countedLocked(f, m.From, numbers[number])
	}
	if at := m.Envelope.Number("at"); at > 0 && f.kind == answerFeed && l.common.counts[m.From] == nil {
		l.countedLocked(l.common, m.From, at)
	}
	n := m.Envelope.Number("copy")
	return n == 0 || p.copies.first(n), nil
}

// place is which of its numbers a message has in this topic.
func (f *feed) place(m *node.Message) int {
	if f.kind != roomFeed || len(m.Op.Rooms) > maxCopies {
		return 0
	}
	place := 0
	for i, room := range m.Op.Rooms {
		if room == f.room {
			return place
		}
		if !slices.Contains(m.Op.Rooms[:i], room) {
			place++
		}
	}
	return 0
}

// Close implements [node.Link].
func (l *link) Close() error {
	l.end()
	<-l.done
	l.rooms.close()
	err := l.Send(&node.Message{Type: node.Goodbye, From: l.node.Name})
	for _, f := range l.ended {
		f.stop()
	}
	if l.silence != nil {
		l.silence()
	}
	return err
}
