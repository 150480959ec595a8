// line.go: one direction of a connection, the bytes that are under way and when they are due.

package faultproxy

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// window is how much waits for an end that does not read. What waits for its time only is not limited: a delay is no
// limit of bandwidth.
const window = 256 << 10

// ending is how a direction ends.
type ending int

const (
	notYet ending = iota
	halfClose
	abort  // by a reset
	finish // by closing both ends
	vanish // unseen by the destination
)

// chunk is what one read brought: bytes, or an end.
type chunk struct {
	due  time.Time
	data []byte
	end  ending
}

// line is a queue with one reader of the source, take, and one writer to the destination, forward.
type line struct {
	link  Link
	trip  *atomic.Int64 // the proxy's round trip; nil is none
	tally *tally        // nil counts nothing
	more  chan struct{} // holds one: something was queued
	room  chan struct{} // holds one: a write has ended
	held  []byte        // by Link.Buffer; take's alone

	mu      sync.Mutex // guards what follows
	queue   []chunk
	size    int // bytes queued or being written
	writing bool
	over    bool // nothing is queued any more; if silent, an end of the connection is
	silent  bool // bytes are swallowed
	late    bool // counted as delayed
}

func newLine(l Link) *line {
	return &line{link: l, more: make(chan struct{}, 1), room: make(chan struct{}, 1)}
}

// take queues what comes from the source, up to and with its end. Behind a cut it reads on, so that closing does not
// become a reset.
func (l *line) take(ctx context.Context, from io.Reader) {
	g := &gate{link: l.link}
	if g.atStart() {
		l.cut()
	}
	buf := make([]byte, 64<<10)
	for l.awaitRoom(ctx) {
		n, err := from.Read(buf)
		if n > 0 {
			l.judge(g.take(buf[:n]))
		}
		if err != nil {
			l.release()
			l.pushEnd(err)
			return
		}
	}
}

// judge does with bytes as was decided.
func (l *line) judge(v verdict) {
	switch {
	case len(v.forward) == 0:
	case l.link.Buffer:
		if l.held == nil {
			l.tally.add(Counts{Buffered: 1})
		}
		l.held = append(l.held, v.forward...)
	default:
		l.push(bytes.Clone(v.forward), notYet)
	}
	if v.swallowed {
		l.swallow()
	}
	if v.cut {
		l.release()
		l.cut()
	}
}

// release queues what was held.
func (l *line) release() {
	if len(l.held) > 0 {
		l.push(l.held, notYet)
		l.held = l.held[:0:0]
	}
}

// cut ends the connection behind what is queued, once.
func (l *line) cut() {
	end := abort
	if l.link.FIN {
		end = finish
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over && !l.silent {
		return
	}
	l.silent = false
	l.pushLocked(nil, end)
	l.tally.add(Counts{Cut: 1})
}

// swallow has what follows get lost.
func (l *line) swallow() {
	l.release()
	l.silence()
}

// silence has what is not queued get lost.
func (l *line) silence() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.silent || l.over {
		return
	}
	l.silent, l.over = true, true
	l.tally.add(Counts{Swallowed: 1})
}

// pushEnd queues how the source has ended.
func (l *line) pushEnd(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.silent:
		l.pushLocked(nil, vanish)
	case l.over:
	case errors.Is(err, io.EOF):
		l.pushLocked(nil, halfClose)
	default:
		l.pushLocked(nil, abort)
	}
}

// push queues bytes or an end, due after the line's delay. It is false, and nothing is queued, behind an end of the
// connection.
func (l *line) push(data []byte, end ending) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return false
	}
	l.pushLocked(data, end)
	return true
}

func (l *line) pushLocked(data []byte, end ending) {
	l.over = l.over || end == abort || end == finish
	l.queue = append(l.queue, chunk{l.dueLocked(), data, end})
	l.size += len(data)
	signal(l.more)
}

// dueLocked is when what comes now goes on: not before what came earlier, also when the round trip was shortened.
func (l *line) dueLocked() time.Time {
	delay := l.link.Delay
	if l.trip != nil {
		delay += time.Duration(l.trip.Load()) / 2
	}
	if delay > 0 && !l.late {
		l.late = true
		l.tally.add(Counts{Delayed: 1})
	}
	due := time.Now().Add(delay)
	if n := len(l.queue); n > 0 && l.queue[n-1].due.After(due) {
		due = l.queue[n-1].due
	}
	return due
}

// awaitRoom waits while a write that does not get on has filled the window. It is false when ctx has ended.
func (l *line) awaitRoom(ctx context.Context) bool {
	for l.full() {
		select {
		case <-l.room:
		case <-ctx.Done():
			return false
		}
	}
	return ctx.Err() == nil
}

func (l *line) full() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.writing && l.size >= window
}

// next waits until the first chunk is due and hands it out; done must follow. It is false when ctx has ended.
func (l *line) next(ctx context.Context) (chunk, bool) {
	for {
		wait, ok := l.untilDue()
		if ok && wait <= 0 {
			return l.pop(), ctx.Err() == nil
		}
		more, due := l.more, (<-chan time.Time)(nil)
		if ok {
			more, due = nil, time.After(wait) // what comes now, comes later
		}
		select {
		case <-due:
		case <-more:
		case <-ctx.Done():
			return chunk{}, false
		}
	}
}

// untilDue is false when nothing is queued.
func (l *line) untilDue() (time.Duration, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.queue) == 0 {
		return 0, false
	}
	return time.Until(l.queue[0].due), true
}

func (l *line) pop() chunk {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.queue[0]
	l.queue[0] = chunk{}
	l.queue = l.queue[1:]
	l.writing = true
	return c
}

// done tells that the chunk of next is written.
func (l *line) done(c chunk) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.writing = false
	l.size -= len(c.data)
	signal(l.room)
}

// signal wakes the channel's one reader, now or when it next waits.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
