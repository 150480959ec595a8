// servers.go: events between the servers of a cluster.

package namespace

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/namespace/sio"
)

// Servers is the same namespace on the other servers of the cluster: events that are
// sent to it go to their handlers, and what they send goes to those that are
// registered here. Without an adapter there are no others.
type Servers struct{ namespace *Namespace }

var _ sio.Caller = Servers{}

// Servers returns the other servers of the cluster.
func (n *Namespace) Servers() Servers { return Servers{n} }

// EmitEvent sends an event to the other servers. Its error is that of the adapter.
func (v Servers) EmitEvent(e sio.Emission) error {
	if v.namespace.adapter == nil {
		return nil
	}
	return v.namespace.adapter.Publish(context.Background(), &adapter.Op{Kind: adapter.Serve, Event: e})
}

// Emit sends an untyped event to the other servers.
func (v Servers) Emit(event string, args ...any) error {
	return v.EmitEvent(sio.Emission{Event: event, Args: args})
}

// Ask implements [sio.Caller]: it yields the answer of each other server, as it comes,
// for as long as ctx says or, if that has no deadline, for Config.CallTimeout. An
// error, which comes last, says that answers are missing.
func (v Servers) Ask(ctx context.Context, e sio.Emission) iter.Seq2[sio.Body, error] {
	return func(yield func(sio.Body, error) bool) {
		if v.namespace.adapter == nil {
			return
		}
		ctx, cancel := v.namespace.patient(ctx)
		defer cancel()
		for a, err := range answersFrom(ctx, v.namespace.adapter, &adapter.Op{Kind: adapter.Serve, Event: e}) {
			if !yield(a.Body, cmp.Or(err, a.Err)) {
				return
			}
		}
	}
}

// Call sends an untyped event to the other servers, and yields their answers.
func (v Servers) Call(ctx context.Context, event string, args ...any) iter.Seq2[sio.Body, error] {
	return v.Ask(ctx, sio.Emission{Event: event, Args: args})
}

// On sets the handler of an event that other servers send. Its [Ctx] has no socket. It
// answers as a handler of a client's event does. Handlers of a namespace run one
// at a time, in the order in which events arrive. It panics as [Namespace.On] does.
func (v Servers) On(event string, h Handler) {
	checkHandler(event, h)
	v.namespace.register(func(k *hooks) {
		v.namespace.once(fmt.Sprintf("handler of the servers' event %q", event), k.servers[event] != nil)
		k.servers = withHandler(k.servers, event, h)
	})
}

// maxServerEvents is how many events of other servers may wait for their handlers.
const maxServerEvents = 1024

var errServersBusy = errors.New("namespace: too many events of other servers wait for their handlers")

// serverEvents is the queue of what other servers have sent.
type serverEvents struct {
	mu      sync.Mutex // guards what follows
	waiting []func()
	running bool
}

// add queues work.
func (q *serverEvents) add(work func()) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) >= maxServerEvents {
		return errServersBusy
	}
	q.waiting = append(q.waiting, work)
	if !q.running {
		q.running = true
		// Owned by the namespace; ends when nothing waits; blocks in handlers alone.
		go q.run()
	}
	return nil
}

func (q *serverEvents) run() {
	done := false
	defer func() {
		if !done { // a handler has ended this goroutine
			go q.run()
		}
	}()
	for work := q.next(); work != nil; work = q.next() {
		work()
	}
	done = true
}

// next takes the next; nil when there is none and the goroutine ends.
func (q *serverEvents) next() (work func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		q.running, q.waiting = false, nil
		return nil
	}
	work = q.waiting[0]
	q.waiting = q.waiting[1:]
	return work
}

// serverContext is the context of an event of another server. It knows where the
// answer goes.
type serverContext struct {
	context.Context
	namespace *Namespace
	answer    func(args ...any) error
}

type serverKey struct{}

func (c *serverContext) Value(key any) any {
	if key == (serverKey{}) {
		return c
	}
	return c.Context.Value(key)
}

// serve handles an event of another server. With an answer it waits for its handler.
func (n *Namespace) serve(ctx context.Context, e sio.Emission, answer func(adapter.Answer) error) error {
	body, err := n.registry.body(e)
	if err != nil {
		return err
	}
	if answer == nil {
		c := n.serverCtx(context.WithoutCancel(ctx), e, body, nil)
		return n.served.add(func() { n.handleServers(c) })
	}
	answers := make(chan sio.Body, 1)
	c := n.serverCtx(ctx, e, body, func(args ...any) error {
		b, err := n.registry.body(sio.Emission{Event: e.Event, Args: args})
		if err == nil {
			answers <- b
		}
		return err
	})
	if err := n.served.add(func() { n.handleServers(c) }); err != nil {
		return err
	}
	select {
	case b := <-answers:
		return answer(adapter.Answer{Body: b})
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (n *Namespace) serverCtx(ctx context.Context, e sio.Emission, b sio.Body, answer func(...any) error) *Ctx {
	h := sio.Header{Type: sio.Event, Namespace: n.name, Event: e.Event, HasID: answer != nil}
	return &Ctx{Context: &serverContext{ctx, n, answer}, pkt: sio.Packet{Header: h, Body: b}}
}

var errNoServerHandler = &sio.Error{Code: "no_handler", Message: "no handler of this event"}

func (n *Namespace) handleServers(c *Ctx) {
	h := n.hooks.Load().servers[c.Event()]
	if h == nil {
		h = func(*Ctx) error { return errNoServerHandler }
	}
	err := errExited
	defer func() {
		if err != nil {
			c.fail(err)
		}
	}()
	err = guard(func() error { return h(c) })
}

// body makes what a handler can bind of an event of Go values.
func (g *Registry) body(e sio.Emission) (sio.Body, error) {
	packets, err := g.codec.Encode(nil, sio.Header{Type: sio.Event, Event: e.Event}, e.Args...)
	if err != nil {
		return nil, err
	}
	return decodeAll(g.codec, packets)
}

// decodeAll reads one packet.
func decodeAll(codec sio.Codec, packets []eio.Packet) (sio.Body, error) {
	decoder := codec.NewDecoder()
	for _, p := range packets {
		pkt, done, err := decoder.Decode(p)
		if err != nil || done {
			return pkt.Body, err
		}
	}
	return nil, errors.New("namespace: the codec did not read what it wrote")
}
