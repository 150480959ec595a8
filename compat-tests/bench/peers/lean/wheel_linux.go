// wheel_linux.go: heartbeats, and a clock that costs a load.

package main

import (
	"sync"
	"sync/atomic"
	"time"
)

// slot is the clients whose heartbeats are due together.
type slot struct {
	mu      sync.Mutex // guards clients and their slotPos
	clients []*client
}

var (
	wheel     [64]slot
	hand      atomic.Uint32
	pingFrame = frame(opText, []byte("2"))
	coarseNow atomic.Int64 // Unix time in ns, some ticks of the wheel old at most
)

// turnWheel pings one slot a tick, and closes the connections in it that have been silent for too long.
func turnWheel() {
	clock := time.Tick(100 * time.Millisecond)
	tick := time.Tick(pingInterval / time.Duration(len(wheel)))
	for {
		select {
		case now := <-clock:
			coarseNow.Store(now.UnixNano())
		case now := <-tick:
			wheel[hand.Add(1)%uint32(len(wheel))].ping(now.Add(-pingInterval - pingTimeout).UnixNano())
		}
	}
}

func (s *slot) ping(oldest int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.clients {
		if c.seen.Load() < oldest {
			_ = c.socket.Close() // its reader ends
			continue
		}
		c.add(pingFrame)
		c.flush()
	}
}

func wheelAdd(c *client) {
	c.slot = uint16(hand.Load() % uint32(len(wheel)))
	s := &wheel[c.slot]
	s.mu.Lock()
	defer s.mu.Unlock()
	c.slotPos = int32(len(s.clients))
	s.clients = append(s.clients, c)
}

func wheelRemove(c *client) {
	s := &wheel[c.slot]
	s.mu.Lock()
	defer s.mu.Unlock()
	last := len(s.clients) - 1
	s.clients[c.slotPos] = s.clients[last]
	s.clients[c.slotPos].slotPos = c.slotPos
	s.clients[last] = nil
	s.clients = s.clients[:last]
}
