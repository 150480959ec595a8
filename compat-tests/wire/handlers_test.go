// handlers_test.go: the application that the rows talk to. official.mjs has the same, one for one.

package wire

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/everwire/everwire"
)

func decimal(n int) string { return strconv.Itoa(n) }

// crowd is how many namespaces "/crowd-0" and so on there are: with the main one as many as a session may join.
const crowd = 99

// app is the application: handlers, and a log of what they saw.
type app struct {
	server   *everwire.Server
	released chan struct{} // closed by a GET of /release
	release  sync.Once

	mu    sync.Mutex // guards lines
	lines []string
}

func newApp(server *everwire.Server) *app {
	a := &app{server: server, released: make(chan struct{})}
	for _, n := range []*everwire.Namespace{server.Namespace, server.Of("/a"), server.Of("/b")} {
		a.lifecycle(n)
		a.exchange(n)
		a.ask(n)
		a.rooms(n)
		a.ends(n)
		a.guard(n)
		a.whole(n)
	}
	a.parents()
	a.greet(server.Of("/greeting"))
	for i := range crowd {
		server.Of(fmt.Sprintf("/crowd-%d", i))
	}
	a.admission()
	return a
}

func (a *app) note(format string, args ...any) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.lines = append(a.lines, fmt.Sprintf(format, args...))
}

func (a *app) serveLog(w http.ResponseWriter, _ *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	io.WriteString(w, strings.Join(a.lines, "\n")+"\n")
}

func (a *app) serveRelease(http.ResponseWriter, *http.Request) {
	a.release.Do(func() { close(a.released) })
}

func (a *app) lifecycle(n *everwire.Namespace) {
	n.OnConnect(func(c *everwire.Ctx) error {
		a.note("connect %s", n.Name())
		return nil
	})
	n.OnDisconnect(func(c *everwire.Ctx, why everwire.Reason) {
		a.note("disconnect %s %s [%s]", n.Name(), why, strings.Join(ownRooms(c.Socket()), ","))
	})
}

func ownRooms(s *everwire.Socket) []string {
	list := append([]string{}, s.Rooms()...) // not nil: that would be null to the client
	slices.Sort(list)
	return list
}

// arguments are all arguments of the event, untyped.
func arguments(c *everwire.Ctx) ([]any, error) {
	args, into := make([]any, c.Len()), make([]any, c.Len())
	for i := range args {
		into[i] = &args[i]
	}
	return args, c.Bind(into...)
}

func (a *app) exchange(n *everwire.Namespace) {
	forward := func(event, as string) {
		n.On(event, func(c *everwire.Ctx) error {
			args, err := arguments(c)
			if err != nil {
				return err
			}
			return c.Socket().Emit(as, args...)
		})
	}
	forward("echo", "echoed")
	forward("message", "message")
	n.On("answer", func(c *everwire.Ctx) error {
		args, err := arguments(c)
		if err != nil {
			return err
		}
		return c.Ack(args...)
	})
	n.On("note", func(c *everwire.Ctx) error {
		var what string
		if err := c.Bind(&what); err != nil {
			return err
		}
		a.note("note %s %s", n.Name(), what)
		return nil
	})
	n.On("many", func(c *everwire.Ctx) error {
		var count, size int
		if err := c.Bind(&count, &size); err != nil {
			return err
		}
		for i := range count {
			if err := c.Socket().Emit("item", i, strings.Repeat("x", size)); err != nil {
				return err
			}
		}
		return nil
	})
	n.On("plain", func(c *everwire.Ctx) error {
		var size int
		if err := c.Bind(&size); err != nil {
			return err
		}
		return c.Socket().Compress(false).Emit("item", 0, strings.Repeat("x", size))
	})
	n.On("whoami", func(c *everwire.Ctx) error { return c.Ack(c.Socket().ID()) })
	n.On("handshake", func(c *everwire.Ctx) error { return c.Ack(describe(c.Socket())) })
	n.On("emit", func(c *everwire.Ctx) error {
		var name string
		if err := c.Bind(&name); err != nil {
			return err
		}
		if c.Socket().Emit(name) != nil {
			return c.Ack("refused")
		}
		return c.Ack("sent")
	})
}

// describe is the handshake in the words of the official server.
func describe(s *everwire.Socket) map[string]any {
	h := s.Handshake()
	query := map[string]string{}
	for key, values := range h.Query() {
		query[key] = values[0]
	}
	auth := map[string]any{}
	_ = h.Auth(&auth) // what is no object shows as an empty one, which fails the row
	return map[string]any{
		"query":   query,
		"extra":   h.Header().Get("X-Extra"),
		"address": h.Address(),
		"secure":  h.Secure(),
		"url":     h.URL(),
		"auth":    auth,
		"xdomain": h.XDomain(),
		"recent":  time.Since(h.Time()) < time.Minute,
	}
}

func (a *app) ask(n *everwire.Namespace) {
	n.On("ask", func(c *everwire.Ctx) error {
		args, err := arguments(c)
		if err != nil {
			return err
		}
		// Owned by the handler; ends with its timeout or with the socket.
		go a.asked(c.Socket(), time.Duration(args[0].(float64))*time.Millisecond, args[1:])
		return nil
	})
}

// guard refuses events by a middleware.
func (a *app) guard(n *everwire.Namespace) {
	n.UseEvents(func(next everwire.Handler) everwire.Handler {
		return func(c *everwire.Ctx) error {
			if c.Event() != "forbidden" {
				return next(c)
			}
			a.note("refused %s", c.Event())
			return &everwire.Error{Message: "forbidden"}
		}
	})
	n.On("forbidden", func(c *everwire.Ctx) error {
		a.note("handled forbidden")
		return nil
	})
}

func (a *app) greet(n *everwire.Namespace) {
	n.OnConnect(func(c *everwire.Ctx) error {
		for _, word := range []string{"first", "second", "third"} {
			if err := c.Socket().Emit(word); err != nil {
				return err
			}
		}
		return nil
	})
}
