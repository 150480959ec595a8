// once.go: events that name a key are handled once.

package namespace

import (
	"bytes"
	"container/list"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/everwire/everwire/namespace/sio"
)

// Once has events that name an idempotency key handled once: one that comes again in
// the window, over whatever session, is answered from memory. An event whose handler
// failed is forgotten: it may be tried again. A zero field means its default.
type Once struct {
	// Key returns an event's key, "" for an event without. It must not block. Keys of
	// different users, namespaces and events are different; users without Identity
	// share theirs, which should be random then. nil: no event has a key.
	Key    func(c *Ctx) string
	Window time.Duration // for which an answer is known; default 2 min
	Memory int           // bytes of keys and answers of all users, beyond which the oldest are forgotten; default 16 MiB
}

// ClientKey is a [Once].Key for the keys that Everwire's own clients add: the last
// argument, if it is an object with the one member "_once", a string.
func ClientKey(c *Ctx) string {
	var last json.RawMessage
	if c.Len() == 0 || c.pkt.Body.Bind(c.Len()-1, &last) != nil || !bytes.HasPrefix(last, []byte(`{"_once":`)) {
		return ""
	}
	var key struct {
		Once string `json:"_once"`
	}
	if json.Unmarshal(last, &key) != nil {
		return ""
	}
	return key.Once
}

func (o *Once) setDefaults() error {
	if o.Window < 0 || o.Memory < 0 {
		return fmt.Errorf("namespace: Config.Once: Window and Memory must not be negative: %v, %d", o.Window, o.Memory)
	}
	if o.Window == 0 {
		o.Window = 2 * time.Minute
	}
	if o.Memory == 0 {
		o.Memory = 16 << 20
	}
	return nil
}

// onceKey is what an event is known by.
type onceKey struct{ namespace, user, event, key string }

// done is an event with a key: being handled, or handled.
type done struct {
	key  onceKey
	from time.Time

	// Guarded by memory.mu.
	handled bool
	first   *Ctx   // that is being handled
	answer  []any  // of a handled one
	size    int    // bytes
	repeats []*Ctx // that came while it was being handled
	place   *list.Element
}

func (k onceKey) size() int { return len(k.namespace) + len(k.user) + len(k.event) + len(k.key) }

// entrySize is what an event counts for beside its key and answer.
const entrySize = 256

// maxRepeats is how many repetitions may wait for an answer; later ones count more.
const maxRepeats = 8

// memory knows the events that were handled.
type memory struct {
	Once
	codec sio.Codec

	mu    sync.Mutex // guards what follows, and what is in it
	known map[onceKey]*done
	busy  map[*Ctx]*done // those that are being handled
	order list.List      // of *done, oldest first
	bytes int
}

func newMemory(o Once, codec sio.Codec) *memory {
	return &memory{Once: o, codec: codec, known: make(map[onceKey]*done), busy: make(map[*Ctx]*done)}
}

// remember returns what is known of the key; fresh if that is nothing. A repetition of
// an event that is being handled is answered with it.
func (m *memory) remember(k onceKey, c *Ctx) (d *done, fresh bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forgetOldLocked()
	d = m.known[k]
	if d == nil {
		d = &done{key: k, from: time.Now(), first: c}
		d.place = m.order.PushBack(d)
		m.known[k], m.busy[c] = d, d
		m.growLocked(d, entrySize+k.size()+c.size)
		return d, true
	}
	if !d.handled && d.place != nil {
		if len(d.repeats) == maxRepeats {
			m.growLocked(d, -d.repeats[0].size)
			d.repeats = append(d.repeats[:0], d.repeats[1:]...)
		}
		d.repeats = append(d.repeats, c)
		m.growLocked(d, c.size)
	}
	return d, false
}

func (m *memory) growLocked(d *done, size int) {
	d.size += size
	m.bytes += size
}

// handling returns the event of which c is the first, while it is being handled.
func (m *memory) handling(c *Ctx) *done {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.busy[c]
}

// forgetOldLocked forgets what is older than the window, and what is too much.
func (m *memory) forgetOldLocked() {
	for e := m.order.Front(); e != nil; {
		d, fresh := e.Value.(*done), time.Since(e.Value.(*done).from) < m.Window
		e = e.Next()
		switch {
		case fresh && m.bytes <= m.Memory:
			return
		case !fresh, d.handled: // what is being handled stays: it must not be handled beside itself
			m.forgetLocked(d)
		}
	}
}

