// line.go: one direction of a connection, the bytes that are under way and when they are due.

package faultproxy

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
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
	abort
)

// chunk is what one read brought: bytes, or an end.
type chunk struct {
	due  time.Time
	data []byte
	end  ending
}

// line is a queue with one reader of the source, take, and one writer to the destination, forward.
type line struct {
	link Link
	more chan struct{} // holds one: something was queued
	room chan struct{} // holds one: a write has ended

	mu      sync.Mutex // guards what follows
	queue   []chunk
	size    int // bytes queued or being written
	writing bool
	aborted bool // nothing is queued behind an abort
}

func newLine(l Link) *line {
	return &line{link: l, more: make(chan struct{}, 1), room: make(chan struct{}, 1)}
}

// take queues what comes from the source, up to and with its end.
func (l *line) take(ctx context.Context, from io.Reader) {
	buf := make([]byte, 64<<10)
	for l.awaitRoom(ctx) {
		n, err := from.Read(buf)
		if n > 0 {
			l.push(bytes.Clone(buf[:n]), notYet)
		}
		if errors.Is(err, io.EOF) {
			l.push(nil, halfClose)
			return
		}
		if err != nil {
			l.push(nil, abort)
			return
		}
	}
}

// push queues bytes or an end, due after the line's delay.
func (l *line) push(data []byte, end ending) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.aborted {
		return
	}
	l.aborted = end == abort
	l.queue = append(l.queue, chunk{time.Now().Add(l.link.Delay), data, end})
	l.size += len(data)
	signal(l.more)
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
