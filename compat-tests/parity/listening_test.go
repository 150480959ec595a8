// listening_test.go: the rows about handlers and middlewares of events.

package parity

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	core "github.com/everwire/everwire/engine"
)

var _ = prove(map[string]func(*testing.T){
	"socket-on":         socketOn,
	"socket-on-many":    socketOnMany,
	"socket-on-nobody":  socketOnNobody,
	"handlers-in-order": handlersInOrder,
	"socket-use":        socketUse,
	"socket-use-error":  socketUseError,
	"event-error":       eventOfErrors,
})

func socketOn(t *testing.T) {
	s := serve(t, everwire.Config{})
	s.srv.On("e", func(c *everwire.Ctx) error { return c.Ack("namespace") })
	s.srv.OnConnect(func(c *everwire.Ctx) error {
		var who struct{ Own bool }
		if err := c.Socket().Handshake().Auth(&who); err != nil || !who.Own {
			return err
		}
		c.Socket().On("e", func(c *everwire.Ctx) error { return c.Ack("socket") })
		return nil
	})
	s.join().ask(`421["e"]`, `431["namespace"]`)
	s.enter(s.Websocket(""), s.srv.Namespace, `{"own":true}`).ask(`421["e"]`, `431["socket"]`)
}

func socketOnMany(t *testing.T) {
	s := serve(t, everwire.Config{})
	s.srv.On("e", func(c *everwire.Ctx) error { return c.Ack("first") })
	require.Panics(t, func() { s.srv.On("e", func(c *everwire.Ctx) error { return c.Ack("second") }) })
	s.join().ask(`421["e"]`, `431["first"]`)
}

func socketOnNobody(t *testing.T) {
	s := serve(t, everwire.Config{})
	c := s.join()
	c.Send(`42["nobody"]`, `421["nobody",1]`, `451-["nobody",{"_placeholder":true,"num":0}]`, "bAQ==")
	c.quiet()
}

func handlersInOrder(t *testing.T) {
	s := serve(t, everwire.Config{})
	told := newNotes(t)
	var alone sync.Mutex
	s.srv.On("e", func(c *everwire.Ctx) error {
		if !alone.TryLock() {
			told.ch <- "two at a time"
			return nil
		}
		defer alone.Unlock()
		var n int
		if err := c.Bind(&n); err != nil {
			return err
		}
		told.ch <- fmt.Sprint(n)
		return nil
	})
	c := s.join()
	for i := range 50 {
		c.Send(fmt.Sprintf(`42["e",%d]`, i))
	}
	for i := range 50 {
		told.expect(fmt.Sprint(i))
	}
}

// guard is a middleware of events that refuses some.
func guard(err error) everwire.Middleware {
	return func(next everwire.Handler) everwire.Handler {
		return func(c *everwire.Ctx) error {
			if c.Event() == "forbidden" {
				return err
			}
			return next(c)
		}
	}
}

func socketUse(t *testing.T) {
	s := serve(t, everwire.Config{})
	told := newNotes(t)
	note := func(name string) everwire.Middleware {
		return func(next everwire.Handler) everwire.Handler {
			return func(c *everwire.Ctx) error {
				told.ch <- name + " " + c.Event()
				return next(c)
			}
		}
	}
	s.srv.UseEvents(note("first"))
	s.srv.UseEvents(guard(&everwire.Error{Message: "no"}))
	s.srv.UseEvents(note("second"))
	s.srv.On("forbidden", func(*everwire.Ctx) error { told.ch <- "handled"; return nil })
	c := s.join()
	c.quiet()
	told.expect("first sync", "second sync")
	c.Send(`42["forbidden"]`)
	c.quiet()
	told.expect("first forbidden", "first sync", "second sync")
}

func socketUseError(t *testing.T) {
	for _, e := range []struct {
		err  error
		want string
	}{
		{&everwire.Error{Code: "members", Message: "members only"}, `431[{"error":{"code":"members","message":"members only"}}]`},
		{errors.New("password of the database"), `431[{"error":{"code":"internal","message":"internal error"}}]`},
	} {
		s := serve(t, everwire.Config{})
		s.srv.UseEvents(guard(e.err))
		c := s.join()
		c.ask(`421["forbidden"]`, e.want)
		c.Send(`42["forbidden"]`)
		c.quiet()
	}
}

// lines is a log.
type lines struct{ notes }

// Write implements io.Writer.
func (l lines) Write(p []byte) (int, error) {
	l.ch <- string(p)
	return len(p), nil
}

func eventOfErrors(t *testing.T) {
	o, log := observe(core.Handled), lines{newNotes(t)}
	s := serve(t, everwire.Config{Observer: o, Logger: slog.New(slog.NewTextHandler(log, nil))})
	failure := errors.New("it broke")
	s.srv.On("e", func(*everwire.Ctx) error { return failure })
	s.join().Send(`42["e"]`)
	e := o.next(t)
	require.Equal(t, "e", e.Name)
	require.ErrorIs(t, e.Err, failure)
	require.True(t, strings.Contains(log.next(), "it broke"))
}
