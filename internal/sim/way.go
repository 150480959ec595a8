// way.go: one direction of a connection: what is under way, when it arrives, and which faults strike it.

package sim

import (
	"io"
	"math/rand/v2"
	"slices"
	"syscall"
	"time"
)

// window is how much may be under way or unread before writes wait.
const window = 64 << 10

// chunk is what was written in one instant, or an end.
type chunk struct {
	at, due time.Time
	data    []byte
	end     error // io.EOF or ECONNRESET
	dice    dice
	split   float64 // where to split, if above 0
}

// way is one direction. All its fields are guarded by the link's mutex; methods are called with it held.
type way struct {
	link    *link
	reader  int // the end that reads
	name    string
	rng     *rand.Rand
	latency time.Duration
	points  []point

	queue   []chunk
	timer   *time.Timer
	passed  int64 // bytes that came to their time
	silent  bool  // what comes is swallowed
	onto    *way  // of another link, which gets what comes
	buffers bool  // what comes is held
	held    []byte
	gone    bool // nobody is there to read: writing brings a reset

	ready   []byte // to be read
	end     error  // behind ready
	pending int    // bytes under way or unread
	closed  bool   // the writer has ended it
	broken  bool   // the writer was reset

	injected error // the last end that did not come from the writer

	changed chan struct{} // closed at the next change; nil if nobody waits
}

// waitLocked is closed when something has changed.
func (w *way) waitLocked() <-chan struct{} {
	if w.changed == nil {
		w.changed = make(chan struct{})
	}
	return w.changed
}

func (w *way) notifyLocked() {
	if w.changed != nil {
		close(w.changed)
		w.changed = nil
	}
}

// pushLocked puts bytes, or an end, under way.
func (w *way) pushLocked(data []byte, end error) {
	w.link.touchLocked(data)
	now := time.Now()
	w.pending += len(data)
	if last := len(w.queue) - 1; last >= 0 && end == nil && w.queue[last].end == nil && w.queue[last].at.Equal(now) {
		w.queue[last].data = append(w.queue[last].data, data...)
		return
	}
	c := chunk{at: now, data: slices.Clone(data), end: end, dice: dice(w.rng.Uint64())}
	w.scheduleLocked(&c)
	w.queue = append(w.queue, c)
	if len(w.queue) == 1 {
		w.startLocked()
	}
}

// scheduleLocked draws when a new chunk arrives, and in one piece or not.
func (w *way) scheduleLocked(c *chunk) {
	weather, journal := w.link.net.weather(), w.link.net.journal
	if weather.none() {
		c.due = c.at
		return
	}
	late, by, merge, split, where := c.dice.roll(), c.dice.upTo(weather.LateBy), c.dice.roll(), c.dice.roll(), c.dice.roll()
	c.due = c.at.Add(max(w.latency+c.dice.upTo(weather.Jitter), 1) + w.link.dialing)
	w.link.dialing = 0
	if late < weather.Late {
		c.due = c.due.Add(by)
		journal.fault(Late, w.name, "by %v", by)
	}
	if split < weather.Split {
		c.split = where
	}
	if len(w.queue) == 0 {
		return
	}
	last := w.queue[len(w.queue)-1].due
	switch {
	case merge < weather.Merge && c.end == nil:
		c.due = last
		journal.fault(Merge, w.name, "")
	case !c.due.After(last):
		c.due = last.Add(1 + c.dice.upTo(time.Millisecond))
	}
}

// startLocked delivers the first chunk, or sets the timer for it.
func (w *way) startLocked() {
	if len(w.queue) > 0 && !w.queue[0].due.After(time.Now()) {
		w.deliverLocked()
		return
	}
	w.armLocked()
}

// armLocked sets the timer for the first chunk.
func (w *way) armLocked() {
	if len(w.queue) == 0 {
		return
	}
	d := time.Until(w.queue[0].due)
	if w.timer == nil {
		w.timer = time.AfterFunc(d, w.deliver)
		return
	}
	w.timer.Reset(d)
}

// deliver hands over what is due. It is the timer's.
func (w *way) deliver() {
	w.link.mu.Lock()
	defer w.link.mu.Unlock()
	w.deliverLocked()
}

func (w *way) deliverLocked() {
	for len(w.queue) > 0 && !w.queue[0].due.After(time.Now()) {
		if w.link.net.isHeld(w) {
			return // Release goes on
		}
		c := w.queue[0]
		if until := w.link.net.pausedUntil(w.link.from, w.link.to); until.After(time.Now()) {
			w.postponeLocked(until.Add(1 + c.dice.upTo(5*time.Millisecond)))
			break
		}
		if wait := w.link.delayLocked(w); wait > 0 {
			w.postponeLocked(time.Now().Add(wait))
			break
		}
		w.queue = slices.Delete(w.queue, 0, 1)
		w.arriveLocked(c)
	}
	w.armLocked()
}

