// ledger_test.go: what became of numbered messages.

package chaos

import (
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// Which messages are special.
const (
	binaryEvery = 10 // has its content as bytes
	callEvery   = 50 // is a call
)

func isBinary(n int) bool { return n%binaryEvery == binaryEvery/2 }
func isCall(n int) bool   { return n%callEvery == callEvery-1 }

// content is what message n carries.
func content(n int) string { return strconv.Itoa(n) + strings.Repeat(".", 80+n%17) }

// A count says how many messages arrived, and how. Distinct are those that arrived at least once.
type count struct {
	Received   int `json:"received"`
	Distinct   int `json:"distinct"`
	Doubled    int `json:"doubled"`
	Disordered int `json:"disordered"`
	Damaged    int `json:"damaged"`
}

func (c count) plus(o count) count {
	return count{
		Received:   c.Received + o.Received,
		Distinct:   c.Distinct + o.Distinct,
		Doubled:    c.Doubled + o.Doubled,
		Disordered: c.Disordered + o.Disordered,
		Damaged:    c.Damaged + o.Damaged,
	}
}

// An arrival is one message that came.
type arrival struct {
	n         int
	at        time.Time
	transport string
}

// A ledger keeps account of the messages that one side gets: 0, 1, 2 and so on, each once. Calls are made on goroutines
// of their own, so that their place in the order is not fixed.
type ledger struct {
	mu      sync.Mutex // guards what follows
	seen    map[int]bool
	highest int
	counted count
	log     []arrival
}

func newLedger() *ledger { return &ledger{seen: map[int]bool{}, highest: -1} }

// take notes a message; one whose content is damaged has not arrived.
func (l *ledger) take(n int, body, transport string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if body != content(n) {
		l.counted.Damaged++
		return
	}
	l.counted.Received++
	if l.seen[n] {
		l.counted.Doubled++
		return
	}
	l.seen[n] = true
	l.counted.Distinct++
	l.log = append(l.log, arrival{n, time.Now(), transport})
	if isCall(n) {
		return
	}
	if n < l.highest {
		l.counted.Disordered++
	}
	l.highest = max(l.highest, n)
}

func (l *ledger) count() count {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.counted
}

// arrivals returns the messages that came first, in the order in which they came.
func (l *ledger) arrivals() []arrival {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.log[:len(l.log):len(l.log)]
}

func TestLedgerSeesWhatIsWrong(t *testing.T) {
	l := newLedger()
	for _, n := range []int{0, 1, 1, 4, 3, 49, 50, 48, 49} {
		l.take(n, content(n), "")
	}
	l.take(5, content(6), "")
	assert.Equal(t, count{Received: 9, Distinct: 7, Doubled: 2, Disordered: 2, Damaged: 1}, l.count())
	var order []int
	for _, a := range l.arrivals() {
		order = append(order, a.n)
	}
	assert.Equal(t, []int{0, 1, 4, 3, 49, 50, 48}, order)
}
