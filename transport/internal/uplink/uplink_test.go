// uplink_test.go: how long a body may take.

package uplink

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// line brings so many bytes a second, until the deadline.
type line struct {
	httptest.ResponseRecorder
	left, perSecond int
	deadline        time.Time
}

func (l *line) SetReadDeadline(t time.Time) error { l.deadline = t; return nil }

func (l *line) Read(p []byte) (int, error) {
	if l.left == 0 {
		return 0, io.EOF
	}
	time.Sleep(time.Second)
	if time.Now().After(l.deadline) {
		return 0, os.ErrDeadlineExceeded
	}
	n := min(l.left, l.perSecond, len(p))
	l.left -= n
	return n, nil
}

func TestPatience(t *testing.T) {
	for _, c := range []struct {
		size, perSecond int
		ends            time.Duration // 0: it comes whole
	}{
		{900_000, 20_000, 0},
		{100_000, 9_000, 0},
		{900_000, 1, 10 * time.Second},
		{900_000, 8_000, 20 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := &line{left: c.size, perSecond: c.perSecond}
			r := &http.Request{Method: http.MethodPost, ContentLength: int64(c.size), Body: io.NopCloser(l)}
			start := time.Now()
			wait := patience{http.NewResponseController(l), start}
			wait.extend(0)
			b, err := readBody(nil, r, 1_000_000, wait.extend)
			if c.ends == 0 {
				require.NoError(t, err)
				require.Len(t, b, c.size)
				return
			}
			require.True(t, errors.Is(err, errTimeout), "%v", err)
			require.InDelta(t, c.ends.Seconds(), time.Since(start).Seconds(), 4)
		})
	}
}
