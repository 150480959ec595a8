// users_test.go: clients, and what their users do.

package sim_test

import (
	"context"
	"encoding/binary"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/everwire/everwire/client"
	"github.com/everwire/everwire/namespace/sio"
)

// actor is one client.
type actor struct {
	*client.Client
	name string
	rng  *rand.Rand  // of what its user does
	gone atomic.Bool // its user has left
}

func (a *actor) left() bool { return a.gone.Load() }

// newActor draws what the client prefers.
func (w *world) newActor(name string, rng *rand.Rand) *actor {
	order := []string{client.WebSocket, client.SSE, client.Polling}
	rng.Shuffle(3, func(i, j int) { order[i], order[j] = order[j], order[i] })
	if w.plan.calm {
		order = order[:1]
	}
	o := client.Options{
		Transports:  order,
		Header:      http.Header{"X-Name": {name}},
		CallTimeout: callTimeout,
		Buffer:      w.plan.buffer,
		Rand:        &source{rand.NewPCG(w.plan.seed, hash("client", name))},
		Logger:      slog.New(&watcher{w: w, name: name}),
		Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return w.net.Dial(ctx, name, "server")
		},
	}
	if rng.IntN(2) == 0 {
		o.Auth = map[string]string{"name": name} // then the server does not connect it unasked
	}
	c, err := client.New("http://server", o)
	if err != nil {
		panic(err)
	}
	a := &actor{Client: c, name: name, rng: rand.New(rand.NewPCG(w.plan.seed, hash("user", name)))}
	c.OnConnect(func(context.Context) {
		w.dawdle(hash(w.plan.seed, name), false)
		w.check.connected(name, name+" down")
	})
	c.OnDisconnect(func(why client.Reason) {
		told := w.check.told(name, why == client.ServerDisconnect)
		w.check.disconnected(name, why, told || why == client.ClientDisconnect || w.plan.mayEnd)
	})
	client.On(c, say, func(_ context.Context, i item) error { w.take(name+" down", i); return nil })
	client.Handle(c, call, func(_ context.Context, i item) (int, error) { w.take(name+" down", i); return i.N, nil })
	return a
}

// source reads random bytes.
type source struct{ src *rand.PCG }

func (s *source) Read(p []byte) (int, error) {
	for i := 0; i < len(p); i += 8 {
		var b [8]byte
		binary.LittleEndian.PutUint64(b[:], s.src.Uint64())
		copy(p[i:], b[:])
	}
	return len(p), nil
}

// sender is the client once it is connected.
func (a *actor) sender() sio.Caller {
	if a.Connected() {
		return a.Client
	}
	return nil
}

// roam moves a client to another transport now and then, and lets some users leave.
func (w *world) roam(ctx context.Context, a *actor) {
	if w.plan.calm {
		return
	}
	for sleep(ctx, upTo(a.rng, 6*time.Second)) {
		if w.plan.mayEnd && a.rng.IntN(20) == 0 {
			a.leave(w)
			return
		}
		to := []string{client.WebSocket, client.SSE, client.Polling, ""}[a.rng.IntN(4)]
		if time.Since(w.check.began) < w.plan.storm {
			a.Move(to)
		}
	}
}

// leave closes the client in the middle of it all. What was under way may be lost, the end is not.
func (a *actor) leave(w *world) {
	if a.gone.Swap(true) {
		return
	}
	w.check.leave(a.name, a.name+" at the server", a.name+" up", a.name+" down")
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	if err := a.Close(ctx); err != nil {
		w.check.fail("%s: close: %v", a.name, err)
	}
}
