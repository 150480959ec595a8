// ackonce_test.go: each event is acknowledged once, however its handler goes about it.

package namespace_test

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/namespace"
	"github.com/everwire/everwire/namespace/sio"
)

// How a handler acknowledges beside its end.
var ackers = map[string]func(h *handling){
	"not":               func(*handling) {},
	"explicitly":        func(h *handling) { h.ack("explicit") },
	"explicitly, twice": func(h *handling) { h.ack("explicit"); h.ack("explicit") },
	"at the same time":  func(h *handling) { h.later(0) },
	"from two others":   func(h *handling) { h.later(0); h.later(0) },
	"late":              func(h *handling) { h.later(slot) },
	"late, and now":     func(h *handling) { h.later(slot); h.ack("explicit") },
	"what has no form":  func(h *handling) { h.bad() },
	"that, and then":    func(h *handling) { h.bad(); h.ack("explicit") },
}

// How it ends.
var enders = map[string]func(h *handling) error{
	"nil":          func(*handling) error { return nil },
	"an answer":    func(h *handling) error { h.ack("returned"); return nil },
	"an error":     func(*handling) error { return &sio.Error{Code: "error"} },
	"a plain one":  func(*handling) error { return errors.New("plain") },
	"ErrAcked":     func(*handling) error { return namespace.ErrAcked },
	"a panic":      func(*handling) error { panic("on purpose") },
	"Goexit":       func(*handling) error { runtime.Goexit(); return nil },
	"after a slot": func(*handling) error { time.Sleep(slot); return errors.New("slow") },
}

// When the client is gone; the handler begins half a slot after it is called.
var goers = map[string]func(p peer, s *namespace.Socket){
	"stays":               func(peer, *namespace.Socket) {},
	"leaves before":       func(p peer, _ *namespace.Socket) { _ = p.Send("41") },
	"is kicked meanwhile": func(_ peer, s *namespace.Socket) { time.AfterFunc(slot/2, func() { _ = s.Disconnect(false) }) },
	"is cut meanwhile":    func(p peer, _ *namespace.Socket) { time.AfterFunc(slot/2, p.Cut) },
	"leaves before late":  func(p peer, _ *namespace.Socket) { time.AfterFunc(slot, func() { _ = p.Send("41") }) },
	"is cut with late":    func(p peer, _ *namespace.Socket) { time.AfterFunc(slot+slot/2, p.Cut) },
}

// handling is the handling of one event.
type handling struct {
	c *namespace.Ctx

	work sync.WaitGroup

	mu   sync.Mutex // guards what follows
	good int        // acknowledgements that were taken
}

func (h *handling) ack(args ...any) {
	err := h.c.Ack(args...)
	h.mu.Lock()
	defer h.mu.Unlock()
	if err == nil {
		h.good++
	}
}

func (h *handling) bad() { h.ack(make(chan int)) }

func (h *handling) later(after time.Duration) {
	h.work.Go(func() {
		time.Sleep(after)
		h.ack("later")
	})
}

// acks returns the acknowledgements of event 7 that have come.
func acks(p peer) []string {
	return slices.DeleteFunc(p.Waiting(), func(text string) bool { return !strings.HasPrefix(text, "437[") })
}

// want is how many acknowledgements have to come of a client that stays.
func want(acker, ender string) int {
	if ender == "nil" && (acker == "not" || acker == "what has no form") {
		return 0
	}
	return 1
}

func TestAckedOnce(t *testing.T) {
	for _, once := range []bool{false, true} {
		for acker, ack := range ackers {
			for ender, end := range enders {
				for goer, goes := range goers {
					t.Run(fmt.Sprintf("acknowledges %s, ends with %s, client %s, once %v", acker, ender, goer, once), func(t *testing.T) {
						synctest.Test(t, func(t *testing.T) {
							var c namespace.Config
							if once {
								c.Once.Key = namespace.ClientKey
							}
							w := newWorld(t, c, engine.Config{})
							p, s := w.joined(t)
							var h *handling
							w.Main().On("e", func(c *namespace.Ctx) error {
								h = &handling{c: c}
								time.Sleep(slot / 2)
								ack(h)
								return end(h)
							})
							p.send(`427["e",{"_once":"key"}]`)
							goes(p, s)
							time.Sleep(4 * slot)
							synctest.Wait()
							if h == nil { // it left before its event was handled
								require.Equal(t, "leaves before", goer)
								return
							}
							h.work.Wait()
							got := acks(p)
							if goer == "stays" {
								require.Len(t, got, want(acker, ender))
							}
							require.LessOrEqual(t, len(got), 1)
							require.LessOrEqual(t, h.good, 1, "one was told that its acknowledgement counts")
							require.NoError(t, againAcked(h.c, len(got)))
						})
					})
				}
			}
		}
	}
}

// againAcked acknowledges what is acknowledged.
func againAcked(c *namespace.Ctx, acked int) error {
	err := c.Ack("again")
	if acked == 1 && !errors.Is(err, namespace.ErrAcked) {
		return fmt.Errorf("acknowledged again: %v", err)
	}
	return nil
}

// An event with a key that comes over several connections is handled once, and each of
// them hears the answer once, whenever it comes and however the handler ends.
func TestRepeatsAckedOnce(t *testing.T) {
	for acker, ack := range ackers {
		for ender, end := range enders {
			for at := range 4 {
				t.Run(fmt.Sprintf("acknowledges %s, ends with %s, again in half-slot %d", acker, ender, at), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						w := newWorld(t, namespace.Config{Once: namespace.Once{Key: namespace.ClientKey}}, engine.Config{})
						p, _ := w.joined(t)
						q, _ := w.joined(t)
						handled := 0
						var list []*handling
						var mu sync.Mutex
						w.Main().On("e", func(c *namespace.Ctx) error {
							h := &handling{c: c}
							mu.Lock()
							handled++
							list = append(list, h)
							mu.Unlock()
							time.Sleep(slot / 2)
							ack(h)
							return end(h)
						})
						p.send(`427["e",{"_once":"key"}]`)
						time.Sleep(time.Duration(at) * slot / 2)
						q.send(`427["e",{"_once":"key"}]`)
						time.Sleep(5 * slot)
						synctest.Wait()
						first, second := acks(p), acks(q)
						require.Len(t, first, want(acker, ender))
						require.Len(t, second, want(acker, ender))
						// At the same time, either may be the first; one that waits for an
						// answer hears that there is none.
						if both := fmt.Sprint(first, second); handled == 1 && !strings.Contains(both, `"retry"`) {
							require.Equal(t, first, second)
						}
						for _, h := range list {
							h.work.Wait()
						}
					})
				})
			}
		}
	}
}
