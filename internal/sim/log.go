// log.go: what happened, counted and in order.

package sim

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Kind is a kind of fault.
type Kind int

// What can strike. Those of pieces are counted once a piece, the others once a connection, request or node.
const (
	Late Kind = iota
	Split
	Merge
	Reset
	Finish
	Freeze
	Swallow
	Buffer
	Idle
	Refuse
	LoseAnswer
	Duplicate
	Overtake
	Pause
	Kinds // how many there are
)

var kindNames = [Kinds]string{"late", "split", "merge", "reset", "finish", "freeze", "swallow", "buffer", "idle cut",
	"refuse", "lost answer", "duplicate", "overtake", "pause"}

func (k Kind) String() string { return kindNames[k] }

// Counts are faults by their kind.
type Counts [Kinds]int

// Event is a fault, bytes that arrived, or a note.
type Event struct {
	At    time.Duration // since the network was made
	Where string        // lane, number of the connection, and direction: "client/ws#3 up"
	What  string
	seq   int // among those of one place; 0 for notes, which come from several goroutines
}

func (e Event) String() string { return fmt.Sprintf("%14v %-28s %s", e.At, e.Where, e.What) }

// journal collects events.
type journal struct {
	began time.Time
	trace bool // also bytes that arrive
	show  int  // so many of them

	mu     sync.Mutex // guards what follows
	counts Counts
	events []Event
	seqs   map[string]int
}

func (j *journal) fault(k Kind, where, format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.counts[k]++
	j.addLocked(where, k.String()+" "+fmt.Sprintf(format, args...))
}

// arrived notes bytes, or an end, if that is wanted.
func (j *journal) arrived(where string, data []byte, end error) {
	if !j.trace {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case end != nil:
		j.addLocked(where, fmt.Sprintf("end: %v", end))
	case j.show > 0:
		j.addLocked(where, fmt.Sprintf("%d bytes %q", len(data), data[:min(j.show, len(data))]))
	default:
		j.addLocked(where, fmt.Sprintf("%d bytes", len(data)))
	}
}

func (j *journal) addLocked(where, what string) {
	j.seqs[where]++
	j.events = append(j.events, Event{time.Since(j.began), where, strings.TrimSpace(what), j.seqs[where]})
}

// sorted returns the events by time. Within one instant the order in which they were noted depends on the scheduler.
func (j *journal) sorted() []Event {
	j.mu.Lock()
	defer j.mu.Unlock()
	events := slices.Clone(j.events)
	slices.SortFunc(events, func(a, b Event) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Where, b.Where), cmp.Compare(a.seq, b.seq), cmp.Compare(a.What, b.What))
	})
	return events
}

func (j *journal) get() Counts {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.counts
}
