// stream_test.go: one direction of a pair: messages that are sent, at a rate.

package chaos

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/everwire/everwire/namespace/sio"
)

// callPatience is how long a call may take on a network that is mended in the end.
const callPatience = 40 * time.Second

// A side is what a stream goes out of: a client, or a socket of a server.
type side interface {
	Emit(event string, args ...any) error
	Call(ctx context.Context, event string, args ...any) (sio.Body, error)
}

// An incoming is an event as either side gets it.
type incoming interface {
	Bind(dst ...any) error
	Ack(args ...any) error
}

// A stream sends numbered messages out of one side, until it is stopped.
type stream struct {
	from   side
	rate   int // messages a second
	cancel context.CancelFunc
	done   chan struct{}
	calls  sync.WaitGroup

	mu       sync.Mutex // guards what follows
	sentAt   []time.Time
	answered int
	failure  error // the first one
}

func startStream(from side, rate int) *stream {
	s := &stream{from: from, rate: rate, done: make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	go s.run(ctx) // ends with stop
	return s
}

// run makes up for time in which it was kept waiting.
func (s *stream) run(ctx context.Context) {
	defer close(s.done)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for start, n := time.Now(), 0; ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for due := int(time.Since(start).Seconds() * float64(s.rate)); n < due; n++ {
			s.send(n)
		}
	}
}

func (s *stream) send(n int) {
	s.mu.Lock()
	s.sentAt = append(s.sentAt, time.Now())
	s.mu.Unlock()
	if isCall(n) {
		s.calls.Go(func() { s.note(s.call(n)) }) // ends with its answer or callPatience
		return
	}
	if err := s.from.Emit("message", n, body(n)); err != nil {
		s.note(fmt.Errorf("message %d: %w", n, err))
	}
}

func body(n int) any {
	if isBinary(n) {
		return []byte(content(n))
	}
	return content(n)
}

// call sends message n as a call. Its answer is the number, and the content as bytes.
func (s *stream) call(n int) error {
	ctx, cancel := context.WithTimeout(context.Background(), callPatience)
	defer cancel()
	answer, err := s.from.Call(ctx, "message", n, body(n))
	var number int
	var bytes []byte
	if err == nil {
		err = answer.Bind(0, &number, &bytes)
	}
	if err == nil && (number != n || string(bytes) != content(n)) {
		err = fmt.Errorf("answered with %d %q", number, bytes)
	}
	if err != nil {
		return fmt.Errorf("call %d: %w", n, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answered++
	return nil
}

func (s *stream) note(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failure == nil {
		s.failure = err
	}
}

// stop ends the stream and returns how many messages it has sent.
func (s *stream) stop() (sent int) {
	s.cancel()
	<-s.done
	return len(s.sentAt)
}

// settled waits for the answers of all calls of a stopped stream.
func (s *stream) settled() (answered int, err error) {
	s.calls.Wait()
	return s.answered, s.failure
}

// slowest returns the longest time that a message of a stopped stream took to its ledger.
func slowest(s *stream, l *ledger) (longest time.Duration) {
	for _, a := range l.arrivals() {
		longest = max(longest, a.at.Sub(s.sentAt[a.n]))
	}
	return longest
}

// calls is how many of the first n messages are calls.
func calls(n int) int { return n / callEvery }

// receive takes an event of a stream.
func receive(l *ledger, in incoming, transport string) error {
	var n int
	if err := in.Bind(&n); err != nil {
		return err
	}
	var text string
	if isBinary(n) {
		var bytes []byte
		if err := in.Bind(&n, &bytes); err != nil {
			return err
		}
		text = string(bytes)
	} else if err := in.Bind(&n, &text); err != nil {
		return err
	}
	l.take(n, text, transport)
	return in.Ack(n, []byte(text))
}