func (m *memory) forgetLocked(d *done) {
	if d.place == nil {
		return
	}
	m.order.Remove(d.place)
	d.place = nil
	delete(m.known, d.key)
	delete(m.busy, d.first)
	d.first = nil
	m.bytes -= d.size
}

// forget forgets an event that was not handled, and returns its repetitions.
func (m *memory) forget(d *done) (repeats []*Ctx) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if d.handled {
		return nil
	}
	m.forgetLocked(d)
	repeats, d.repeats = d.repeats, nil
	return repeats
}

// handle keeps the answer to an event, and returns the repetitions that wait for it.
func (m *memory) handle(d *done, answer []any, size int) (repeats []*Ctx) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if d.handled {
		return nil
	}
	repeats = d.repeats
	d.handled, d.answer, d.repeats = true, answer, nil
	delete(m.busy, d.first)
	if d.place != nil {
		size -= d.first.size
		for _, r := range repeats {
			size -= r.size
		}
		m.growLocked(d, size)
		m.forgetOldLocked()
	}
	d.first = nil
	return repeats
}

// copyOf returns args as they look after a way over the wire, and their size: handlers
// may use theirs again.
func (m *memory) copyOf(args []any) (list []any, size int, err error) {
	packets, err := m.codec.Encode(nil, sio.Header{Type: sio.Ack, HasID: true}, args...)
	if err != nil {
		return nil, 0, err
	}
	for _, p := range packets {
		size += len(p.Data)
	}
	b, err := decodeAll(m.codec, packets)
	if err != nil {
		return nil, 0, err
	}
	list = make([]any, b.Len())
	for i := range list {
		// JSON text keeps the digits of all numbers; an attachment has none.
		var text json.RawMessage
		if err = b.Bind(i, &text); err == nil && !bytes.Contains(text, []byte("placeholder")) {
			list[i] = text
		} else {
			err = b.Bind(i, &list[i])
		}
		if err != nil {
			return nil, 0, err
		}
	}
	return list, size, nil
}

// once wraps the handler of an event.
func (s *Socket) once(h Handler) Handler {
	m := s.namespace.registry.memory
	if m == nil {
		return h
	}
	return func(c *Ctx) error {
		key := m.Key(c)
		if key == "" {
			return h(c)
		}
		user := ""
		if who := s.Identity(); who != nil {
			user = who.ID
		}
		d, fresh := m.remember(onceKey{s.namespace.name, user, c.Event(), key}, c)
		if !fresh {
			return m.repeat(d, c)
		}
		return m.first(d, c, h)
	}
}

// first handles an event that was not seen before.
func (m *memory) first(d *done, c *Ctx, h Handler) (err error) {
	finished := false
	defer func() {
		if finished && err == nil {
			if !c.WantsAck() {
				m.complete(d, nil)
			}
			return // else it may be acknowledged later
		}
		for _, r := range m.forget(d) {
			r.fail(errFirstFailed)
		}
	}()
	err = h(c)
	finished = true
	return err
}

var errFirstFailed = &sio.Error{Code: "retry", Message: "the same event has just failed"}

// repeat answers an event that was seen before.
func (m *memory) repeat(d *done, c *Ctx) error {
	m.mu.Lock()
	handled, answer := d.handled, d.answer
	m.mu.Unlock()
	if !handled {
		return nil
	}
	if err := c.Ack(answer...); !errors.Is(err, ErrAcked) {
		return err
	}
	return nil // answered with the first, just now
}

// complete keeps the answer, before it is sent: it may not arrive.
func (m *memory) complete(d *done, args []any) {
	answer, size, err := m.copyOf(args)
	if err != nil {
		return // it cannot be sent either, and that is told
	}
	for _, r := range m.handle(d, answer, size) {
		if err := r.Ack(answer...); err != nil && !errors.Is(err, ErrAcked) {
			r.origin().logFailure(r.Event(), err)
		}
	}
}

// keepAnswer keeps the answer to an event with a key.
func (c *Ctx) keepAnswer(args []any) {
	if c.socket == nil || c.socket.namespace.registry.memory == nil {
		return
	}
	m := c.socket.namespace.registry.memory
	if d := m.handling(c); d != nil {
		m.complete(d, args)
	}
}
