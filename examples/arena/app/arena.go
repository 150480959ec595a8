// arena.go: who sails which boat, and who is told what.

package app

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/everwire/everwire"
)

const (
	everybody = "arena" // the room of the pages that know the crew
	maxName   = 16      // characters
)

// arena has pages sail the boats of a game.
type arena struct {
	srv  *everwire.Server
	game *game
}

var (
	nameOf = everwire.NewKey[string]("name")
	slotOf = everwire.NewKey[int]("slot")
)

func openArena(srv *everwire.Server, g *game) *arena {
	a := &arena{srv, g}
	srv.Auth(a.auth)
	srv.OnConnect(a.connect)
	srv.OnDisconnect(a.disconnect)
	srv.OnSuspend(func(c *everwire.Ctx) { a.lose(c, true) })
	srv.OnResume(func(c *everwire.Ctx) { a.lose(c, false) })
	everwire.On(srv, Steer, a.steer)
	everwire.On(srv, Renamed, a.rename)
	return a
}

// run lets the game go on until ctx ends, while somebody looks.
func (a *arena) run(ctx context.Context) {
	clock := time.NewTicker(time.Second / rate)
	defer clock.Stop()
	for {
		select {
		case <-clock.C:
			if a.srv.Sessions() > 0 {
				a.tell(a.game.advance())
			}
		case <-ctx.Done():
			return
		}
	}
}

// tell sends what has happened in a step. A frame is only of use now: a page that is busy
// with the last one, or has no connection, goes without. A score is for ever.
func (a *arena) tell(frame []byte, scores []Score) {
	to := a.srv.To(everybody)
	err := Frame.Emit(to.Volatile().Compress(false), frame)
	for _, s := range scores {
		err = errors.Join(err, Scored.Emit(to, s))
	}
	report(err)
}

func (a *arena) auth(_ context.Context, h *everwire.Handshake) (*everwire.Identity, error) {
	var hello Hello
	if err := h.Auth(&hello); err != nil {
		return nil, err
	}
	return &everwire.Identity{Values: everwire.Values(nameOf.Is(cleanName(hello.Name)))}, nil
}

func (a *arena) connect(c *everwire.Ctx) error {
	s := c.Socket()
	if err := s.Join(everybody); err != nil {
		return err
	}
	name, _ := nameOf.Get(s)
	slot, crew := a.game.enter(name)
	slotOf.Set(s, slot)
	return errors.Join(
		Opening.Emit(s, Welcome{You: slot, Crew: crew, Goal: goal, Scene: scene, Rate: rate}),
		Joined.Emit(s.To(everybody), crew))
}

func (a *arena) disconnect(c *everwire.Ctx, why everwire.Reason) {
	slot, ok := slotOf.Get(c.Socket())
	if !ok || slot < 0 {
		return
	}
	crew := a.game.exit(slot)
	if why != everwire.ShuttingDown { // then there is nobody to tell
		report(Joined.Emit(a.srv.To(everybody), crew))
	}
}

// lose has others see that a boat has no connection. It is still there, and so is its
// score: the session goes on.
func (a *arena) lose(c *everwire.Ctx, away bool) {
	if slot, ok := slotOf.Get(c.Socket()); ok && slot >= 0 {
		a.game.lose(slot, away)
	}
}

func (a *arena) steer(c *everwire.Ctx, in []byte) error {
	if len(in) != 2 {
		return &everwire.Error{Code: "invalid", Message: "A direction and a power, a byte each."}
	}
	if slot, ok := slotOf.Get(c.Socket()); ok && slot >= 0 {
		a.game.steer(slot, in[0], in[1])
	}
	return nil
}

func (a *arena) rename(c *everwire.Ctx, in Name) error {
	slot, ok := slotOf.Get(c.Socket())
	if !ok || slot < 0 {
		return nil
	}
	return Joined.Emit(a.srv.To(everybody), a.game.rename(slot, cleanName(in.Name)))
}

// cleanName makes a name short enough, and never empty.
func cleanName(name string) string {
	name = strings.Join(strings.Fields(strings.ToValidUTF8(name, "")), " ")
	if utf8.RuneCountInString(name) > maxName {
		name = string([]rune(name)[:maxName])
	}
	if name == "" {
		return "Somebody"
	}
	return name
}

func report(err error) {
	if err != nil {
		slog.Error("arena: not told", "error", err)
	}
}
