// whiteboard.go: what happens on each event, and who is told.

package app

import (
	"context"
	"errors"
	"log/slog"

	"github.com/everwire/everwire"
)

// everybody is the room of the pages that have the sheet.
const everybody = "sheet"

// whiteboard holds the handlers.
type whiteboard struct {
	srv    *everwire.Server
	sheet  sheet
	people people
	guest  *guest // nil: nobody
}

func openWhiteboard(srv *everwire.Server) *whiteboard {
	w := &whiteboard{srv: srv}
	srv.Auth(w.auth)
	srv.OnConnect(w.connect)
	srv.OnDisconnect(w.disconnect)
	everwire.Handle(srv, Draw, w.draw)
	everwire.Handle(srv, Erase, w.erase)
	everwire.On(srv, Renamed, w.rename)
	everwire.On(srv, Moved, w.move)
	return w
}

func (w *whiteboard) auth(_ context.Context, h *everwire.Handshake) (*everwire.Identity, error) {
	var hello Hello
	if err := h.Auth(&hello); err != nil || len(hello.Key) < 16 || len(hello.Key) > maxKey {
		return nil, refusal("hello_invalid", "This page does not introduce itself. Please reload it.")
	}
	return &everwire.Identity{ID: hello.Key, Values: everwire.Values(nameOf.Is(cleanName(hello.Name)))}, nil
}

var nameOf = everwire.NewKey[string]("name")

func (w *whiteboard) connect(c *everwire.Ctx) error {
	s := c.Socket()
	name, _ := nameOf.Get(s)
	here := w.people.enter(s.ID(), name)
	if err := s.Join(everybody); err != nil {
		return err
	}
	// Only now, so that no piece falls in between. What comes twice is harmless.
	err := errors.Join(
		Opening.Emit(s, Sheet{You: s.ID(), People: here, Strokes: w.sheet.all()}),
		Here.Emit(s.To(everybody), here))
	if w.guest != nil {
		w.guest.come()
	}
	return err
}

func (w *whiteboard) disconnect(c *everwire.Ctx, why everwire.Reason) {
	here := w.people.exit(c.Socket().ID())
	if why == everwire.ShuttingDown {
		return // there is nobody to tell
	}
	if err := Here.Emit(w.srv.To(everybody), here); err != nil {
		slog.Error("whiteboard: who is here was not told", "error", err)
	}
}

// draw sends a piece on at once: others see the hand move.
func (w *whiteboard) draw(c *everwire.Ctx, piece Stroke) (Have, error) {
	s := c.Socket()
	have, news, gone, err := w.sheet.draw(s.Identity().ID, piece)
	if err != nil {
		return have, err
	}
	if len(news.Points) > 0 {
		err = Drawn.Emit(s.To(everybody), news)
	}
	if len(gone) > 0 {
		err = errors.Join(err, Erased.Emit(w.srv.To(everybody), Strokes{gone}))
	}
	return have, err
}

func (w *whiteboard) erase(c *everwire.Ctx, in Strokes) (Strokes, error) {
	gone := Strokes{w.sheet.erase(in.IDs)}
	if len(gone.IDs) == 0 {
		return gone, nil
	}
	return gone, Erased.Emit(c.Socket().To(everybody), gone)
}

func (w *whiteboard) rename(c *everwire.Ctx, in Person) error {
	here := w.people.rename(c.Socket().ID(), cleanName(in.Name))
	return Here.Emit(w.srv.To(everybody), here)
}

// move sends on where a hand is. Of a hand that moves faster than a page can take, that
// page gets the latest place.
func (w *whiteboard) move(c *everwire.Ctx, at Hand) error {
	s := c.Socket()
	at.Who = s.ID()
	return Moved.Emit(s.To(everybody).Latest("hand:"+at.Who), at)
}
