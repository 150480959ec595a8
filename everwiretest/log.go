// log.go: what servers and clients log, in the log of the test.

package everwiretest

import (
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Logger returns a logger that writes to the log of the test, for
// [everwire.Config] or slog.SetDefault. A record of level Error or above fails the
// test, unless its line contains one of the expected texts; and so does an expected
// text that was not logged.
func Logger(t testing.TB, expected ...string) *slog.Logger {
	t.Helper()
	j := newJournal(t)
	j.strict, j.expected = true, expected
	return j.logger()
}

// journal is an io.Writer of log lines in the log of a test. It drops what comes
// after the test, for which t would panic.
type journal struct {
	t        testing.TB
	began    time.Time
	strict   bool // errors fail the test
	expected []string

	mu   sync.Mutex // guards what follows, and that nothing is written once it is over
	over bool
	seen []string // of expected
}

func newJournal(t testing.TB) *journal {
	j := &journal{t: t, began: time.Now()}
	t.Cleanup(func() { t.Helper(); j.end() })
	return j
}

// end is the last of the journal. It demands what was expected.
func (j *journal) end() {
	j.t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	j.over = true
	for _, text := range j.expected {
		if !slices.Contains(j.seen, text) {
			j.t.Errorf("everwiretest: no error was logged that contains %q", text)
		}
	}
}

// logger returns a logger whose times count from the journal's beginning.
func (j *journal) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(j, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey && len(groups) == 0 {
				return slog.Duration("at", time.Since(j.began))
			}
			return a
		},
	}))
}

// Write implements io.Writer for one line at a time.
func (j *journal) Write(line []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.over {
		return len(line), nil
	}
	if _, rest, _ := strings.Cut(string(line), " "); j.strict && strings.HasPrefix(rest, "level=ERROR") {
		j.judgeLocked(strings.TrimSpace(string(line)))
	}
	return j.t.Output().Write(line)
}

// judgeLocked decides about an error.
func (j *journal) judgeLocked(line string) {
	expected := false
	for _, text := range j.expected {
		if strings.Contains(line, text) {
			expected = true
			j.seen = append(j.seen, text)
		}
	}
	if !expected {
		j.t.Errorf("everwiretest: an error was logged: %s", line)
	}
}
