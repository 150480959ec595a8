// room_linux.go: rooms, and the goroutines that write broadcasts.

package main

import "sync"

// flusher writes to connections that a broadcast has reached, after the broadcast: what comes meanwhile joins the write.
type flusher struct {
	wake chan struct{} // holds one

	mu    sync.Mutex // guards dirty
	dirty []*client
}

// flushers is one for each processor.
var flushers []*flusher

func newFlusher() *flusher {
	f := &flusher{wake: make(chan struct{}, 1)}
	// Owned by f, lives as long as the process; waits for broadcasts.
	go f.run()
	return f
}

func (f *flusher) run() {
	var batch []*client
	for range f.wake {
		for {
			f.mu.Lock()
			batch, f.dirty = f.dirty, batch[:0]
			f.mu.Unlock()
			if len(batch) == 0 {
				break
			}
			for i, c := range batch {
				batch[i] = nil
				c.mu.Lock()
				c.flushLocked()
				c.mu.Unlock()
			}
		}
	}
}

func (f *flusher) put(cs []*client) {
	f.mu.Lock()
	f.dirty = append(f.dirty, cs...)
	f.mu.Unlock()
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

type room struct {
	mu      sync.RWMutex // guards members and their roomPos
	members []*client
}

var (
	roomsMu sync.RWMutex // guards rooms
	rooms   = map[string]*room{}
)

func roomOf(name string) *room {
	roomsMu.Lock()
	defer roomsMu.Unlock()
	r := rooms[name]
	if r == nil {
		r = &room{}
		rooms[name] = r
	}
	return r
}

// join puts the client into the room; it stays in one.
func (c *client) join(name string) {
	if c.room != nil {
		return
	}
	r := roomOf(name)
	r.mu.Lock()
	defer r.mu.Unlock()
	c.room, c.roomPos = r, int32(len(r.members))
	r.members = append(r.members, c)
}

func (r *room) remove(c *client) {
	r.mu.Lock()
	defer r.mu.Unlock()
	last := len(r.members) - 1
	r.members[c.roomPos] = r.members[last]
	r.members[c.roomPos].roomPos = c.roomPos
	r.members[last] = nil
	r.members = r.members[:last]
}

func (r *room) broadcast(f []byte) {
	lists := make([][]*client, len(flushers))
	r.mu.RLock()
	for i, c := range r.members {
		c.mu.Lock()
		c.addLocked(f)
		queued := c.dirty
		c.dirty = true
		c.mu.Unlock()
		if !queued {
			lists[i%len(lists)] = append(lists[i%len(lists)], c)
		}
	}
	r.mu.RUnlock()
	for i, cs := range lists {
		if len(cs) > 0 {
			flushers[i].put(cs)
		}
	}
}
