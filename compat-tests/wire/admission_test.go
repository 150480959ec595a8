// admission_test.go: the rest of the application: who may connect, rooms, calls and the ends of sockets.

package wire

import (
	"context"
	"errors"
	"time"

	"github.com/everwire/everwire"
)

// admission sets up the namespaces that not everybody may enter.
func (a *app) admission() {
	ordered := a.server.Of("/ordered")
	for _, step := range []string{"use 1", "use 2", "use 3"} {
		ordered.UseConnect(a.step(step, nil))
	}
	a.lifecycle(ordered)
	a.exchange(ordered)

	refusing := a.server.Of("/refusing")
	refusing.UseConnect(a.step("use 1", nil))
	refusing.UseConnect(a.step("use 2", &everwire.Error{Message: "Authentication error"}))
	refusing.UseConnect(a.step("use 3", nil))
	a.lifecycle(refusing)

	a.server.Of("/refusing-data").UseConnect(a.step("use 1", &everwire.Error{
		Message: "Authentication error",
		Data:    map[string]any{"a": "b", "c": 3},
	}))

	a.lifecycle(a.server.Of("/slow"))
	a.exchange(a.server.Of("/slow"))
	a.server.Of("/slow").UseConnect(func(next everwire.Handler) everwire.Handler {
		return func(c *everwire.Ctx) error {
			a.note("waiting")
			<-a.released
			err := next(c)
			a.note("waited")
			return err
		}
	})

	leaving := a.server.Of("/leaving")
	leaving.UseConnect(func(next everwire.Handler) everwire.Handler {
		return func(c *everwire.Ctx) error {
			if err := c.Socket().Join("early"); err != nil {
				return err
			}
			var who struct{ Guest bool }
			if err := c.Socket().Handshake().Auth(&who); err != nil || who.Guest {
				return &everwire.Error{Message: "members only"}
			}
			return next(c)
		}
	})
	a.rooms(leaving)
}

// step is a middleware that notes that it ran, and refuses if err is not nil.
func (a *app) step(what string, err error) everwire.Middleware {
	return func(next everwire.Handler) everwire.Handler {
		return func(c *everwire.Ctx) error {
			a.note("%s", what)
			if err != nil {
				return err
			}
			return next(c)
		}
	}
}

// asked asks the client, and tells it what came of it.
func (a *app) asked(s *everwire.Socket, limit time.Duration, args []any) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	body, err := s.Call(ctx, "question", args...)
	if errors.Is(err, everwire.ErrTimeout) {
		_ = s.Emit("outcome", "timeout")
		return
	}
	if err != nil {
		a.note("call failed: %v", err)
		return
	}
	answer, into := make([]any, body.Len()), make([]any, body.Len())
	for i := range answer {
		into[i] = &answer[i]
	}
	if err := body.Bind(0, into...); err != nil {
		a.note("answer does not bind: %v", err)
		return
	}
	_ = s.Emit("outcome", append([]any{"answered"}, answer...)...)
}

// broadcast is what "say" and "move" select sockets by.
type broadcast struct {
	From   string // "namespace", or "socket": without the sender
	To     []string
	Except []string
}

func (b broadcast) target(s *everwire.Socket) everwire.Target {
	if b.From == "socket" {
		return s.To(b.To...).Except(b.Except...)
	}
	return s.Namespace().To(b.To...).Except(b.Except...)
}

func (a *app) rooms(n *everwire.Namespace) {
	n.On("join", func(c *everwire.Ctx) error {
		var rooms []string
		if err := c.Bind(&rooms); err != nil {
			return err
		}
		return errors.Join(c.Socket().Join(rooms...), c.Ack(ownRooms(c.Socket())))
	})
	n.On("leave", func(c *everwire.Ctx) error {
		var room string
		if err := c.Bind(&room); err != nil {
			return err
		}
		return errors.Join(c.Socket().Leave(room), c.Ack(ownRooms(c.Socket())))
	})
	n.On("rooms", func(c *everwire.Ctx) error { return c.Ack(ownRooms(c.Socket())) })
	n.On("say", func(c *everwire.Ctx) error {
		args, err := arguments(c)
		if err != nil {
			return err
		}
		var b broadcast
		if err := c.Bind(&b); err != nil {
			return err
		}
		return b.target(c.Socket()).Emit("said", args[1:]...)
	})
	n.On("move", func(c *everwire.Ctx) error {
		var b broadcast
		var op, room string
		var shut bool
		if err := c.Bind(&b, &op, &room, &shut); err != nil {
			return err
		}
		switch op {
		case "join":
			return errors.Join(b.target(c.Socket()).Join(room), c.Ack())
		case "leave":
			return errors.Join(b.target(c.Socket()).Leave(room), c.Ack())
		}
		return b.target(c.Socket()).Disconnect(shut)
	})
}

func (a *app) ends(n *everwire.Namespace) {
	n.On("bye", func(c *everwire.Ctx) error { return c.Socket().Disconnect(false) })
	n.On("bye-hard", func(c *everwire.Ctx) error { return c.Socket().Disconnect(true) })
	n.On("last-words", func(c *everwire.Ctx) error {
		return errors.Join(c.Socket().Emit("words", 1), c.Socket().Emit("words", 2), c.Socket().Disconnect(true))
	})
	n.On("bye-join", func(c *everwire.Ctx) error {
		s := c.Socket()
		_ = s.Disconnect(false)
		_ = s.Join("late")
		a.note("in late: %t", s.In("late"))
		return nil
	})
}
