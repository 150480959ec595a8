// relay.go: what this node publishes, and applies itself when the stream brings it.

package redis

import (
	"slices"
	"time"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/internal/node"
)

// directAfter is how long the stream may take to bring what was published. After that,
// the clients of this node get it without.
const directAfter = time.Second

// relayed is one Broadcast of this node.
type relayed struct {
	text      []byte
	serial    uint64 // in the queue
	at        time.Time
	applied   bool   // or about to be
	confirmed bool   // Redis has it
	id        string // of the entry, when the stream has brought it
}

// keptFor is how long what the stream has brought is kept: another server may take the
// place of Redis that does not have it, and nodes that have not read it. Until they notice,
// the old one may have taken messages for a second, or more on a busy machine.
const keptFor = 3 * time.Second

// arrival is what is to be applied, and the entry that it came with; "" without one.
type arrival struct {
	id      string
	message *node.Message
}

// relay publishes what a message holds.
func (s *streams) relay(text []byte) error {
	r := &relayed{text: text, at: time.Now()}
	s.mu.Lock()
	if s.waiting > s.config.Queue {
		s.mu.Unlock()
		return ErrQueueFull
	}
	if err := s.queueLocked(r); err != nil {
		s.mu.Unlock()
		return err
	}
	s.relayed = append(s.relayed, r)
	s.waiting += len(text)
	if s.direct {
		s.bringLocked(r, adapter.Unplaced)
	} else if s.timer == nil {
		s.timer = time.AfterFunc(directAfter, s.late)
	}
	s.mu.Unlock()
	s.apply()
	return nil
}

func (s *streams) queueLocked(r *relayed) (err error) {
	it := s.item(&node.Message{Type: node.Broadcast, From: s.node.Name}, r.text)
	it.serial, it.done = r.serial, func(err error) { s.published(r, err) }
	r.serial, err = s.queue.add(it)
	return err
}

// published is told what became of r.
func (s *streams) published(r *relayed, err error) {
	s.lost(err)
	s.mu.Lock()
	r.confirmed = err == nil
	if err != nil {
		s.bringLocked(r, "")
		s.forgetLocked(slices.Index(s.relayed, r))
	}
	s.mu.Unlock()
	s.apply()
}

// bringLocked has r applied without the stream.
func (s *streams) bringLocked(r *relayed, mark string) {
	if r.applied {
		return
	}
	m, err := s.parseText(s.node.Name, node.Broadcast, r.text)
	if err != nil {
		return // other nodes could not read it either
	}
	m.Op.Mark = mark
	r.applied = true
	s.unplaced++
	s.arrivals = append(s.arrivals, arrival{"", m})
}

// forgetLocked takes out what the stream has brought, or will not bring.
func (s *streams) forgetLocked(i int) {
	if i < 0 {
		return
	}
	r := s.relayed[i]
	if i == 0 { // nearly always
		s.relayed[0], s.relayed = nil, s.relayed[1:]
	} else {
		s.relayed = slices.Delete(s.relayed, i, i+1)
	}
	s.waiting -= len(r.text)
	if r.applied {
		s.unplaced--
	}
	if len(s.relayed) == 0 {
		s.relayed, s.direct = nil, false
	}
}

// broughtLocked notes that the stream has brought an entry of this node, and reports whether it
// is to be applied.
func (s *streams) broughtLocked(id string, serial uint64) (apply bool) {
	i := slices.IndexFunc(s.relayed, func(r *relayed) bool { return r.serial == serial })
	if i < 0 {
		return false
	}
	for ; i > 0 && !s.reader.catching; i-- { // the stream does not keep as much as waits to be read
		s.bringLocked(s.relayed[0], "")
		s.forgetLocked(0)
	}
	r := s.relayed[i]
	apply = !r.applied
	s.forgetLocked(i)
	r.id, r.at = id, time.Now()
	old := 0
	for old < len(s.kept) && (r.at.Sub(s.kept[old].at) > keptFor || s.keptBytes+len(r.text) > s.config.Queue) {
		s.keptBytes -= len(s.kept[old].text)
		s.kept[old] = nil
		old++
	}
	s.kept = append(s.kept[old:], r)
	s.keptBytes += len(r.text)
	return apply
}

// late looks whether the stream takes too long.
func (s *streams) late() {
	s.mu.Lock()
	s.timer = nil
	if len(s.relayed) > 0 {
		wait := directAfter - time.Since(s.relayed[0].at)
		if wait <= 0 && !s.direct {
			s.direct = true
			for _, r := range s.relayed {
				s.bringLocked(r, adapter.Unplaced)
			}
		}
		if !s.direct {
			s.timer = time.AfterFunc(wait, s.late)
		}
	}
	s.mu.Unlock()
	s.apply()
}

// apply applies what has arrived, unless somebody does so now: then that is done by them.
func (s *streams) apply() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.applying {
		return
	}
	s.applying = true
	defer func() { s.applying = false }()
	for len(s.arrivals) > 0 {
		a := s.arrivals[0]
		s.arrivals = s.arrivals[1:]
		s.applyOne(a)
	}
	s.arrivals = nil
}

// applyOne is called with the lock held, and gives it back while it applies.
func (s *streams) applyOne(a arrival) {
	s.mu.Unlock()
	defer s.mu.Lock()
	if a.message.From == s.node.Name {
		s.node.Apply(a.message)
	} else {
		s.node.Receive(a.message)
	}
	if a.id != "" {
		s.mu.Lock()
		s.applied = a.id
		s.mu.Unlock()
	}
}

// Pending implements [adapter.Recoverer].
func (s *streams) Pending() (ops []*adapter.Op) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.relayed {
		if r.applied {
			continue
		}
		if m, err := s.parseText(s.node.Name, node.Broadcast, r.text); err == nil {
			ops = append(ops, &m.Op)
		}
	}
	return ops
}

// unread implements [follower].
func (s *streams) unread() (again func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var before []*relayed
	for _, r := range s.relayed {
		if r.confirmed {
			before = append(before, r)
		}
	}
	return func() { s.again(before) }
}

// gone implements [follower]. Who has read it knows it again.
func (s *streams) gone(common string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.kept {
		if !behind(r.id, common) || time.Since(r.at) > keptFor {
			continue // others have it, or would take it for new
		}
		it := s.item(&node.Message{Type: node.Broadcast, From: s.node.Name}, r.text)
		it.serial, it.done = r.serial, s.lost
		if _, err := s.queue.add(it); err != nil {
			s.tally.lost.Add(1)
		}
	}
	s.kept, s.keptBytes = nil, 0
}

// again publishes once more what Redis has lost after it had confirmed it.
func (s *streams) again(list []*relayed) {
	s.mu.Lock()
	for _, r := range list {
		i := slices.Index(s.relayed, r) // else it was read, or given up
		if i < 0 {
			continue
		}
		r.confirmed = false
		if err := s.queueLocked(r); err != nil {
			s.tally.lost.Add(1)
			s.bringLocked(r, "")
			s.forgetLocked(i)
		}
	}
	s.mu.Unlock()
	s.apply()
}
