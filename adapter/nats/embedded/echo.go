// echo.go: waiting until other nodes know what this one has subscribed to.

package embedded

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	natsgo "github.com/nats-io/nats.go"
)

// echoTopic and a server's ID is where that answers. Servers tell each other of
// subscriptions in the order in which they send messages: whoever has answered a message
// that was sent after a subscription knows of it.
const echoTopic = "_everwire.echo."

// hearing is how long other nodes may take to answer. One that does not is hung, or gone.
const hearing = time.Second

// echo asks for all subscriptions that wait at a time together.
type echo struct {
	conn   *natsgo.Conn
	server *server.Server

	mu      sync.Mutex      // guards what follows
	silent  map[string]bool // servers that have no echo
	running bool
	next    chan struct{} // closed when the round that begins next has ended; nil if nobody waits
}

func (e *echo) listen(conn *natsgo.Conn, srv *server.Server) error {
	e.conn, e.server = conn, srv
	if _, err := conn.Subscribe(echoTopic+srv.ID(), func(m *natsgo.Msg) {
		_ = m.Respond(nil) // who asks waits for a second
	}); err != nil {
		return err
	}
	return conn.Flush()
}

// Subscribe implements cluster.Bus. It returns when the other nodes know of it, too.
func (s *Server) Subscribe(ctx context.Context, topic string, f func(payload []byte)) (stop func(), err error) {
	stop, err = s.Bus.Subscribe(ctx, topic, f)
	if err == nil && s.Nodes() > 0 {
		select {
		case <-s.echo.round():
		case <-ctx.Done():
			stop()
			return nil, ctx.Err()
		}
	}
	return stop, err
}

// round returns what is closed when a round of questions has ended that begins from now
// on.
func (e *echo) round() <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.next == nil {
		e.next = make(chan struct{})
	}
	if !e.running {
		e.running = true
		// Owned by the server; ends when nobody waits; waits for other nodes, a second
		// at most.
		go e.run()
	}
	return e.next
}

func (e *echo) run() {
	for done := e.begin(); done != nil; done = e.begin() {
		e.ask()
		close(done)
	}
}

func (e *echo) begin() (done chan struct{}) {
	e.mu.Lock()
	defer e.mu.Unlock()
	done, e.next = e.next, nil
	e.running = done != nil
	return done
}

// ask asks all nodes that this one is connected to, and waits for their answers.
func (e *echo) ask() {
	routes, err := e.server.Routez(nil)
	if err != nil {
		return // it shuts down
	}
	ctx, cancel := context.WithTimeout(context.Background(), hearing)
	defer cancel()
	asked := make(map[string]bool)
	var answers sync.WaitGroup
	for _, r := range routes.Routes {
		if id := r.RemoteID; !asked[id] && !e.isSilent(id) {
			asked[id] = true
			answers.Go(func() { e.askOne(ctx, id) })
		}
	}
	answers.Wait()
}

// askOne waits for an answer. A server that is new does not tell at once what is
// subscribed there; one that never does is not of this package.
func (e *echo) askOne(ctx context.Context, id string) {
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for {
		_, err := e.conn.RequestWithContext(ctx, echoTopic+id, nil)
		if !errors.Is(err, natsgo.ErrNoResponders) {
			return
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			e.setSilent(id)
			return
		}
	}
}

func (e *echo) isSilent(id string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.silent[id]
}

func (e *echo) setSilent(id string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.silent) >= 1024 { // of servers that are long gone
		clear(e.silent)
	}
	if e.silent == nil {
		e.silent = make(map[string]bool)
	}
	e.silent[id] = true
}
