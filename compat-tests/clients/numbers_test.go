// numbers_test.go: numbered messages, received and sent.

package clients

import (
	"context"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/everwire/everwire"
)

// A tally keeps account of numbered messages: 0, 1, 2 and so on, each once.
type tally struct {
	seen    map[int]bool
	highest int
	counted counts
}

// counts is what became of a row of numbered messages.
type counts struct {
	Received   int `json:"received"`
	Lost       int `json:"lost"`
	Doubled    int `json:"doubled"`
	Disordered int `json:"disordered"`
}

func newTally() *tally { return &tally{seen: map[int]bool{}, highest: -1} }

// add counts one message; one whose content was damaged counts as lost.
func (t *tally) add(i int, whole bool) {
	if !whole {
		return
	}
	t.counted.Received++
	if t.seen[i] {
		t.counted.Doubled++
	} else if i < t.highest {
		t.counted.Disordered++
	}
	t.seen[i] = true
	t.highest = max(t.highest, i)
}

func (t *tally) result(total int) counts {
	t.counted.Lost = total - len(t.seen)
	return t.counted
}

// A stream emits numbers to one socket, each with the time in milliseconds that it was sent at. Time that the process
// was kept waiting is not made up for.
type stream struct {
	to     *everwire.Socket
	binary bool         // every third number goes as bytes too
	rate   atomic.Int64 // per millisecond
	cancel context.CancelFunc
	ended  chan struct{}
	sent   int // read after ended
}

func streams(n *everwire.Namespace) {
	n.On("stream", func(c *everwire.Ctx) error {
		var rate int64
		var binary bool
		if err := c.Bind(&rate, &binary); err != nil {
			return err
		}
		s, running := streaming.Get(c.Socket())
		if running {
			s.rate.Store(rate)
			return nil
		}
		ctx, cancel := context.WithCancel(c.Socket().Context())
		s = &stream{to: c.Socket(), binary: binary, cancel: cancel, ended: make(chan struct{})}
		s.rate.Store(rate)
		streaming.Set(c.Socket(), s)
		go s.run(ctx) // ends with the socket or the event "stop"
		return nil
	})
	n.On("stop", func(c *everwire.Ctx) error {
		s, _ := streaming.Get(c.Socket())
		s.cancel()
		<-s.ended
		return c.Ack(s.sent)
	})
}

func (s *stream) run(ctx context.Context) {
	defer close(s.ended)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	due := 0.0
	for last := time.Now(); ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := time.Now()
		due += min(now.Sub(last).Seconds(), 0.020) * 1000 * float64(s.rate.Load())
		for last = now; s.sent < int(due); s.sent++ {
			if err := s.emit(); err != nil {
				return
			}
		}
	}
}

func (s *stream) emit() error {
	args := []any{s.sent, float64(time.Now().UnixMicro()) / 1000}
	if s.binary && s.sent%3 == 0 {
		args = append(args, []byte(strconv.Itoa(s.sent)))
	}
	return s.to.Emit("number", args...)
}
