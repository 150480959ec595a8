// interleave_test.go: calls and acknowledgements end once, in whatever order things
// happen to them.

package namespace_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter/memory"
	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/enginetest"
	"github.com/everwire/everwire/namespace"
	"github.com/everwire/everwire/namespace/sio"
)

// What can happen to a call. Each happens in one of the slots, or never. What is in
// one slot happens at the same instant, in goroutines of their own; between slots all
// comes to rest.
const (
	answer   = iota // the client acknowledges, twice
	deadline        // the context's
	cancel          // the context is
	kick            // the server sends the client away
	leave           // the client leaves
	cut             // its connection is lost; it comes back at once, and answers then
	happenings
)

const slot = time.Second // long enough for all to come to rest

// plan says in which slot each thing happens; slots is never.
type plan [happenings]int

const slots = 3

// plans calls f with all plans.
func plans(f func(p plan)) {
	var p plan
	var fill func(i int)
	fill = func(i int) {
		if i == happenings {
			f(p)
			return
		}
		for p[i] = 0; p[i] <= slots; p[i]++ {
			fill(i + 1)
		}
		p[i] = 0
	}
	fill(0)
}

// outcomes returns how a call may end: as one of the first things that happen says.
func (p plan) outcomes() []string {
	first := slices.Min(p[:])
	if first == slots {
		return []string{"timeout"} // the deadline is the end of all slots
	}
	var list []string
	for what, at := range p {
		if at == first {
			list = append(list, [...]string{"yes", "timeout", "canceled", "gone", "gone", "gone"}[what])
		}
	}
	if slices.Contains(list, "canceled") {
		list = append(list, "timeout") // of what another node could not say in time
	}
	return list
}

// outcome names the end of a call.
func outcome(b sio.Body, err error) string {
	var text string
	switch {
	case err == nil && b == nil:
		return "nothing"
	case err == nil:
		if err = b.Bind(0, &text); err != nil {
			return err.Error()
		}
		return text
	case errors.Is(err, namespace.ErrTimeout):
		return "timeout"
	case errors.Is(err, namespace.ErrDisconnected):
		return "gone"
	case errors.Is(err, context.Canceled):
		return "canceled"
	}
	return err.Error()
}

// asker asks the socket, and returns all that comes back.
type asker func(ctx context.Context, w []*world, s *namespace.Socket) []string

func askOne(b sio.Body, err error) []string { return []string{outcome(b, err)} }

func askMany(ctx context.Context, who sio.Caller) (list []string) {
	for b, err := range who.Ask(ctx, sio.Emission{Event: "ask"}) {
		list = append(list, outcome(b, err))
	}
	return list
}

// leaveEarly leaves the loop with the first answer.
func leaveEarly(ctx context.Context, who sio.Caller) []string {
	for b, err := range who.Ask(ctx, sio.Emission{Event: "ask"}) {
		return []string{outcome(b, err)}
	}
	return nil
}

// remote returns the socket as another node knows it.
func remote(w *world, s *namespace.Socket) namespace.RemoteSocket {
	list, err := w.Main().To(s.ID()).FetchSockets(context.Background())
	if err != nil || len(list) != 1 {
		panic(fmt.Sprint(list, err))
	}
	return list[0]
}

var askers = map[string]asker{
	"Socket.Call": func(ctx context.Context, _ []*world, s *namespace.Socket) []string {
		return askOne(s.Call(ctx, "ask"))
	},
	"Socket.Ask": func(ctx context.Context, _ []*world, s *namespace.Socket) []string { return askMany(ctx, s) },
	"Direct.Call": func(ctx context.Context, _ []*world, s *namespace.Socket) []string {
		return askOne(s.Compress(false).Call(ctx, "ask"))
	},
	"Target.Ask": func(ctx context.Context, w []*world, s *namespace.Socket) []string {
		return askMany(ctx, w[0].Main().Local().To("all"))
	},
	"Target.Ask in a cluster": func(ctx context.Context, w []*world, s *namespace.Socket) []string {
		return askMany(ctx, w[0].Main().To("all"))
	},
	"Target.Ask of another node": func(ctx context.Context, w []*world, s *namespace.Socket) []string {
		return askMany(ctx, w[1].Main().To("all"))
	},
	"RemoteSocket.Call here": func(ctx context.Context, w []*world, s *namespace.Socket) []string {
		return askOne(remote(w[0], s).Call(ctx, "ask"))
	},
	"RemoteSocket.Call of another node": func(ctx context.Context, w []*world, s *namespace.Socket) []string {
		return askOne(remote(w[1], s).Call(ctx, "ask"))
	},
}

