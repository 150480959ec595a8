// storm_test.go: two servers of a cluster, with all that they can do at once.

package namespace_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"sync"
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

const (
	stormClients = 25
	stormTraffic = 25 // goroutines of the application
	stormRounds  = 12 // connections of a client
)

// storm is what the goroutines of the test share.
type storm struct {
	t     *testing.T
	nodes []*world
	rooms []*namespace.Namespace // the dynamic ones' parents
	stop  chan struct{}

	mu      sync.Mutex // guards what follows
	sockets map[*namespace.Socket]int
	counts  map[string]int
}

func (s *storm) count(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts[what]++
}

func newStorm(t *testing.T) *storm {
	var hub memory.Hub
	r := namespace.Recovery{Window: time.Minute}
	keep, err := r.Keep()
	require.NoError(t, err)
	s := &storm{t: t, stop: make(chan struct{}), sockets: map[*namespace.Socket]int{}, counts: map[string]int{}}
	for range 2 {
		w := newWorld(t, namespace.Config{
			Recovery: r, Adapter: &hub, CallTimeout: time.Second,
			Once: namespace.Once{Key: namespace.ClientKey},
		}, engine.Config{Keep: keep})
		parent := w.OfPattern(regexp.MustCompile(`^/room-\d$`))
		for _, n := range []*namespace.Namespace{w.Main(), parent} {
			s.register(n)
		}
		s.nodes, s.rooms = append(s.nodes, w), append(s.rooms, parent)
		w.Main().Servers().On("serve", func(c *namespace.Ctx) error { return c.Ack("served") })
	}
	return s
}

// register sets up the handlers of a namespace.
func (s *storm) register(n *namespace.Namespace) {
	n.OnConnect(func(c *namespace.Ctx) error {
		s.mu.Lock()
		s.sockets[c.Socket()]++
		s.mu.Unlock()
		return c.Socket().Join("all", c.Socket().ID()[:1])
	})
	n.OnDisconnect(func(c *namespace.Ctx, _ namespace.Reason) {
		s.mu.Lock()
		s.sockets[c.Socket()]--
		s.mu.Unlock()
		_ = c.Socket().Rooms()
	})
	n.OnRoom(func(e namespace.RoomEvent) { s.count("room events") })
	n.On("say", func(c *namespace.Ctx) error {
		_ = c.Socket().To("all").Emit("said", c.Socket().ID())
		return c.Ack("ok")
	})
	n.On("later", func(c *namespace.Ctx) error { go func() { _ = c.Ack("later") }(); return nil })
	n.On("join", func(c *namespace.Ctx) error { return c.Socket().Join("x", "y", "z") })
	n.On("leave", func(c *namespace.Ctx) error { return c.Socket().Leave("y", "all") })
	n.On("bye", func(c *namespace.Ctx) error { return c.Socket().Disconnect(true) })
	n.On("ask me", func(c *namespace.Ctx) error {
		_, err := c.Socket().Call(c, "ask", "back")
		return err
	})
}

// stormClient is a stock client that comes back whenever it was cut off.
type stormClient struct {
	*storm
	w      *world
	rnd    *rand.Rand
	name   string
	pid    string
	offset string
	seq    int // of the last numbered event; -1: the next is the first
	events int // that it has sent
}

var eventText = regexp.MustCompile(`^42(/[^,]*,)?(\d*)(\[.*)$`)

// live is one connection.
func (c *stormClient) live() {
	p, err := enginetest.DialRequest(c.t, c.w, enginetest.Request())
	if err != nil {
		c.count("refused")
		return
	}
	auth, _ := json.Marshal(map[string]string{"pid": c.pid, "offset": c.offset})
	_ = p.Send("40" + string(auth))
	acked := map[string]int{}
	for range 10 + c.rnd.IntN(20) {
		c.hear(p, acked)
		c.act(p)
		time.Sleep(time.Duration(c.rnd.IntN(3)) * time.Millisecond)
	}
	c.part(p)
	time.Sleep(time.Duration(c.rnd.IntN(30)) * time.Millisecond)
}

