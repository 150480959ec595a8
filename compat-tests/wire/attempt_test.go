// attempt_test.go: one attempt at a row, which may fail without failing the test.

package wire

import (
	"fmt"
	"runtime"
	"testing"
)

// maxAttempts is for rows with deadlines: on a busy machine a client may be late itself, which says nothing about the
// server. Each attempt has more time than the one before; what is wrong with a server is wrong in all of them.
const maxAttempts = 3

// attempt is the testing.T of one attempt. Its failures are kept.
type attempt struct {
	*testing.T
	failures []string
}

// Errorf implements require.TestingT.
func (a *attempt) Errorf(format string, args ...any) {
	a.failures = append(a.failures, fmt.Sprintf(format, args...))
}

// FailNow implements require.TestingT: it ends the goroutine of the check.
func (a *attempt) FailNow() { runtime.Goexit() }

// Fatalf ends the attempt.
func (a *attempt) Fatalf(format string, args ...any) {
	a.Errorf(format, args...)
	a.FailNow()
}

// try runs a check and returns what failed.
func (r row) try(t *testing.T, start func(*testing.T, options) *server, sum *summary) []string {
	a := &attempt{T: t}
	s := start(t, r.on)
	s.T, s.sum, s.over = a, sum, r.over
	s.again = func(o options) *server {
		next := start(t, o)
		next.T, next.sum, next.over = a, sum, r.over
		return next
	}
	done := make(chan struct{})
	go func() { // ends with the check, whose waits have deadlines
		defer close(done)
		r.check(s)
	}()
	<-done
	return a.failures
}

// run runs a row.
func (r row) run(t *testing.T, start func(*testing.T, options) *server, sum *summary) {
	for attempts := 1; ; attempts++ {
		failures := r.try(t, start, sum)
		if len(failures) == 0 {
			return
		}
		if !r.on.timed() || r.slow || attempts == maxAttempts {
			for _, f := range failures {
				t.Error(f)
			}
			return
		}
		sum.retry(r.name)
		r.on = r.on.slower()
	}
}
