// world_test.go: the real server in Gin and real clients, on a simulated network, for one seed.

package sim_test

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"log"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/ginmount"
	"github.com/everwire/everwire/internal/sim"
	"github.com/everwire/everwire/namespace/sio"
)

// Bounds of a run, in virtual time.
const (
	afterHeal    = 5 * time.Second // for which messages are sent on a healed network
	settleWithin = 3 * time.Minute // all is delivered by then
	findOut      = time.Minute     // a connection that is dead is known to be
	callTimeout  = time.Hour
	closeTimeout = time.Minute
)

// maxAttachments is how often one client may attach on a healed network until all is delivered.
const maxAttachments = 12

// world is one run.
type world struct {
	plan  plan
	net   *sim.Net
	check *checker
	count *tally
	srv   *everwire.Server
	calls sync.WaitGroup

	mu      sync.Mutex // guards sockets
	sockets map[string]*everwire.Socket
	clients []*actor
	taken   func(stream string, i item) // a hook of tests; may be nil
}

// run is a whole run, in a bubble. It returns the world, whose checker knows what was wrong.
func run(ctx context.Context, p plan, broken func(*world)) *world {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w := &world{plan: p, count: newTally(), sockets: map[string]*everwire.Socket{}}
	w.net = sim.New(sim.Config{Seed: p.seed, Weather: p.weather, Until: p.storm, Trace: p.trace, Show: p.show})
	w.check = newChecker(cancel, w.net.Note)
	stop := w.serve()
	if broken != nil {
		broken(w)
	}
	w.start(ctx)
	w.live(ctx)
	w.close()
	stop()
	<-time.After(closeTimeout) // what is left of connections comes to its end
	w.check.closed()
	w.count.faults, w.count.msgs = w.net.Counts(), w.check.delivered()
	return w
}

// serve starts the server; stop ends it.
func (w *world) serve() (stop func()) {
	config := w.plan.server
	config.Observer = &metrics{w}
	config.Logger = slog.New(slog.NewTextHandler(&complaints{w}, &slog.HandlerOptions{Level: slog.LevelError}))
	srv, err := everwire.New(config)
	if err != nil {
		panic(err)
	}
	w.srv = srv
	w.handle()
	gin.SetMode(gin.ReleaseMode)
	router := gin.New()
	ginmount.Mount(router, "/socket.io", srv)
	web := &http.Server{Handler: router, ErrorLog: log.New(io.Discard, "", 0)}
	web.SetKeepAlivesEnabled(false)
	l := w.net.Listen("server")
	var serving sync.WaitGroup
	// The world's; ends when the server is closed.
	serving.Go(func() { _ = web.Serve(l) })
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
		defer cancel()
		if err := srv.Shutdown(ctx); err != nil {
			w.check.fail("shutdown: %v", err)
		}
		if err := web.Close(); err != nil {
			w.check.fail("close: %v", err)
		}
		serving.Wait()
	}
}

// complaints makes what the server logs as an error a violation.
type complaints struct{ w *world }

func (c *complaints) Write(p []byte) (int, error) {
	c.w.check.fail("logged: %s", p)
	return len(p), nil
}

func nameOf(s *everwire.Socket) string { return s.Handshake().Header().Get("X-Name") }

// handle sets up the server's application.
func (w *world) handle() {
	w.srv.OnConnect(func(c *everwire.Ctx) error {
		name := nameOf(c.Socket())
		w.dawdle(hash(w.plan.seed, name), false)
		w.check.connected(name+" at the server", name+" up")
		w.mu.Lock()
		defer w.mu.Unlock()
		w.sockets[name] = c.Socket()
		return nil
	})
	w.srv.OnDisconnect(func(c *everwire.Ctx, why everwire.Reason) {
		name := nameOf(c.Socket())
		w.mu.Lock()
		if w.sockets[name] == c.Socket() {
			delete(w.sockets, name)
		}
		closing := w.clients == nil
		w.mu.Unlock()
		w.check.disconnected(name+" at the server", why, closing || w.plan.mayEnd || why == everwire.ServerDisconnect)
	})
	everwire.On(w.srv, say, func(c *everwire.Ctx, i item) error {
		w.take(nameOf(c.Socket())+" up", i)
		return nil
	})
	everwire.Handle(w.srv, call, func(c *everwire.Ctx, i item) (int, error) {
		w.take(nameOf(c.Socket())+" up", i)
		return i.N, nil
	})
}

// take is every handler. It takes its time: what several handlers do in one instant would go out together or not, as the
// scheduler likes. Some take long.
func (w *world) take(stream string, i item) {
	w.check.received(stream, i.N)
	if w.taken != nil {
		w.taken(stream, i)
	}
	if !i.intact() {
		w.check.fail("%s: message %d was changed", stream, i.N)
	}
	h := hash(w.plan.seed, stream, i.N)
	long := h%64 == 0 && !w.plan.mayEnd
	w.dawdle(h, long)
}