// postponeLocked has nothing arrive before that time.
func (w *way) postponeLocked(until time.Time) {
	for i := range w.queue {
		if w.queue[i].due.Before(until) {
			w.queue[i].due = until
		}
	}
}

// arriveLocked takes a chunk up to where a fault begins, or to where it is split.
func (w *way) arriveLocked(c chunk) {
	if w.onto != nil {
		w.onto.splice(c)
	}
	if w.silent || w.onto != nil {
		w.pending -= len(c.data)
		w.passed += int64(len(c.data))
		w.notifyLocked()
		return
	}
	if w.link.net.healed() {
		w.points = nil
	}
	if c.end == nil && len(w.points) > 0 && w.points[0].at <= w.passed+int64(len(c.data)) {
		p := w.points[0]
		w.points = w.points[1:]
		n := max(p.at-w.passed, 0)
		rest := c
		rest.data, c.data, c.split = c.data[n:], c.data[:n], 0
		w.queue = slices.Insert(w.queue, 0, rest)
		w.handLocked(c.data)
		w.strikeLocked(p)
		return
	}
	if n := 1 + int(c.split*float64(len(c.data)-1)); c.split > 0 && n < len(c.data) {
		rest := c
		rest.data, c.data = c.data[n:], c.data[:n]
		rest.split = max(rest.dice.roll()*2-1, 0) // half of the rests are split again
		rest.due = time.Now().Add(1 + rest.dice.upTo(10*time.Millisecond))
		w.queue = slices.Insert(w.queue, 0, rest)
		w.postponeLocked(rest.due)
		w.link.net.journal.fault(Split, w.name, "at %d", w.passed+int64(n))
	}
	w.handLocked(c.data)
	if c.end != nil {
		w.endLocked(c.end)
	}
}

// splice takes what came on another link, whose mutex is held. Never are two held in the other order.
func (w *way) splice(c chunk) {
	w.link.mu.Lock()
	defer w.link.mu.Unlock()
	w.pending += len(c.data)
	w.handLocked(c.data)
	if c.end != nil {
		w.endLocked(c.end)
	}
}

// strikeLocked begins a fault. The rest of the chunk is the first of the queue.
func (w *way) strikeLocked(p point) {
	w.link.net.journal.fault(p.kind, w.name, "at %d", w.passed)
	switch p.kind {
	case Reset, LoseAnswer:
		w.link.breakLocked(w, syscall.ECONNRESET)
	case Finish:
		w.link.breakLocked(w, io.EOF)
	case Freeze:
		w.postponeLocked(time.Now().Add(1 + p.wait))
	case Swallow:
		w.silent = true
	case Buffer:
		w.buffers = true
	}
}

// handLocked gives bytes to the reader.
func (w *way) handLocked(data []byte) {
	if len(data) == 0 {
		return
	}
	w.passed += int64(len(data))
	if w.reader == server && !w.buffers {
		w.link.copyLocked(data)
	}
	switch {
	case w.buffers:
		w.pending -= len(data)
		w.held = append(w.held, data...)
		w.notifyLocked()
	case w.link.ends[w.reader].closed || w.end != nil:
		w.pending -= len(data)
		w.link.ways[1-w.reader].injectLocked(syscall.ECONNRESET)
	default:
		w.ready = append(w.ready, data...)
		w.notifyLocked()
		w.link.net.journal.arrived(w.name, data, nil)
	}
}

// endLocked ends the direction for its reader. A reset takes along what was not read.
func (w *way) endLocked(end error) {
	if len(w.held) > 0 && end == io.EOF {
		w.buffers = false
		held := w.held
		w.held = nil
		w.pending += len(held)
		w.passed -= int64(len(held))
		w.handLocked(held)
	}
	if w.end == nil || end != io.EOF {
		w.end = end
	}
	if end != io.EOF {
		w.ready = nil
		w.link.ways[1-w.reader].broken = true
		w.link.ways[1-w.reader].notifyLocked()
	}
	w.pending = len(w.ready)
	w.notifyLocked()
	w.link.net.journal.arrived(w.name, nil, end)
}

// injectLocked sends an end from the middle, or from the other end's system, instead of what is under way.
func (w *way) injectLocked(end error) {
	w.link.touchLocked(nil)
	if w.silent || w.end != nil && w.end != io.EOF || w.injected != nil && w.injected != io.EOF {
		return
	}
	d := dice(w.rng.Uint64())
	c := chunk{at: time.Now(), due: time.Now().Add(w.latency + 1 + d.upTo(w.latency)), end: end, dice: d}
	if w.link.net.weather().none() {
		c.due = c.at
	}
	if w.injected == nil {
		w.queue = nil
	}
	w.queue = append(w.queue, c)
	w.injected, w.closed = end, true
	w.startLocked()
}