// hear takes what has come.
func (c *stormClient) hear(p *enginetest.Peer, acked map[string]int) {
	for _, text := range p.Waiting() {
		switch {
		case strings.HasPrefix(text, "40{"):
			c.entered(text)
		case strings.HasPrefix(text, "43"):
			id, _, _ := strings.Cut(strings.TrimPrefix(text, "43"), "[")
			if acked[id]++; acked[id] > 1 {
				c.t.Errorf("%s: event %s is acknowledged again: %s", c.name, id, text)
			}
			c.count("acknowledged")
		case strings.HasPrefix(text, "42"):
			c.event(p, eventText.FindStringSubmatch(text))
		}
	}
}

// entered notes the answer to the CONNECT.
func (c *stormClient) entered(text string) {
	var answer struct{ PID string }
	require.NoError(c.t, json.Unmarshal([]byte(text[2:]), &answer))
	if answer.PID == c.pid {
		c.count("recovered")
	} else {
		c.count("fresh")
		c.seq = -1
	}
	c.pid = answer.PID
}

// event takes an event: numbered ones leave no gap, and questions are answered, or
// twice, or not.
func (c *stormClient) event(p *enginetest.Peer, m []string) {
	nsp, id := m[1], m[2]
	var args []any
	require.NoError(c.t, json.Unmarshal([]byte(m[3]), &args))
	if offset, ok := args[len(args)-1].(string); ok && nsp == "" && id == "" {
		c.offset = offset
	}
	if args[0] == "seq" && nsp == "" {
		got := int(args[1].(float64))
		if c.seq >= 0 && got != c.seq+1 {
			c.t.Errorf("%s: number %d after %d", c.name, got, c.seq)
		}
		c.seq = got
		c.count("numbered")
	}
	if id != "" {
		for range c.rnd.IntN(3) {
			_ = p.Send("43" + nsp + id + `["yes"]`)
		}
	}
}

// act does something.
func (c *stormClient) act(p *enginetest.Peer) {
	c.events++
	room := fmt.Sprintf("/room-%d,", c.rnd.IntN(4))
	_ = p.Send([]string{
		fmt.Sprintf(`42%d["say"]`, c.events),
		fmt.Sprintf(`42%d["later"]`, c.events),
		fmt.Sprintf(`42%d["say",{"_once":"%s%d"}]`, c.events, c.name, c.rnd.IntN(9)),
		`42["join"]`,
		`42["leave"]`,
		`42["ask me"]`,
		"40" + room,
		"41" + room,
	}[c.rnd.IntN(8)])
}

// part ends the connection.
func (c *stormClient) part(p *enginetest.Peer) {
	switch n := c.rnd.IntN(7); {
	case n < 3:
		p.Cut()
	case n == 3:
		p.Stall() // half open, while it comes back
		time.AfterFunc(time.Second, p.Cut)
	case n == 4:
		_ = p.Send("41")
		p.Close()
	case n == 5:
		_ = p.Send(`42["bye"]`)
	case n == 6:
		p.Close()
	}
}

// allowed reports whether a call may end with err.
func allowed(err error) bool {
	for _, ok := range []error{namespace.ErrTimeout, namespace.ErrDisconnected, context.Canceled} {
		if errors.Is(err, ok) {
			return true
		}
	}
	return err == nil
}

// ask asks, and leaves the loop now and then.
func (s *storm) ask(rnd *rand.Rand, who sio.Caller) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(rnd.IntN(20))*time.Millisecond)
	defer cancel()
	if rnd.IntN(4) == 0 {
		time.AfterFunc(time.Duration(rnd.IntN(20))*time.Millisecond, cancel)
	}
	n := 0
	for _, err := range who.Ask(ctx, sio.Emission{Event: "ask"}) {
		if !allowed(err) && !strings.Contains(err.Error(), "closed") {
			s.t.Errorf("a call has ended with: %v", err)
		}
		s.count("answers")
		if n++; rnd.IntN(20) == 0 {
			break
		}
	}
}

