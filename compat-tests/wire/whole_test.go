// whole_test.go: the application's part for what servers do beyond events, rooms and acknowledgements of one.

package wire

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/everwire/everwire"
)

// whole sets up volatile events, acknowledgements of many, and what is known of sockets.
func (a *app) whole(n *everwire.Namespace) {
	n.On("sequence", sequence)
	n.On("survey", func(c *everwire.Ctx) error {
		var b broadcast
		var limit int
		if err := c.Bind(&b, &limit); err != nil {
			return err
		}
		// Owned by the handler; ends with its timeout.
		go a.survey(c.Socket(), b.target(c.Socket()), time.Duration(limit)*time.Millisecond)
		return nil
	})
	n.On("fetch", func(c *everwire.Ctx) error {
		var rooms []string
		if err := c.Bind(&rooms); err != nil {
			return err
		}
		list, err := c.Socket().Namespace().To(rooms...).FetchSockets(c)
		return errors.Join(err, c.Ack(described(list)))
	})
	n.On("remember", func(c *everwire.Ctx) error {
		var name string
		err := c.Bind(&name)
		naming.Set(c.Socket(), name)
		return errors.Join(err, c.Ack())
	})
	n.On("recall", func(c *everwire.Ctx) error {
		name, _ := naming.Get(c.Socket())
		return c.Ack(name, c.Socket().Recovered())
	})
}

var naming = everwire.NewKey[string]("name")

// pause lets a connection come to rest, so that it can take a volatile event.
const pause = 50 * time.Millisecond

// A step is one event of a sequence.
type step struct {
	Name     string
	Volatile bool
	Binary   bool
	Size     int
}

// sequence emits events without a break between them.
func sequence(c *everwire.Ctx) error {
	var steps []step
	if err := c.Bind(&steps); err != nil {
		return err
	}
	time.AfterFunc(pause, func() {
		for _, step := range steps {
			var arg any = strings.Repeat("x", step.Size)
			if step.Binary {
				arg = make([]byte, step.Size)
			}
			if step.Volatile {
				_ = c.Socket().Volatile().Emit(step.Name, arg)
			} else {
				_ = c.Socket().Emit(step.Name, arg)
			}
		}
	})
	return nil
}

// survey asks many, and tells the socket what has come of it.
func (a *app) survey(s *everwire.Socket, all everwire.Target, limit time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	outcome, answers := "all", []any{}
	for body, err := range all.Call(ctx, "question", 1) {
		var answer any
		switch {
		case errors.Is(err, everwire.ErrTimeout):
			outcome = "timeout"
		case err != nil, body.Bind(0, &answer) != nil:
			a.note("survey failed: %v", err)
		default:
			answers = append(answers, answer)
		}
	}
	_ = s.Emit("surveyed", outcome, answers)
}

// described is what is known of sockets, in the order of their names.
func described(list []everwire.RemoteSocket) []map[string]any {
	out := []map[string]any{}
	for _, r := range list {
		name, _ := naming.Of(r)
		rooms := append([]string{}, r.Rooms()...)
		slices.Sort(rooms)
		h := r.Handshake()
		auth := h.Auth
		if auth == nil {
			auth = json.RawMessage("{}") // as the official server has it
		}
		out = append(out, map[string]any{
			"id": r.ID(), "name": name, "rooms": rooms, "auth": auth,
			"token": h.Query["token"], "address": h.Address, "extra": h.Headers["x-extra"],
		})
	}
	slices.SortFunc(out, func(a, b map[string]any) int { return strings.Compare(a["name"].(string), b["name"].(string)) })
	return out
}

// parents sets up namespaces that are made when a client asks for them.
func (a *app) parents() {
	a.server.OnNamespace(func(n *everwire.Namespace) { a.note("made %s", n.Name()) })
	a.parent("digits", a.server.OfPattern(regexp.MustCompile(`^/dyn-\d+$`)))
	a.parent("function", a.server.OfFunc(func(name string, h *everwire.Handshake) bool {
		var auth struct{ Token string }
		return strings.HasPrefix(name, "/fn-") && h.Auth(&auth) == nil && auth.Token == "yes"
	}))
	a.parent("any", a.server.OfPattern(regexp.MustCompile(`^/(dyn|fn)-.+$`)))
}

func (a *app) parent(which string, n *everwire.Namespace) {
	n.UseConnect(func(next everwire.Handler) everwire.Handler {
		return func(c *everwire.Ctx) error {
			var auth struct{ Guest bool }
			if err := c.Socket().Handshake().Auth(&auth); err != nil || auth.Guest {
				return &everwire.Error{Message: "members only"}
			}
			return next(c)
		}
	})
	n.OnConnect(func(c *everwire.Ctx) error {
		a.note("connect %s", c.Socket().Namespace().Name())
		return nil
	})
	n.OnDisconnect(func(c *everwire.Ctx, why everwire.Reason) {
		a.note("disconnect %s %s", c.Socket().Namespace().Name(), why)
	})
	n.On("which", func(c *everwire.Ctx) error { return c.Ack(which) })
	a.exchange(n)
	a.rooms(n)
	n.On("family", func(c *everwire.Ctx) error {
		var rooms []string
		if err := c.Bind(&rooms); err != nil {
			return err
		}
		return n.To(rooms...).Emit("news", 1)
	})
}
