// send.go: which topics a message goes to, and what it is called on the way.

package cluster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/everwire/everwire/adapter/internal/node"
	"github.com/everwire/everwire/adapter/internal/wire"
)

const (
	// maxCopies is to how many rooms a broadcast goes by their topics; one to more
	// rooms goes to all nodes.
	maxCopies = 8
	// joining is how long broadcasts to a room go to all nodes after sockets of other
	// nodes were made to join it: those may be the first there, and their nodes do not
	// hear the room's topic yet.
	joining = 2 * time.Second
	// maxJoining is how many such rooms are remembered; for more than that, all
	// broadcasts go to all nodes for a while.
	maxJoining = 1024
	// maxNumbers is of how many topics the messages are numbered at a time.
	maxNumbers = 1 << 16
)

// sender publishes what a node, or an emitter, has to say in one namespace.
type sender struct {
	bus    Bus
	config *Config
	topics topics
	node   *node.Node

	mu      sync.Mutex           // guards what follows
	joined  map[string]time.Time // rooms that others were made to join, and until when that matters
	busy    time.Time            // until when all rooms count as such
	numbers map[string]uint64    // of the last message, by topic
	copies  uint64               // number of the last message that went to several topics
}

func newSender(b Bus, c *Config, n *node.Node) sender {
	return sender{
		bus: b, config: c, node: n, topics: newTopics(c, n.Namespace),
		joined: make(map[string]time.Time), numbers: make(map[string]uint64),
	}
}

// send publishes to all nodes, or to those with members of the rooms.
func (s *sender) send(m *node.Message) (toAll bool, err error) {
	topics := s.plan(m)
	m, packed := packNames(m)
	e, err := s.node.Envelope(m)
	if err != nil {
		return false, err
	}
	if packed {
		e = append(e, wire.Member{Name: "packed", Value: true})
	}
	stamp := s.stamp(topics)
	err = s.publish(append(e, stamp...), topics...)
	if errors.Is(err, errTooLarge) {
		s.skip(stamp, topics)
	}
	return topics[0] == s.topics.all(), err
}

var errTooLarge = errors.New("cluster: message is larger than Config.MaxMessage")

// skip has others not miss what was too large to be published.
func (s *sender) skip(stamp wire.Map, topics []string) {
	e, err := s.node.Envelope(&node.Message{Type: node.Heartbeat, From: s.node.Name})
	if err == nil {
		_ = s.publish(append(e, stamp...), topics...) // or they count one that was none
	}
}

// reply publishes to one node.
func (s *sender) reply(to, m *node.Message) error {
	e, err := s.node.Envelope(m)
	if err != nil {
		return err
	}
	if m.Type == node.Heartbeat {
		e = append(e, wire.Member{Name: "at", Value: int(s.at(s.topics.all()))})
	}
	return s.publish(e, s.topics.node(to.From))
}

// at returns the number of the last message in a topic: who is new counts from there.
func (s *sender) at(topic string) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.numbers[topic]
}

func (s *sender) publish(e wire.Map, topics ...string) error {
	payload, err := wire.Append(nil, e)
	if err != nil {
		return err
	}
	if len(payload) > s.config.MaxMessage {
		return fmt.Errorf("%w: %d bytes", errTooLarge, len(payload))
	}
	var errs []error
	for _, topic := range topics {
		errs = append(errs, s.bus.Publish(context.Background(), topic, payload))
	}
	return errors.Join(errs...)
}

// plan chooses the topics. What changes rooms or ends sockets, and what all have to
// answer, goes to all nodes: a socket that has joined just now must not escape it.
func (s *sender) plan(m *node.Message) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m.Type == node.Join {
		s.joinedLocked(m.Op.Change)
	}
	rooms := m.Op.Rooms
	everybody := []string{s.topics.all()}
	if m.Type != node.Broadcast || m.Request != "" || len(rooms) == 0 || len(rooms) > maxCopies {
		return everybody
	}
	var chosen []string
	for _, room := range rooms {
		if !s.topics.hasRoom(room) || s.isJoiningLocked(room) {
			return everybody
		}
		if topic := s.topics.room(room); !slices.Contains(chosen, topic) {
			chosen = append(chosen, topic)
		}
	}
	return chosen
}

func (s *sender) joinedLocked(rooms []string) {
	now := time.Now()
	if len(s.joined)+len(rooms) > maxJoining {
		s.busy = now.Add(joining)
		clear(s.joined)
		return
	}
	for _, room := range rooms {
		s.joined[room] = now.Add(joining)
	}
}

func (s *sender) isJoiningLocked(room string) bool {
	if len(s.joined) == 0 && s.busy.IsZero() {
		return false
	}
	until, found := s.joined[room]
	now := time.Now()
	if found && now.After(until) {
		delete(s.joined, room)
	}
	return now.Before(until) || now.Before(s.busy)
}

// stamp numbers a message in each of its topics, so that receivers notice when some are
// missing, and gives it one number if it goes to several, so that they take it once.
func (s *sender) stamp(topics []string) wire.Map {
	s.mu.Lock()
	defer s.mu.Unlock()
	numbers := make(wire.List, len(topics))
	for i, topic := range topics {
		if _, known := s.numbers[topic]; !known && len(s.numbers) >= maxNumbers {
			for old := range s.numbers { // any: its next message begins anew
				delete(s.numbers, old)
				break
			}
		}
		s.numbers[topic]++
		numbers[i] = int(s.numbers[topic])
	}
	stamp := wire.Map{{Name: "n", Value: numbers}}
	if len(topics) > 1 {
		s.copies++
		stamp = append(stamp, wire.Member{Name: "copy", Value: int(s.copies)})
	}
	return stamp
}
