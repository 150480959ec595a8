// stream_test.go: answers that are streams, which the documented configurations let through piece by piece.

package proxies

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const piece = "data: a piece of a stream\n\n"

// startStream starts a server whose answer has n pieces, each written when the client has told that it has the one before. The
// answer is in chunks, or tells its length at the beginning: nginx has different ways for the two.
func startStream(t *testing.T, n int, sized bool) (addr string, received chan<- struct{}) {
	t.Helper()
	next := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		if sized {
			w.Header().Set("Content-Length", strconv.Itoa(n*len(piece)))
		}
		for range n {
			_, _ = io.WriteString(w, piece)
			_ = http.NewResponseController(w).Flush()
			select {
			case <-next:
			case <-r.Context().Done():
				return
			}
		}
	}))
	t.Cleanup(s.Close)
	return s.Listener.Addr().String(), next
}

// readStream reads n pieces and returns how long it took.
func readStream(t *testing.T, url string, n int, received chan<- struct{}, patience time.Duration) (time.Duration, error) {
	t.Helper()
	c := &http.Client{Transport: &http.Transport{}, Timeout: patience}
	defer c.CloseIdleConnections()
	start := time.Now()
	r, err := http.NewRequestWithContext(t.Context(), "GET", url+"/socket.io/", nil)
	require.NoError(t, err)
	r.Header.Set("Accept-Encoding", "gzip") // as browsers send
	res, err := c.Do(r)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	got := make([]byte, len(piece))
	for range n {
		if _, err := io.ReadFull(res.Body, got); err != nil {
			return 0, err
		}
		require.Equal(t, piece, string(got))
		received <- struct{}{}
	}
	return time.Since(start), nil
}

// TestStreams passes 25 pieces. haproxy without its option delays each by a fifth of a second, and bare nginx holds them back.
func TestStreams(t *testing.T) {
	needs(t, kinds...)
	t.Parallel()
	const pieces = 25
	recommendedNginx, recommendedHaproxy := recommended(t, "nginx"), recommended(t, "haproxy")
	for _, row := range []struct {
		name, kind, config string
		sized              bool
		held, delayed      bool
	}{
		{name: "recommended, chunks", kind: "nginx", config: recommendedNginx},
		{name: "recommended, sized", kind: "nginx", config: recommendedNginx, sized: true},
		{name: "recommended, where all is compressed", kind: "nginx", config: "gzip_types *;\n" + recommendedNginx},
		{name: "bare, chunks", kind: "nginx", config: bare["nginx"], held: true},
		{name: "bare, sized", kind: "nginx", config: bare["nginx"], sized: true, held: true},
		{name: "recommended, chunks", kind: "haproxy", config: recommendedHaproxy},
		{name: "recommended, sized", kind: "haproxy", config: recommendedHaproxy, sized: true},
		{name: "without its option", kind: "haproxy", delayed: true,
			config: replace(t, recommendedHaproxy, "option http-no-delay", "")},
	} {
		t.Run(row.kind+" "+row.name, func(t *testing.T) {
			t.Parallel()
			addr, received := startStream(t, pieces, row.sized)
			p := startProxy(t, row.kind, row.config, addr)
			if row.held {
				_, err := readStream(t, p.URL(), 1, received, time.Second)
				require.ErrorContains(t, err, "deadline exceeded")
				return
			}
			took, err := readStream(t, p.URL(), pieces, received, 20*time.Second)
			require.NoError(t, err)
			t.Logf("%d pieces one after the other in %v", pieces, took.Round(time.Millisecond))
			require.Equal(t, row.delayed, took > pieces*100*time.Millisecond, "delayed")
		})
	}
}
