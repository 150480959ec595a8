// guest.go: who draws something for the first who comes, so that nobody finds an empty sheet. A whiteboard
// of your own does without.

package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"time"

	"github.com/everwire/everwire"
)

const (
	guestID   = "guest"
	guestName = "Robin"
	guestPace = 40 * time.Millisecond // for a piece
	guestStep = 2                     // points of a piece
)

// A guest comes once, draws, and leaves.
type guest struct {
	w    *whiteboard
	ctx  context.Context
	once sync.Once
	done sync.WaitGroup
}

// come returns at once. What it starts ends with the drawing, or with ctx.
func (g *guest) come() {
	g.once.Do(func() { g.done.Go(g.visit) })
}

func (g *guest) visit() {
	w := g.w
	g.tell(Here.Emit(w.srv.To(everybody), w.people.enter(guestID, guestName)))
	for i, line := range boat() {
		if !g.draw(fmt.Sprintf("guest %d", i), line) {
			break // somebody has erased it, or the whiteboard closes
		}
	}
	g.tell(Here.Emit(w.srv.To(everybody), w.people.exit(guestID)))
}

// draw moves the hand along a stroke, as a page would.
func (g *guest) draw(id string, s Stroke) bool {
	points := s.Points
	s.ID = id
	for s.From < len(points)/2 {
		select {
		case <-g.ctx.Done():
			return false
		case <-time.After(guestPace):
		}
		s.Points = points[2*s.From : min(2*(s.From+guestStep), len(points))]
		_, news, gone, err := g.w.sheet.draw(guestID, s)
		if err != nil {
			return false
		}
		last := Hand{Who: guestID, X: s.Points[len(s.Points)-2], Y: s.Points[len(s.Points)-1]}
		room := g.w.srv.To(everybody)
		g.tell(errors.Join(Drawn.Emit(room, news), Moved.Emit(room.Latest("hand:"+guestID), last)))
		if len(gone) > 0 {
			g.tell(Erased.Emit(room, Strokes{gone}))
		}
		s.From += len(s.Points) / 2
	}
	return true
}

func (g *guest) tell(err error) {
	if err != nil && g.ctx.Err() == nil && !errors.Is(err, everwire.ErrDisconnected) {
		slog.Error("whiteboard: the guest was not seen", "error", err)
	}
}

// boat is what the guest draws: a hull, two sails, the sun, the sea. Places are in hundredths of the sheet.
func boat() []Stroke {
	return []Stroke{
		{Pen: "pen", Colour: 1, Points: along(5, 36, 56, 39, 63, 60, 63, 64, 55, 36, 56)},
		{Pen: "pen", Colour: 0, Points: along(5, 48, 56, 48, 18)},
		{Pen: "pen", Colour: 0, Points: along(5, 49, 20, 53, 32, 58, 50, 49, 51, 49, 20)},
		{Pen: "pen", Colour: 0, Points: along(5, 47, 24, 43, 36, 39, 50, 47, 51, 47, 24)},
		{Pen: "marker", Colour: 2, Points: wave(76, 24, func(at float64) (x, y float64) { return 5 * math.Cos(6.6*at), 8 * math.Sin(6.6*at) })},
		{Pen: "marker", Colour: 4, Points: wave(16, 69, func(at float64) (x, y float64) { return 68 * at, 1.4 * math.Sin(40*at) })},
	}
}

// along makes a line through places, n points from one to the next.
func along(n int, places ...float64) (points []int) {
	for i := 2; i < len(places); i += 2 {
		for k := range n {
			at := float64(k) / float64(n-1)
			points = append(points, onSheet(places[i-2]+at*(places[i]-places[i-2]), places[i-1]+at*(places[i+1]-places[i-1]))...)
		}
	}
	return points
}

// wave follows a function of 0 to 1 around a place.
func wave(x, y float64, f func(at float64) (x, y float64)) (points []int) {
	const n = 48
	for k := range n {
		dx, dy := f(float64(k) / (n - 1))
		points = append(points, onSheet(x+dx, y+dy)...)
	}
	return points
}

func onSheet(x, y float64) []int { return []int{int(x * Width / 100), int(y * Height / 100)} }
