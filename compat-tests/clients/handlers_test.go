// handlers_test.go: what the server does.

package clients

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/everwire/everwire"
)

// The handlers that the features talk to. control.mjs has the same, one for one.

const (
	join  = everwire.RPC[string, []string]("join")
	leave = everwire.RPC[string, []string]("leave")
)

var (
	counting  = everwire.NewKey[*tally]("counting")
	streaming = everwire.NewKey[*stream]("streaming")
)

func handle(server *everwire.Server, record *outcomes) {
	auth := server.Of("/auth")
	auth.Auth(authenticate)
	for _, n := range []*everwire.Namespace{
		server.Namespace, server.Of("/a"), server.Of("/b"), server.Of("/c"), server.Of("/d"), auth,
	} {
		greet(n, record)
		exchange(n)
		ask(n, record)
		count(n)
		streams(n)
		rooms(n)
	}
	server.Of("/refusing").UseConnect(func(everwire.Handler) everwire.Handler {
		return func(*everwire.Ctx) error {
			retry := []any{1, 2, map[string]int{"ms": 300}}
			return &everwire.Error{Message: "maintenance", Data: map[string]any{"until": "tomorrow", "retry": retry}}
		}
	})
}

func authenticate(_ context.Context, h *everwire.Handshake) (*everwire.Identity, error) {
	var auth struct {
		Token string `json:"token"`
	}
	if err := h.Auth(&auth); err != nil {
		return nil, err
	}
	switch auth.Token {
	case "sesame":
		return &everwire.Identity{ID: "ali"}, nil
	case "expired":
		return nil, &everwire.Error{Code: "expired", Message: "token expired"}
	}
	return nil, &everwire.Error{Message: "not authorized", Data: map[string]any{"code": "E42", "retry": false}}
}

func greet(n *everwire.Namespace, record *outcomes) {
	n.OnConnect(func(c *everwire.Ctx) error {
		s := c.Socket()
		counting.Set(s, newTally())
		auth := map[string]any{}
		if err := s.Handshake().Auth(&auth); err != nil {
			return err
		}
		return s.Emit("welcome", map[string]any{"id": s.ID(), "nsp": s.Namespace().Name(), "auth": auth})
	})
	n.OnDisconnect(func(c *everwire.Ctx, why everwire.Reason) {
		record.record(c.Socket().ID(), outcome{string(why), sortedRooms(c.Socket())})
	})
	n.On("bye", func(c *everwire.Ctx) error { return c.Socket().Disconnect(false) })
	n.On("bye-hard", func(c *everwire.Ctx) error { return c.Socket().Disconnect(true) })
}

// arguments are all arguments of the event, untyped.
func arguments(c *everwire.Ctx) ([]any, error) {
	args, into := make([]any, c.Len()), make([]any, c.Len())
	for i := range args {
		into[i] = &args[i]
	}
	return args, c.Bind(into...)
}

func exchange(n *everwire.Namespace) {
	n.On("echo", func(c *everwire.Ctx) error {
		args, err := arguments(c)
		if err != nil {
			return err
		}
		return c.Socket().Emit("echo-back", args...)
	})
	n.On("echo-ack", func(c *everwire.Ctx) error {
		args, err := arguments(c)
		if err != nil {
			return err
		}
		return c.Ack(args...)
	})
	n.On("fail", func(c *everwire.Ctx) error {
		var e struct {
			Code    string `json:"code"`
			Message string `json:"message"`
			Data    any    `json:"data"`
		}
		if err := c.Bind(&e); err != nil {
			return err
		}
		return &everwire.Error{Code: e.Code, Message: e.Message, Data: e.Data}
	})
	n.On("whoami", func(c *everwire.Ctx) error { return c.Ack(c.Socket().Identity().ID) })
	n.On("transport", func(c *everwire.Ctx) error { return c.Ack(c.Socket().Transport()) })
}

func ask(n *everwire.Namespace, record *outcomes) {
	n.On("ask", func(c *everwire.Ctx) error {
		args, err := arguments(c)
		if err != nil {
			return err
		}
		body, err := c.Socket().Call(c, "question", args...)
		if err != nil {
			return err
		}
		answer, into := make([]any, body.Len()), make([]any, body.Len())
		for i := range answer {
			into[i] = &answer[i]
		}
		if err := body.Bind(0, into...); err != nil {
			return err
		}
		return c.Socket().Emit("answered", answer...)
	})
	n.On("ask-deadline", func(c *everwire.Ctx) error {
		var ms int
		if err := c.Bind(&ms); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(c, time.Duration(ms)*time.Millisecond)
		defer cancel()
		_, err := c.Socket().Call(ctx, "unanswered")
		return c.Ack(howItEnded(err))
	})
	n.On("ask-gone", func(c *everwire.Ctx) error {
		var key string
		if err := c.Bind(&key); err != nil {
			return err
		}
		_, err := c.Socket().Call(c, "unanswered")
		record.record(key, outcome{Reason: howItEnded(err)})
		return nil
	})
}

// howItEnded is the end of a call in one word.
func howItEnded(err error) string {
	switch {
	case err == nil:
		return "answered"
	case errors.Is(err, everwire.ErrTimeout), errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(err, everwire.ErrDisconnected):
		return "disconnected"
	}
	return err.Error()
}

func count(n *everwire.Namespace) {
	n.On("count", func(c *everwire.Ctx) error {
		var number int
		var bytes []byte
		if err := c.Bind([]any{&number, &bytes}[:c.Len()]...); err != nil {
			return err
		}
		t, _ := counting.Get(c.Socket())
		t.add(number, c.Len() == 1 || string(bytes) == strconv.Itoa(number))
		return nil
	})
	n.On("counted", func(c *everwire.Ctx) error {
		var total int
		if err := c.Bind(&total); err != nil {
			return err
		}
		t, _ := counting.Get(c.Socket())
		counting.Set(c.Socket(), newTally())
		return c.Ack(t.result(total))
	})
	n.On("send-numbers", func(c *everwire.Ctx) error {
		var total int
		var binary bool
		if err := c.Bind([]any{&total, &binary}[:c.Len()]...); err != nil {
			return err
		}
		for i := range total {
			args := []any{i}
			if binary {
				args = append(args, []byte(strconv.Itoa(i)))
			}
			if err := c.Socket().Emit("number", args...); err != nil {
				return err
			}
		}
		return nil
	})
}

func rooms(n *everwire.Namespace) {
	everwire.Handle(n, join, func(c *everwire.Ctx, room string) ([]string, error) {
		err := c.Socket().Join(room)
		return sortedRooms(c.Socket()), err
	})
	everwire.Handle(n, leave, func(c *everwire.Ctx, room string) ([]string, error) {
		err := c.Socket().Leave(room)
		return sortedRooms(c.Socket()), err
	})
	n.On("say", func(c *everwire.Ctx) error {
		var how struct {
			From   string   `json:"from"`
			To     []string `json:"to"`
			Except []string `json:"except"`
		}
		var what any
		if err := c.Bind(&how, &what); err != nil {
			return err
		}
		target := c.Socket().Broadcast()
		if how.From == "namespace" {
			target = n.To()
		}
		if err := target.To(how.To...).Except(how.Except...).Emit("said", what); err != nil {
			return err
		}
		return c.Ack()
	})
}

func sortedRooms(s *everwire.Socket) []string {
	rooms := slices.Clone(s.Rooms())
	slices.Sort(rooms)
	if rooms == nil {
		rooms = []string{}
	}
	return rooms
}
