// ledger_test.go: what became of numbered events, and whether the client was told.

package recovery

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// A ledger takes what happens to a client that is sent the numbers 0, 1, 2 and so on.
type ledger struct {
	received   int // each once
	doubled    int
	disordered int // an earlier one had not come before
	damaged    int
	told       int // lost where the client connected anew, without being recovered
	silent     int // lost elsewhere
	connects   int
	recovered  int

	seen    map[int]bool
	next    int // that should come
	renewed bool
	gaps    []string // lost in silence
}

func (l *ledger) take(h happening) {
	switch {
	case h.At == "connect":
		l.connects++
		if h.Recovered {
			l.recovered++
		}
		l.renewed = l.renewed || !h.Recovered
	case h.At == "event" && h.Args[0] == "message":
		l.event(h)
	}
}

func (l *ledger) event(h happening) {
	number, _ := h.Args[1].(float64)
	n := int(number)
	if len(h.Args) < 3 || text(h.Args[2], n) != content(n) {
		l.damaged++
		return
	}
	switch {
	case l.seen[n]:
		l.doubled++
		return
	case n < l.next:
		l.disordered++
	default:
		l.lose(n)
	}
	if l.seen == nil {
		l.seen = map[int]bool{}
	}
	l.seen[n] = true
	l.received++
	l.renewed = false
}

// lose counts what should have come before n.
func (l *ledger) lose(n int) {
	switch {
	case n == l.next:
	case l.renewed:
		l.told += n - l.next
	default:
		l.silent += n - l.next
		l.gaps = append(l.gaps, fmt.Sprintf("%d to %d after connect %d", l.next, n-1, l.connects))
	}
	l.next = n + 1
}

// end counts what should have come, after so many were sent.
func (l *ledger) end(sent int) {
	if sent > l.next {
		l.lose(sent)
	}
}

// text is the content of event n, which is bytes now and then.
func text(arg any, n int) string {
	if object, ok := arg.(map[string]any); ok && n%10 == 5 {
		arg = object["bytes"]
	}
	s, _ := arg.(string)
	return s
}

func TestLedger(t *testing.T) {
	var l ledger
	connect := func(recovered bool) { l.take(happening{At: "connect", Recovered: recovered}) }
	events := func(list ...int) {
		for _, n := range list {
			var arg any = content(n)
			if n%10 == 5 {
				arg = map[string]any{"bytes": content(n)}
			}
			l.take(happening{At: "event", Args: []any{"message", float64(n), arg}})
		}
	}
	connect(false)
	events(0, 1, 1, 4, 3, 5)
	connect(true)
	events(6)
	connect(false)
	connect(true)
	events(10, 12)
	l.take(happening{At: "event", Args: []any{"message", float64(13), content(14)}})
	l.take(happening{At: "disconnect"})
	l.end(15)
	l.seen, l.gaps = nil, nil
	want := ledger{received: 8, doubled: 1, disordered: 1, damaged: 1, told: 3, silent: 2 + 1 + 2, connects: 4, recovered: 2, next: 16}
	assert.Equal(t, want, l)
}
