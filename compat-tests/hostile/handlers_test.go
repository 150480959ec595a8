// handlers_test.go: the application of the server under attack. official.mjs has the same handlers, one for one.

package hostile

import (
	"context"
	"errors"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/everwire/everwire"
)

// counts is what the application has seen.
type counts struct {
	mu     sync.Mutex
	events map[string]int
	left   map[string]int
}

func (c *counts) init() { c.events, c.left = map[string]int{}, map[string]int{} }

func (c *counts) event(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.events[name]++
}

func (c *counts) leave(reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left[reason]++
}

func (c *counts) get() (events, left map[string]int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.events), maps.Clone(c.left)
}

// everyone is the room that all sockets are in.
const everyone = "everyone"

func handle(v *victim, n *everwire.Namespace) {
	n.UseEvents(func(next everwire.Handler) everwire.Handler {
		return func(c *everwire.Ctx) error {
			v.counts.event(c.Event())
			return next(c)
		}
	})
	n.OnConnect(func(c *everwire.Ctx) error { return c.Socket().Join(everyone) })
	n.OnDisconnect(func(_ *everwire.Ctx, why everwire.Reason) { v.counts.leave(string(why)) })
	n.On("echo", echo)
	n.On("reflect", reflectEvent)
	n.On("error", func(c *everwire.Ctx) error { return c.Ack("handled") })
	n.On("join", inRoom((*everwire.Socket).Join))
	n.On("leave", inRoom((*everwire.Socket).Leave))
	n.On("say", say)
	n.On("twice", twice)
	n.On("ask-all", askAll)
	n.On("burst", burst)
	n.On("bye", func(c *everwire.Ctx) error { return c.Socket().Disconnect(false) })
}

// arguments are all arguments of the event, untyped.
func arguments(c *everwire.Ctx) ([]any, error) {
	args, into := make([]any, c.Len()), make([]any, c.Len())
	for i := range args {
		into[i] = &args[i]
	}
	return args, c.Bind(into...)
}

// echo answers with the arguments.
func echo(c *everwire.Ctx) error {
	args, err := arguments(c)
	if err != nil {
		return err
	}
	return c.Ack(args...)
}

// reflectEvent emits the arguments back.
func reflectEvent(c *everwire.Ctx) error {
	args, err := arguments(c)
	if err != nil {
		return err
	}
	return c.Socket().Emit("reflected", args...)
}

func inRoom(do func(s *everwire.Socket, rooms ...string) error) everwire.Handler {
	return func(c *everwire.Ctx) error {
		var room string
		if err := c.Bind(&room); err != nil {
			return err
		}
		return errors.Join(do(c.Socket(), room), c.Ack(room))
	}
}

// say emits to a room, the sender too.
func say(c *everwire.Ctx) error {
	var room string
	var what any
	if err := c.Bind(&room, &what); err != nil {
		return err
	}
	return c.Socket().Namespace().To(room).Emit("said", what)
}

// twice answers twice.
func twice(c *everwire.Ctx) error { _ = c.Ack(1); _ = c.Ack(2); return nil }

// askAll calls the sender n times, many at a time, waits ms for each answer, and tells how many did not come.
func askAll(c *everwire.Ctx) error {
	var n, ms int
	if err := c.Bind(&n, &ms); err != nil {
		return err
	}
	const atATime = 1000
	var asked, late atomic.Int64
	var wg sync.WaitGroup
	for range min(n, atATime) {
		wg.Go(func() {
			for asked.Add(1) <= int64(n) {
				ctx, cancel := context.WithTimeout(c, time.Duration(ms)*time.Millisecond)
				if _, err := c.Socket().Call(ctx, "question"); errors.Is(err, everwire.ErrTimeout) {
					late.Add(1)
				}
				cancel()
			}
		})
	}
	wg.Wait()
	return c.Ack(late.Load())
}

// burst emits n events of so many bytes to the sender.
func burst(c *everwire.Ctx) error {
	var n, size int
	if err := c.Bind(&n, &size); err != nil {
		return err
	}
	text := strings.Repeat("x", size)
	for i := range n {
		if err := c.Socket().Emit("burst", i, text); err != nil {
			break // the client is too slow: what is tested
		}
	}
	return c.Ack(n)
}