// leavers ask another client too, which never answers.
var leavers = map[string]asker{
	"Target.Ask": func(ctx context.Context, w []*world, s *namespace.Socket) []string {
		return leaveEarly(ctx, w[0].Main().Local().To("all"))
	},
	"Target.Ask in a cluster": func(ctx context.Context, w []*world, s *namespace.Socket) []string {
		return leaveEarly(ctx, w[0].Main().To("all"))
	},
	"Target.Ask of another node": func(ctx context.Context, w []*world, s *namespace.Socket) []string {
		return leaveEarly(ctx, w[1].Main().To("all"))
	},
}

// returningNodes are two servers whose clients may come back.
func returningNodes(t *testing.T) []*world {
	var hub memory.Hub
	r := namespace.Recovery{Window: 100 * slot}
	keep, err := r.Keep()
	require.NoError(t, err)
	list := make([]*world, 2)
	for i := range list {
		list[i] = newWorld(t, namespace.Config{Recovery: r, Adapter: &hub}, engine.Config{Keep: keep})
		list[i].Main().OnConnect(func(c *namespace.Ctx) error { return c.Socket().Join("all") })
	}
	return list
}

var asked = regexp.MustCompile(`^42(\d+)\["ask"\]$`)

// caseOf is one call, and what happens to it.
type caseOf struct {
	t *testing.T
	w []*world
	r *returner
	s *namespace.Socket
	p plan
}

func (c *caseOf) String() string { return fmt.Sprint("in slots ", c.p) }

// run makes the call, and has everything happen.
func (c *caseOf) run(ask asker) []string {
	start := time.Now()
	ctx, stop := context.WithDeadline(context.Background(), start.Add(slot/2+time.Duration(c.p[deadline])*slot))
	defer stop()
	ended := make(chan []string, 1)
	go func() { ended <- ask(ctx, c.w, c.s) }()
	m := asked.FindStringSubmatch(c.r.Next())
	require.NotNil(c.t, m)
	reply := "43" + m[1] + `["yes"]`
	for what, act := range map[int]func(){
		answer: func() { _, _ = c.r.Send(reply), c.r.Send(reply) },
		cancel: stop,
		kick:   func() { _ = c.s.Disconnect(false) },
		leave:  func() { _ = c.r.Send("41") },
		cut:    func() { c.comeBack("43" + m[1] + `["late"]`) },
	} {
		if c.p[what] < slots {
			time.AfterFunc(slot/2+time.Duration(c.p[what])*slot, act)
		}
	}
	time.Sleep((slots + 1) * slot)
	synctest.Wait()
	select {
	case list := <-ended:
		return list
	default:
		return []string{"never ended"}
	}
}

// comeBack loses the connection, and answers over another.
func (c *caseOf) comeBack(late string) {
	c.r.Cut()
	if q, err := enginetest.DialRequest(c.t, c.w[0], enginetest.Request()); err == nil {
		_ = q.Send(`40{"pid":"` + c.r.pid + `"}`)
		_ = q.Send(late)
	}
}

// try carries out all plans.
func try(t *testing.T, ask asker, others int) {
	seen, n, all := map[string]int{}, 0, 0
	plans(func(p plan) {
		// The detector makes it ten times as slow, and needs no order of its own.
		if all++; raceEnabled && all%13 != 0 {
			return
		}
		synctest.Test(t, func(t *testing.T) {
			w := returningNodes(t)
			r := w[0].returner(t)
			c := &caseOf{t, w, r, r.socket(), p}
			for range others {
				w[0].returner(t)
			}
			list := w[0].Main().Sockets()
			got := c.run(ask)
			require.Len(t, got, 1, c)
			require.Contains(t, p.outcomes(), got[0], c)
			for _, s := range list {
				require.Zero(t, s.PendingCalls(), c)
			}
			seen[got[0]]++
			n++
			require.NoError(t, w[0].Close())
			require.NoError(t, w[1].Close())
		})
	})
	t.Logf("%d of %d plans: %v", n, all, seen)
	require.Len(t, seen, 4, "every end has come")
}

// Every call ends once, as the first thing that happens to it says; and nothing waits
// after that.
func TestCallsEndOnce(t *testing.T) {
	for name, ask := range askers {
		t.Run(name, func(t *testing.T) { try(t, ask, 0) })
	}
}

// Who leaves the loop waits for nobody any more.
func TestLeftCallsEndOnce(t *testing.T) {
	for name, ask := range leavers {
		t.Run(name, func(t *testing.T) { try(t, ask, 1) })
	}
}

// A call that cannot be sent waits for nothing.
func TestCallThatCannotBeSent(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		_, s := w.joined(t)
		_, err := s.Call(t.Context(), "ask", make(chan int))
		require.Error(t, err)
		require.Zero(t, s.PendingCalls())
		for _, err := range w.Main().Ask(t.Context(), sio.Emission{Event: "ask", Args: []any{make(chan int)}}) {
			require.Error(t, err)
		}
		require.Zero(t, s.PendingCalls())
	})
}