// traffic is one goroutine of the application.
func (s *storm) traffic(rnd *rand.Rand) {
	for ctx := context.Background(); ; time.Sleep(time.Duration(rnd.IntN(4)) * time.Millisecond) {
		select {
		case <-s.stop:
			return
		default:
		}
		i := rnd.IntN(2)
		n := []*namespace.Namespace{s.nodes[i].Main(), s.nodes[i].Main(), s.rooms[i]}[rnd.IntN(3)]
		switch rnd.IntN(16) {
		case 0, 1:
			_ = n.To("x", "all").Except("y").Emit("news", rnd.IntN(100))
		case 2:
			_ = n.To("all").Join("moved", "x")
		case 3:
			_ = n.To("moved").Leave("x", "moved")
		case 4:
			_ = n.Volatile().Emit("volatile")
		case 5, 6:
			_ = n.Latest(strconv.Itoa(rnd.IntN(3))).Emit("latest", rnd.IntN(100))
		case 7:
			s.ask(rnd, n)
		case 8:
			s.ask(rnd, n.To("x").Except("z"))
		case 9:
			s.ask(rnd, s.nodes[i].Main().Servers())
		case 10:
			s.remote(rnd, n)
		case 11:
			_, _ = n.CountSockets(ctx)
		case 12:
			if list := n.Sockets(); len(list) > 0 {
				s.ask(rnd, list[rnd.IntN(len(list))])
			}
		case 13:
			if list := n.Sockets(); len(list) > 0 && rnd.IntN(5) == 0 {
				_ = list[rnd.IntN(len(list))].Disconnect(rnd.IntN(2) == 0)
			}
		case 14:
			_ = n.To(strconv.Itoa(rnd.IntN(10))).Disconnect(rnd.IntN(2) == 0)
		case 15:
			_ = s.nodes[i].Main().Servers().Emit("serve")
		}
	}
}

// remote does something to a socket of any node.
func (s *storm) remote(rnd *rand.Rand, n *namespace.Namespace) {
	list, _ := n.FetchSockets(context.Background())
	if len(list) == 0 {
		return
	}
	r := list[rnd.IntN(len(list))]
	switch rnd.IntN(4) {
	case 0:
		s.ask(rnd, r)
	case 1:
		_ = r.Join("moved")
	case 2:
		_ = r.Emit("news", r.Rooms())
	case 3:
		_ = r.Handshake()
	}
}

// number sends numbered events to the clients of one node.
func (s *storm) number(w *world) {
	for i := 0; ; i++ {
		select {
		case <-s.stop:
			return
		case <-time.After(time.Millisecond):
			_ = w.Main().Local().Emit("seq", i)
		}
	}
}

// settled demands that nothing is left.
func (s *storm) settled() {
	t := s.t
	for _, w := range s.nodes {
		for _, name := range w.Names() {
			require.Empty(t, w.Of(name).Sockets(), name)
			require.Zero(t, w.Of(name).RoomCount(), name)
		}
		require.Equal(t, []string{"/"}, w.Names(), "children are gone with the last client")
		require.Zero(t, w.engine.Sessions())
		require.Zero(t, w.Away())
		require.Zero(t, w.Held())
		require.Zero(t, w.Returnable())
		require.NotContains(t, w.log.String(), "panic")
	}
	for socket, open := range s.sockets {
		require.Zero(t, open, "connected and disconnected as often")
		require.Zero(t, socket.PendingCalls())
	}
}

func TestStorm(t *testing.T) {
	for _, shutdown := range []bool{false, true} {
		t.Run(fmt.Sprintf("shutdown %v", shutdown), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { newStorm(t).rage(shutdown) })
		})
	}
}

// rage runs the storm; with shutdown the first node goes down in the middle of it.
func (s *storm) rage(shutdown bool) {
	var clients, traffic sync.WaitGroup
	for i := range stormClients {
		c := &stormClient{storm: s, w: s.nodes[i%2], rnd: rand.New(rand.NewPCG(1, uint64(i))), name: fmt.Sprint("client ", i), seq: -1}
		clients.Go(func() {
			for range stormRounds {
				c.live()
			}
		})
	}
	for i := range stormTraffic {
		traffic.Go(func() { s.traffic(rand.New(rand.NewPCG(2, uint64(i)))) })
	}
	for _, w := range s.nodes {
		traffic.Go(func() { s.number(w) })
	}
	if shutdown {
		time.Sleep(200 * time.Millisecond)
		require.NoError(s.t, s.nodes[0].engine.Shutdown(context.Background()))
	}
	clients.Wait()
	close(s.stop)
	traffic.Wait()
	for _, w := range s.nodes {
		require.NoError(s.t, w.engine.Shutdown(context.Background()))
	}
	time.Sleep(2 * time.Minute) // nobody comes back any more
	synctest.Wait()
	s.settled()
	for _, w := range s.nodes {
		require.NoError(s.t, w.Close())
	}
	s.t.Log(s.counts)
	for _, what := range []string{"acknowledged", "recovered", "fresh", "numbered", "answers", "room events"} {
		require.NotZero(s.t, s.counts[what], what)
	}
}