func (w *world) dawdle(h uint64, long bool) {
	most := 2 * time.Microsecond
	if long {
		most = 300 * time.Millisecond
	}
	<-time.After(1 + time.Duration(h%uint64(most)))
}

func hash(parts ...any) uint64 {
	h := fnv.New64a()
	fmt.Fprint(h, parts...)
	return h.Sum64()
}

// start makes the clients and has them connect.
func (w *world) start(ctx context.Context) {
	rng := rand.New(rand.NewPCG(w.plan.seed, 2))
	for i := range w.plan.clients {
		a := w.newActor(fmt.Sprintf("client%d", i), rng)
		w.clients = append(w.clients, a)
		w.check.expect(a.name)
		w.check.expect(a.name + " at the server")
		wait := upTo(a.rng, time.Second)
		// The world's, which waits for it; ends with ctx.
		w.calls.Go(func() {
			if !sleep(ctx, wait) {
				return
			}
			if err := a.Connect(ctx); err != nil && ctx.Err() == nil && !a.left() {
				w.check.fail("%s: connect: %v", a.name, err)
			}
		})
	}
}

// live has all send during the storm and a while after it, and waits until all has come. Where sessions may end, one
// that was lost in the storm may be given up only now; what is sent behind that must come.
func (w *world) live(ctx context.Context) {
	w.talk(ctx, w.plan.storm+afterHeal)
	if w.plan.mayEnd {
		sleep(ctx, settleWithin)
		w.talk(ctx, afterHeal)
	}
	w.settle(ctx)
	w.rest(ctx)
	w.talk(ctx, time.Second)
	w.settle(ctx)
}

// rest has nobody say anything for a while. What is wrong with old connections is found out then, and nothing is wrong
// with newer ones.
func (w *world) rest(ctx context.Context) {
	sleep(ctx, findOut)
	before := w.count.lost()
	sleep(ctx, findOut)
	if after := w.count.lost(); after != before && ctx.Err() == nil {
		w.check.fail("%d connections were lost on a healed network", after-before)
	}
}

// talk has all send for a while.
func (w *world) talk(ctx context.Context, d time.Duration) {
	ctx, stop := context.WithTimeout(ctx, d)
	defer stop()
	var talkers sync.WaitGroup
	for _, a := range w.clients {
		// All of these are the world's, and end with ctx.
		talkers.Go(func() { w.talker(a.name+" up", a.sender).talk(ctx) })
		talkers.Go(func() { w.talker(a.name+" down", func() sio.Caller { return w.socket(a.name) }).talk(ctx) })
		talkers.Go(func() { w.roam(ctx, a) })
	}
	talkers.Go(func() { w.stall(ctx) })
	talkers.Go(func() { w.dismiss(ctx) })
	talkers.Wait()
}

func (w *world) talker(stream string, to func() sio.Caller) *talker {
	w.check.stream(stream, w.plan.mayEnd)
	rng := rand.New(rand.NewPCG(w.plan.seed, hash(stream)))
	return &talker{w, stream, rng, to, w.plan.buffer == 0 || strings.HasSuffix(stream, " up")}
}

// socket is the server's end of a client; nil, not a nil pointer, if there is none.
func (w *world) socket(name string) sio.Caller {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s := w.sockets[name]; s != nil {
		return s
	}
	return nil
}

// stall pauses the server.
func (w *world) stall(ctx context.Context) {
	if w.plan.calm {
		return
	}
	rng := rand.New(rand.NewPCG(w.plan.seed, 3))
	for sleep(ctx, upTo(rng, 30*time.Second)) {
		if d := upTo(rng, 15*time.Second); time.Since(w.check.began)+d < w.plan.storm {
			w.net.Pause("server", d)
		}
	}
}

// settle waits until all that was sent has come. It must, on a healed network.
func (w *world) settle(ctx context.Context) {
	began, before := time.Now(), w.count.attached()
	for len(w.check.missing()) > 0 && ctx.Err() == nil {
		if time.Since(began) > settleWithin {
			w.check.fail("no progress: %v after the network has healed: %v", time.Since(w.check.began)-w.plan.storm, w.check.missing())
		}
		sleep(ctx, 100*time.Millisecond)
	}
	for name, n := range w.count.attached() {
		if n -= before[name]; n > maxAttachments && ctx.Err() == nil {
			w.check.fail("%s attached %d times after the network has healed", name, n)
		}
	}
}

// close ends the clients.
func (w *world) close() {
	w.mu.Lock()
	clients := w.clients
	w.clients = nil // disconnections are expected now
	w.mu.Unlock()
	var closing sync.WaitGroup
	for _, a := range clients {
		// The world's; ends within closeTimeout.
		closing.Go(func() { a.leave(w) })
	}
	closing.Wait()
	w.calls.Wait()
}
