// request_test.go: what a client and a server see of requests that are lost, doubled or late.

package sim

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestClass(t *testing.T) {
	for first, want := range map[string]string{
		"":                                    "",
		"\x81\x02hi":                          "",
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n":   "GET /",
		"POST /a?b=c HTTP/1.1\r\n\r\n":        "POST /a",
		"GET /a?x=1&transport=sse HTTP/1.1\r": "GET sse",
		"GET /a?transport=websocket HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n": "websocket",
	} {
		assert.Equal(t, want, class([]byte(first)), first)
		assert.Equal(t, want != "" && want != "websocket", isRequest([]byte(first)), first)
	}
}

// hit is a request that a server has got, or an answer.
type hit struct {
	at   time.Duration
	body string
}

// TestRequests sends one request in each weather.
func TestRequests(t *testing.T) {
	for _, c := range []struct {
		kind    Kind
		weather Weather
		hits    int
		err     error // of the client
		atOnce  bool  // the server has the first at once
	}{
		{LoseAnswer, Weather{Latency: 10 * ms, LoseAnswer: 1}, 1, syscall.ECONNRESET, true},
		{Duplicate, Weather{Latency: 10 * ms, Duplicate: 1, AgainBy: time.Minute, Split: 1}, 2, nil, true},
		{Overtake, Weather{Latency: 10 * ms, Overtake: 1, AgainBy: time.Minute}, 1, syscall.ECONNRESET, false},
	} {
		t.Run(c.kind.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := New(Config{Seed: 1, Weather: c.weather, Until: time.Hour})
				began := time.Now()
				hits, answer, err := ask(t, n)
				assert.Len(t, hits, c.hits)
				for _, h := range hits {
					assert.Equal(t, "question", h.body)
				}
				assert.Equal(t, c.atOnce, hits[0].at < 50*ms, "first hit at %v", hits[0].at)
				if c.hits == 2 {
					assert.Greater(t, hits[1].at, 100*ms)
				}
				if c.err == nil {
					assert.NoError(t, err)
					assert.Equal(t, "answer", answer.body)
				} else {
					assert.ErrorIs(t, err, c.err)
				}
				assert.Equal(t, 1, n.Counts()[c.kind])
				assert.Greater(t, time.Since(began), time.Minute)
			})
		})
	}
}

// TestTheAnswerToEitherRequestIsHad has requests sent twice: the client gets the answer to the first, or to the second.
func TestTheAnswerToEitherRequestIsHad(t *testing.T) {
	first, second := 0, 0
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			n := New(Config{Seed: seed, Weather: Weather{Latency: 10 * ms, Duplicate: 1, AgainBy: time.Minute}, Until: time.Hour})
			hits, answer, err := ask(t, n)
			require.NoError(t, err)
			assert.Equal(t, "answer", answer.body)
			require.Len(t, hits, 2)
			if answer.at < hits[1].at {
				first++
			} else {
				second++
			}
		})
	}
	assert.Greater(t, first, 3)
	assert.Greater(t, second, 3)
}

// TestABufferedRequestIsSentAgainAsItWas has a request be held back before the server gets it, and sends it again.
func TestABufferedRequestIsSentAgainAsItWas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := New(Config{Seed: 1, Weather: Weather{Latency: 10 * ms, Buffer: 1, Reach: 5, Duplicate: 1, AgainBy: time.Second}, Until: time.Hour})
		l := n.Listen("server")
		c, err := n.Dial(t.Context(), "client", "server")
		require.NoError(t, err)
		const request = "GET / HTTP/1.1\r\nHost: server\r\n\r\n"
		send(t, c, request)
		require.NoError(t, c.(*conn).CloseWrite())
		for range 2 {
			s, err := l.Accept()
			require.NoError(t, err)
			got, err := io.ReadAll(s)
			require.NoError(t, err)
			assert.Equal(t, request, string(got))
			require.NoError(t, s.Close())
		}
		require.NoError(t, c.Close())
		require.NoError(t, l.Close())
	})
}

// ask makes one request and returns what the server has got within two minutes.
func ask(t *testing.T, n *Net) (hits []hit, answer hit, err error) {
	t.Helper()
	began := time.Now()
	var mu sync.Mutex // guards hits
	web := &http.Server{
		ErrorLog: log.New(io.Discard, "", 0),
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			assert.NoError(t, err)
			mu.Lock()
			defer mu.Unlock()
			hits = append(hits, hit{time.Since(began), string(body)})
			_, err = io.WriteString(w, "answer")
			assert.NoError(t, err)
		}),
	}
	web.SetKeepAlivesEnabled(false)
	l := n.Listen("server")
	var serving sync.WaitGroup
	// The server's; ends when it is closed.
	serving.Go(func() { assert.ErrorIs(t, web.Serve(l), http.ErrServerClosed) })
	via := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return n.Dial(ctx, "client", "server")
	}}
	answer.body, err = post(via)
	answer.at = time.Since(began)
	pass(2 * time.Minute)
	via.CloseIdleConnections()
	require.NoError(t, web.Close())
	serving.Wait()
	return hits, answer, err
}

func post(via http.RoundTripper) (answer string, err error) {
	res, err := (&http.Client{Transport: via}).Post("http://server/", "text/plain", strings.NewReader("question"))
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return string(b), err
}

// TestAHealedNetworkIsCalm has all faults be over at their time, also those of connections that began before.
func TestAHealedNetworkIsCalm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		storm := Storm()
		storm.Reset, storm.Refuse, storm.Overtake, storm.Reach = 1, 1, 1, 100
		n := New(Config{Seed: 1, Weather: storm, Until: time.Minute})
		l := n.Listen("server")
		early := newLink(n, "client", "server")
		require.True(t, n.accept("server", early))
		send(t, early.ends[client], "x")
		pass(time.Minute)
		before := n.Counts()
		send(t, early.ends[client], strings.Repeat("GET / HTTP/1.1\r\n", 100))
		late, err := n.Dial(t.Context(), "client", "server")
		require.NoError(t, err)
		send(t, late, "GET / HTTP/1.1\r\n\r\n")
		for range 2 {
			c, err := l.Accept()
			require.NoError(t, err)
			require.NoError(t, c.SetReadDeadline(time.Now().Add(time.Second)))
			got, _ := io.ReadAll(c)
			assert.GreaterOrEqual(t, len(got), len("GET / HTTP/1.1\r\n\r\n"))
			require.NoError(t, c.Close())
		}
		assert.Equal(t, before, n.Counts())
		_, _ = early.ends[client].Close(), late.Close()
		require.NoError(t, l.Close())
	})
}
