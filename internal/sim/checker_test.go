// checker_test.go: what must hold, whatever the network does.

package sim_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/everwire/everwire/client"
)

// checker follows all streams of a run. The first violation ends it.
type checker struct {
	began time.Time
	fatal func()                   // ends the run
	note  func(where, what string) // tells of ends and beginnings

	mu         sync.Mutex // guards what follows
	violations []string
	at         time.Duration // of the violations
	streams    map[string]*stream
	sides      map[string]*side
	dismissed  map[string]*dismissal
}

// stream is what one side says to the other: numbers from 1, as events with and without attachments, and calls.
type stream struct {
	name      string
	mayLose   bool // with the end of a session
	left      bool // the client has closed
	over      bool // the client is sent away
	sent, got int
	fresh     bool         // nothing came in this session yet
	taken     int          // messages
	calls     int          // that wait for their answer
	failed    map[int]bool // calls that were given up: they may come or not
}

// side is one side's view of its connection to the namespace.
type side struct {
	connected             bool
	left                  bool // the client has closed
	connects, disconnects int
}

func newChecker(fatal func(), note func(where, what string)) *checker {
	return &checker{began: time.Now(), fatal: fatal, note: note, streams: map[string]*stream{}, sides: map[string]*side{},
		dismissed: map[string]*dismissal{}}
}

// fail notes a violation.
func (c *checker) fail(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failLocked(format, args...)
}

func (c *checker) failLocked(format string, args ...any) {
	now := time.Since(c.began)
	switch {
	case c.violations == nil:
		c.at = now
		time.AfterFunc(1, c.fatal) // others may be found in this instant, in any order
	case now != c.at:
		return
	}
	c.violations = append(c.violations, fmt.Sprintf(format, args...))
}

// found returns what was violated first; of several in one instant, always the same.
func (c *checker) found() (violation string, at time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.violations == nil {
		return "", 0
	}
	return slices.Min(c.violations), c.at
}

func (c *checker) streamLocked(name string) *stream {
	s := c.streams[name]
	if s == nil {
		s = &stream{name: name, fresh: true, failed: map[int]bool{}}
		c.streams[name] = s
	}
	return s
}

// stream opens a stream. mayLose says that sessions may end, and what was under way then be lost.
func (c *checker) stream(name string, mayLose bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.streamLocked(name).mayLose = mayLose
}

// next returns the number to send.
func (c *checker) next(name string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.streamLocked(name)
	s.sent++
	return s.sent
}

// refused takes the last number back: it was not sent.
func (c *checker) refused(name string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.streamLocked(name)
	s.sent--
	if !s.mayLose && !s.over && !errors.Is(err, client.ErrBufferFull) {
		c.failLocked("%s: emit: %v", name, err)
	}
}

// received takes a message.
func (c *checker) received(name string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.streamLocked(name)
	switch {
	case n == s.got:
		c.failLocked("%s: duplicate of message %d", name, n)
	case n < s.got:
		c.failLocked("%s: message %d after %d", name, n, s.got)
	case n > s.sent:
		c.failLocked("%s: message %d of %d sent", name, n, s.sent)
	case s.gapBefore(n) && !(s.mayLose && s.fresh):
		c.failLocked("%s: gap: message %d after %d", name, n, s.got)
	}
	s.got, s.fresh = n, false
	s.taken++
}

// gapBefore tells whether a message before n should have come.
func (s *stream) gapBefore(n int) bool {
	for i := s.got + 1; i < n; i++ {
		if !s.failed[i] {
			return true
		}
	}
	return false
}

func (c *checker) calling(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.streamLocked(name).calls++
}

// answered takes what a call has returned: n back, or an error.
func (c *checker) answered(name string, n, answer int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.streamLocked(name)
	s.calls--
	switch {
	case err == nil && answer != n:
		c.failLocked("%s: call %d got the answer to %d", name, n, answer)
	case err != nil && !s.mayLose && !s.over:
		c.failLocked("%s: call %d: %v", name, n, err)
	case err != nil:
		s.failed[n] = true
	}
}

// connected notes that a side has connected; what it receives from now on is of a new session.
func (c *checker) connected(who, incoming string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.sideLocked(who)
	if s.connected {
		c.failLocked("%s: connected twice", who)
	}
	s.connected = true
	s.connects++
	in := c.streamLocked(incoming)
	in.fresh = true
	if s.connects > 1 && !in.mayLose {
		c.failLocked("%s: a second session", who)
	}
	c.note(who, "connected")
}

func (c *checker) disconnected(who string, why any, expected bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.sideLocked(who)
	if !s.connected {
		c.failLocked("%s: disconnected twice, or before it connected: %v", who, why)
	}
	s.connected = false
	s.disconnects++
	c.note(who, fmt.Sprintf("disconnected: %v", why))
	if !expected {
		c.failLocked("%s: disconnected: %v", who, why)
	}
}

// expect has a side be missing until it connects.
func (c *checker) expect(who string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sideLocked(who)
}

func (c *checker) sideLocked(who string) *side {
	s := c.sides[who]
	if s == nil {
		s = &side{}
		c.sides[who] = s
	}
	return s
}

// leave ends what is expected of a client: it closes.
func (c *checker) leave(name, server string, streams ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.note(name, "leaves")
	c.sideLocked(name).left, c.sideLocked(server).left = true, true
	for _, name := range streams {
		c.streamLocked(name).left = true
		c.streamLocked(name).mayLose = true
	}
}

// missing says what was sent and has not come, or not been answered. It is empty when all has.
func (c *checker) missing() (list []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.streams {
		if (s.got != s.sent || s.calls > 0) && !s.left {
			list = append(list, fmt.Sprintf("%s: %d of %d messages, %d calls wait", s.name, s.got, s.sent, s.calls))
		}
	}
	for who, s := range c.sides {
		if !s.connected && !s.left {
			list = append(list, who+" is not connected")
		}
	}
	for name, d := range c.dismissed {
		if !d.told {
			list = append(list, name+" does not know that it is sent away")
		}
	}
	slices.Sort(list)
	return list
}

// delivered is how many messages have come, in this and former sessions.
func (c *checker) delivered() (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.streams {
		n += s.taken
	}
	return n
}

// closed checks the end: who has connected has disconnected, as often.
func (c *checker) closed() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for who, s := range c.sides {
		if s.connects != s.disconnects {
			c.failLocked("%s: %d times connected, %d times disconnected", who, s.connects, s.disconnects)
		}
	}
}
