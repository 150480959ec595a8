// lab.go: modes lab and lab-msgpack, for clients in Python.

package modes

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"time"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/namespace/sio"
	"github.com/everwire/everwire/namespace/sio/msgpack"
)

const (
	join      = everwire.RPC[string, []string]("join")
	leave     = everwire.RPC[string, []string]("leave")
	timedOut  = everwire.Event[bool]("timed-out")
	askAnswer = 100 * time.Millisecond // in which question-timeout must be answered
)

func startLab() (*Server, error) { return startLabWith(nil) }

func startLabMsgpack() (*Server, error) { return startLabWith(msgpack.Codec{}) }

// startLabWith starts a lab with the codec, the default one if it is nil.
func startLabWith(codec sio.Codec) (*Server, error) {
	return socketIO(everwire.Config{
		Codec:        codec,
		PingInterval: time.Second,
		PingTimeout:  time.Second,
		Origins:      []string{"*"},
	}, func(server *everwire.Server) {
		server.Of("/auth").Auth(sesame)
		for _, name := range []string{"/", "/custom", "/auth"} {
			handleLab(server.Of(name))
		}
		handleLab(server.OfPattern(regexp.MustCompile(`^/dyn-\d+$`)))
	})
}

// sesame lets those in who know the word.
func sesame(_ context.Context, h *everwire.Handshake) (*everwire.Identity, error) {
	var auth struct {
		Token string `json:"token"`
	}
	if err := h.Auth(&auth); err != nil || auth.Token != "sesame" {
		return nil, &everwire.Error{Message: "not authorized", Data: map[string]any{"code": "E42", "retry": false}}
	}
	return &everwire.Identity{ID: "ali"}, nil
}

func handleLab(n *everwire.Namespace) {
	n.OnConnect(welcome)
	labEchoes(n)
	labQuestions(n)
	labRooms(n)
	n.On("bye", func(c *everwire.Ctx) error { return c.Socket().Disconnect(false) })
	n.On("bye-hard", func(c *everwire.Ctx) error { return c.Socket().Disconnect(true) })
	n.On("transport", func(c *everwire.Ctx) error { return c.Ack(c.Socket().Transport()) })
}

func welcome(c *everwire.Ctx) error {
	s := c.Socket()
	auth, err := authOf(s)
	if err != nil {
		return err
	}
	return s.Emit("welcome", struct {
		ID   string `json:"id"`
		Name string `json:"nsp"`
		Auth any    `json:"auth"`
	}{s.ID(), s.Namespace().Name(), auth})
}

func labEchoes(n *everwire.Namespace) {
	n.On("message", messageBack)
	n.On("echo-ack", ackBack)
	n.On("get-binary", func(c *everwire.Ctx) error {
		nested := map[string][]byte{"nested": []byte("héllo")}
		return c.Socket().Emit("binary", []byte{0, 1, 2, 0xfa, 0xff}, nested)
	})
}

func labQuestions(n *everwire.Namespace) {
	n.On("ask-me", func(c *everwire.Ctx) error {
		question, err := arguments(c)
		if err != nil {
			return err
		}
		body, err := c.Socket().Call(c, "question", question...)
		if err != nil {
			return err
		}
		answer, err := answers(body)
		if err != nil {
			return err
		}
		return c.Socket().Emit("answered", answer...)
	})
	n.On("ask-me-timeout", func(c *everwire.Ctx) error {
		ctx, cancel := context.WithTimeout(c, askAnswer)
		defer cancel()
		_, err := c.Socket().Call(ctx, "question-timeout")
		if err != nil && !errors.Is(err, everwire.ErrTimeout) {
			return err
		}
		return timedOut.Emit(c.Socket(), err != nil)
	})
}

func labRooms(n *everwire.Namespace) {
	everwire.Handle(n, join, func(c *everwire.Ctx, room string) ([]string, error) {
		err := c.Socket().Join(room)
		return sortedRooms(c.Socket()), err
	})
	everwire.Handle(n, leave, func(c *everwire.Ctx, room string) ([]string, error) {
		err := c.Socket().Leave(room)
		return sortedRooms(c.Socket()), err
	})
	n.On("room-all", toRoom(func(s *everwire.Socket, room string) everwire.Target { return s.Namespace().To(room) }))
	n.On("room-others", toRoom(func(s *everwire.Socket, room string) everwire.Target { return s.To(room) }))
	n.On("broadcast", func(c *everwire.Ctx) error {
		args, err := arguments(c)
		if err != nil {
			return err
		}
		return c.Socket().Broadcast().Emit("bcast", args...)
	})
}

// toRoom handles an event that names a room and is passed on to whom the target selects.
func toRoom(target func(s *everwire.Socket, room string) everwire.Target) everwire.Handler {
	return func(c *everwire.Ctx) error {
		var room string
		if err := c.Bind(&room); err != nil {
			return err
		}
		args, err := arguments(c)
		if err != nil {
			return err
		}
		return target(c.Socket(), room).Emit("room-msg", args...)
	}
}

// sortedRooms never is nil, which JSON would have as null.
func sortedRooms(s *everwire.Socket) []string {
	rooms := append([]string{}, s.Rooms()...)
	slices.Sort(rooms)
	return rooms
}
