// leak.go: goroutines that a server has left behind.

package everwiretest

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"runtime/pprof"
	"strings"
	"sync/atomic"
	"testing"
)

// A mark is a profiler label. Goroutines inherit it from who starts them, so that
// those of one server are known among those of parallel tests.
type mark string

const label = "everwiretest"

var marks atomic.Int64 // made so far

func newMark(t testing.TB) mark { return mark(fmt.Sprintf("%s %d", t.Name(), marks.Add(1))) }

// do has f start goroutines that have the mark.
func (m mark) do(f func()) {
	pprof.Do(context.Background(), pprof.Labels(label, string(m)), func(context.Context) { f() })
}

// own are the packages whose goroutines have to end. What an application has
// started in a handler is its own business.
var own = regexp.MustCompile(`everwire/everwire/(engine|namespace|transport)\b|net/http\.\(\*(conn|Server)\)`)

// wheel is the engine's clock, which ends a tick or two after its last session. Only
// in a bubble, whose time stands still after the test, is it waited for.
const wheel = "engine.(*wheel).run"

// left returns the stacks of own goroutines with the mark.
func (m mark) left() (stacks []string) {
	var all bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&all, 1); err != nil {
		return []string{err.Error()}
	}
	for stack := range strings.SplitSeq(all.String(), "\n\n") {
		marked := strings.Contains(stack, fmt.Sprintf("%q:%q", label, string(m)))
		ending := strings.Contains(stack, wheel) && !inBubble()
		if marked && own.MatchString(stack) && !ending {
			stacks = append(stacks, readable(stack))
		}
	}
	return stacks
}

// address is what stands before the name of a function.
var address = regexp.MustCompile(`(?m)^#\t0x[0-9a-f]+\t`)

func readable(stack string) string {
	var lines []string
	for line := range strings.Lines(stack) {
		if address.MatchString(line) {
			lines = append(lines, strings.Join(strings.Fields(address.ReplaceAllString(line, "")), " "))
		}
	}
	return strings.Join(lines, "\n\t")
}

// check waits until no goroutine is left.
func (m mark) check(t testing.TB) {
	t.Helper()
	var left []string
	if eventually(func() bool { left = m.left(); return len(left) == 0 }) {
		return
	}
	t.Errorf("everwiretest: %d stacks of the server's goroutines are left after %v: a handler has not returned, or the server "+
		"in a router was not shut down\n\n\t%s", len(left), wait(), strings.Join(left, "\n\n\t"))
}
