// ticker.go: who gets which ticks.

package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/everwire/everwire"
)

const (
	maxWatched = 80 // instruments on a screen
	beat       = 50 * time.Millisecond
)

// ticker tells pages what happens at the market.
type ticker struct {
	srv    *everwire.Server
	market *market
}

func openTicker(srv *everwire.Server, m *market) *ticker {
	t := &ticker{srv, m}
	srv.OnConnect(func(c *everwire.Ctx) error { return Opening.Emit(c.Socket(), m.board()) })
	everwire.Handle(srv, Watch, t.watch)
	return t
}

// run lets the market go on until ctx ends, while somebody looks.
func (t *ticker) run(ctx context.Context) {
	clock := time.NewTicker(beat)
	defer clock.Stop()
	for {
		select {
		case now := <-clock.C:
			if t.srv.Sessions() > 0 {
				t.tell(t.market.step(now))
			}
		case <-ctx.Done():
			return
		}
	}
}

// Each instrument has two rooms: of those who want each tick, and of those for whom the
// latest one will do.
func everyTick(id int) string  { return "every:" + strconv.Itoa(id) }
func latestTick(id int) string { return "latest:" + strconv.Itoa(id) }

// tell sends what has happened. Latest makes the difference: a tick that still waits for
// a slow page gives its place to this one. So a page that takes ten ticks a second gets
// ten that are true, whatever it misses, and never lags behind.
func (t *ticker) tell(ticks []Tick, matches []Match) {
	var all error
	for _, tick := range ticks {
		room := latestTick(tick.ID)
		all = errors.Join(all,
			Ticked.Emit(t.srv.To(room).Latest(room), tick),
			Ticked.Emit(t.srv.To(everyTick(tick.ID)), tick))
	}
	for _, match := range matches {
		all = errors.Join(all, Scored.Emit(t.srv.Latest(fmt.Sprint("match:", match.ID)), match))
	}
	if all != nil {
		slog.Error("ticker: not told", "error", all)
	}
}

// watch moves the page from the rooms of what it showed to those of what it shows now.
func (t *ticker) watch(c *everwire.Ctx, view View) (Charts, error) {
	if len(view.IDs) > maxWatched {
		return Charts{}, &everwire.Error{Code: "too_many", Message: fmt.Sprintf("A page watches at most %d instruments.", maxWatched)}
	}
	stay := map[string]bool{}
	var join, leave []string
	for _, id := range view.IDs {
		if id < 0 || id >= instruments {
			return Charts{}, &everwire.Error{Code: "unknown", Message: fmt.Sprintf("There is no instrument %d.", id)}
		}
		room := latestTick(id)
		if view.Every {
			room = everyTick(id)
		}
		stay[room] = true
		join = append(join, room)
	}
	s := c.Socket()
	for _, room := range s.Rooms() {
		if !stay[room] {
			leave = append(leave, room)
		}
	}
	if err := errors.Join(s.Leave(leave...), s.Join(join...)); err != nil {
		return Charts{}, err
	}
	// Only now, so that no tick falls in between. Those that come twice have a number.
	return Charts{t.market.charts(view.IDs, view.Past)}, nil
}
