// handlers_test.go: what the server does with a page's events.

package engines

import (
	"bytes"
	"context"
	"sync"
	"time"

	"github.com/everwire/everwire"
)

// handle registers what page.js asks for.
func handle(server *everwire.Server) {
	server.On("same", func(c *everwire.Ctx) error {
		args, err := arguments(c)
		if err != nil {
			return err
		}
		return c.Ack(args...)
	})
	server.On("say", func(c *everwire.Ctx) error {
		args, err := arguments(c)
		if err != nil {
			return err
		}
		return c.Socket().Emit("said", args...)
	})
	server.On("name", name)
	server.On("bytes", func(c *everwire.Ctx) error { return c.Ack([]byte{0, 1, 254, 255}) })
	server.On("never", func(*everwire.Ctx) error { return nil })
	server.On("transport", func(c *everwire.Ctx) error { return c.Ack(c.Socket().Transport()) })
	server.On("interview", interview)
	server.On("reset", welcome)
	server.On("flood", flood)
	server.On("up", up)
	server.On("tally", tally)
	server.On("stream", func(c *everwire.Ctx) error {
		s, _ := streams.Get(c.Socket())
		return s.begin(c)
	})
	server.On("halt", func(c *everwire.Ctx) error {
		s, _ := streams.Get(c.Socket())
		s.halt()
		return c.Ack(s.sent, s.received, s.wrong)
	})
}

// welcome has the socket count its numbers from 0.
func welcome(c *everwire.Ctx) error {
	streams.Set(c.Socket(), &stream{socket: c.Socket()})
	return nil
}

// arguments are what the client has sent, whatever that is.
func arguments(c *everwire.Ctx) ([]any, error) {
	args, into := make([]any, c.Len()), make([]any, c.Len())
	for i := range args {
		into[i] = &args[i]
	}
	return args, c.Bind(into...)
}

// name sends an event of the name that it is given.
func name(c *everwire.Ctx) error {
	var name, value string
	if err := c.Bind(&name, &value); err != nil {
		return err
	}
	return c.Socket().Emit(name, value)
}

// interview asks the client n questions at once, and answers how many answers were right.
func interview(c *everwire.Ctx) error {
	var n int
	if err := c.Bind(&n); err != nil {
		return err
	}
	var all sync.WaitGroup
	answers := make([]bool, n)
	for i := range answers {
		all.Go(func() { answers[i] = asked(c, i) }) // ends with its question
	}
	all.Wait()
	right := 0
	for _, ok := range answers {
		if ok {
			right++
		}
	}
	return c.Ack(right)
}

// asked reports whether the client's answer to a number is twice that, and its bytes, if it has any.
func asked(c *everwire.Ctx, i int) bool {
	ctx, cancel := context.WithTimeout(c, 15*time.Second)
	defer cancel()
	body, err := c.Socket().Call(ctx, "question", i)
	if err != nil {
		return false
	}
	var twice int
	var sent []byte
	if err := body.Bind(0, []any{&twice, &sent}[:body.Len()]...); err != nil {
		return false
	}
	return twice == 2*i && (body.Len() == 1 || bytes.Equal(sent, numbered(i)))
}

// numbered are the bytes beside a number.
func numbered(i int) []byte { return []byte{byte(i), byte(i + 1), byte(i + 2)} }

var streams = everwire.NewKey[*stream]("stream")

// A stream is the numbers that go both ways between a page and the server. Its socket's handlers use it, which run one
// at a time.
type stream struct {
	socket          *everwire.Socket
	sent            int
	received, wrong int
	stop            context.CancelFunc
	over            chan struct{}
}

// send sends the next number, some with bytes.
func (s *stream) send() error {
	args := []any{s.sent}
	if s.sent%10 == 3 {
		args = append(args, numbered(s.sent))
	}
	s.sent++
	return s.socket.Emit("down", args...)
}

// flood sends as many numbers as the page asks for.
func flood(c *everwire.Ctx) error {
	var n int
	if err := c.Bind(&n); err != nil {
		return err
	}
	s, _ := streams.Get(c.Socket())
	for range n {
		if err := s.send(); err != nil {
			return err
		}
	}
	return nil
}

// up takes the next number of the page.
func up(c *everwire.Ctx) error {
	var n int
	var sent []byte
	if err := c.Bind([]any{&n, &sent}[:c.Len()]...); err != nil {
		return err
	}
	s, _ := streams.Get(c.Socket())
	if n != s.received || c.Len() > 1 && !bytes.Equal(sent, numbered(n)) {
		s.wrong++
	}
	s.received++
	return nil
}

func tally(c *everwire.Ctx) error {
	s, _ := streams.Get(c.Socket())
	return c.Ack(map[string]int{"received": s.received, "wrong": s.wrong})
}

// begin sends a number every so many milliseconds until halt. Its goroutine belongs to the socket, and ends with halt or
// with that.
func (s *stream) begin(c *everwire.Ctx) error {
	var pace int
	if err := c.Bind(&pace); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(s.socket.Context())
	s.stop, s.over = stop, make(chan struct{})
	go func() {
		defer close(s.over)
		began := time.Now()
		tick := time.NewTicker(time.Duration(pace) * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
			for s.sent < int(time.Since(began).Milliseconds())/pace {
				if s.send() != nil {
					return
				}
			}
		}
	}()
	return nil
}

func (s *stream) halt() {
	s.stop()
	<-s.over
}
