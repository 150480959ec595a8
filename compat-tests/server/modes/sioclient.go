// sioclient.go: mode sio-client, for the tests of socket.io-client.

package modes

import (
	"net/http"
	"time"

	"github.com/everwire/everwire"
)

func startClient() (*Server, error) {
	return socketIO(everwire.Config{
		PingInterval: 2 * time.Second,
		CheckRequest: takeTime,
		Recovery:     everwire.Recovery{Window: 2 * time.Minute},
	}, func(server *everwire.Server) {
		for _, name := range []string{"/timeout_socket", "/valid", "/asd"} {
			server.Of(name)
		}
		server.UseConnect(refuse("Auth failed (main namespace)", func(h *everwire.Handshake) bool {
			return lastValues(h.Query())["fail"] != ""
		}))
		server.Of("/no").UseConnect(refuse("Auth failed (custom namespace)", func(*everwire.Handshake) bool { return true }))
		server.Of("/foo").On("getId", ackID)
		server.Of("/abc").OnConnect(func(c *everwire.Ctx) error {
			h, err := handshakeOf(c.Socket())
			if err != nil {
				return err
			}
			return c.Socket().Emit("handshake", h)
		})
		clientAcks(server)
		clientTexts(server)
		clientBinary(server)
	})
}

// takeTime delays each opening request, as an application does that asks a database.
func takeTime(r *http.Request) error {
	select {
	case <-time.After(10 * time.Millisecond):
		return nil
	case <-r.Context().Done():
		return r.Context().Err()
	}
}

// refuse keeps those out for whom is holds.
func refuse(message string, is func(*everwire.Handshake) bool) everwire.Middleware {
	return func(next everwire.Handler) everwire.Handler {
		return func(c *everwire.Ctx) error {
			if is(c.Socket().Handshake()) {
				return &everwire.Error{Message: message}
			}
			return next(c)
		}
	}
}

func ackID(c *everwire.Ctx) error { return c.Ack(c.Socket().ID()) }

func clientAcks(server *everwire.Server) {
	server.On("echo", ackBack)
	server.On("getId", ackID)
	server.On("getHandshake", func(c *everwire.Ctx) error {
		h, err := handshakeOf(c.Socket())
		if err != nil {
			return err
		}
		return c.Ack(h)
	})
	server.On("getAckDate", func(c *everwire.Ctx) error { return c.Ack(now()) })
	server.On("ack", func(c *everwire.Ctx) error {
		body, err := c.Socket().Call(c, "ack")
		if err != nil {
			return err
		}
		var number int
		var object struct {
			Test bool `json:"test"`
		}
		if err := body.Bind(0, &number, &object); err != nil || number != 5 || !object.Test {
			return err
		}
		return c.Socket().Emit("got it")
	})
}

// now is the time as JavaScript writes it in JSON.
func now() string { return time.Now().UTC().Format("2006-01-02T15:04:05.000Z") }

func clientTexts(server *everwire.Server) {
	for event, answer := range map[string]func(*everwire.Socket) error{
		"hi":      func(s *everwire.Socket) error { return s.Emit("hi") },
		"false":   func(s *everwire.Socket) error { return s.Emit("false", false) },
		"getDate": func(s *everwire.Socket) error { return s.Emit("takeDate", now()) },
		"getDateObj": func(s *everwire.Socket) error {
			return s.Emit("takeDateObj", map[string]string{"date": now()})
		},
		"getUtf8": func(s *everwire.Socket) error {
			for _, text := range []string{
				"てすと", "Я Б Г Д Ж Й", "Ä ä Ü ü ß", "utf8 — string", "utf8 — string",
			} {
				if err := s.Emit("takeUtf8", text); err != nil {
					return err
				}
			}
			return nil
		},
	} {
		server.On(event, func(c *everwire.Ctx) error { return answer(c.Socket()) })
	}
}

// abuff1 tells that the event of this name came, with bytes.
var abuff1 = everwire.NewKey[bool]("abuff1")

func clientBinary(server *everwire.Server) {
	for event, back := range map[string]string{"doge": "doge", "getbin": "takebin"} {
		server.On(event, func(c *everwire.Ctx) error { return c.Socket().Emit(back, []byte("asdfasdf")) })
	}
	server.On("buffa", func(c *everwire.Ctx) error {
		if binary, err := isBinary(c); !binary {
			return err
		}
		return c.Socket().Emit("buffack")
	})
	server.On("abuff1", func(c *everwire.Ctx) error {
		binary, err := isBinary(c)
		abuff1.Set(c.Socket(), binary)
		return err
	})
	server.On("abuff2", func(c *everwire.Ctx) error {
		if first, _ := abuff1.Get(c.Socket()); !first {
			return nil
		}
		return c.Socket().Emit("abuff2-ack")
	})
	server.On("jsonbuff", func(c *everwire.Ctx) error {
		var in struct {
			Hello   string `json:"hello"`
			Message any    `json:"message"`
			Goodbye string `json:"goodbye"`
		}
		if err := c.Bind(&in); err != nil {
			return err
		}
		if _, binary := in.Message.([]byte); !binary || in.Hello != "lol" || in.Goodbye != "gotcha" {
			return nil
		}
		return c.Socket().Emit("jsonbuff-ack")
	})
}

// isBinary tells whether the first argument is bytes.
func isBinary(c *everwire.Ctx) (bool, error) {
	var arg any
	err := c.Bind(&arg)
	_, is := arg.([]byte)
	return is, err
}
