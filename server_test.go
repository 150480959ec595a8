// server_test.go: the server as a whole, over HTTP.

package everwire_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/adapter"
)

func newServer(t *testing.T, c everwire.Config) (*everwire.Server, string) {
	t.Helper()
	c.Logger = slog.New(slog.DiscardHandler)
	srv, err := everwire.New(c)
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle("/socket.io/", srv)
	web := httptest.NewServer(mux)
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel() // sessions that nobody polls are cut off
		_ = srv.Shutdown(ctx)
		web.Close()
	})
	return srv, web.URL
}

// get returns status and body of a request to the server.
func get(t *testing.T, url, query string, header http.Header) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/socket.io/?"+query, nil)
	require.NoError(t, err)
	r.Header = header
	res, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(body)
}

func TestNewChecksItsConfig(t *testing.T) {
	for name, c := range map[string]everwire.Config{
		"transport":    {Transports: []string{"polling", "pigeon"}},
		"CallTimeout":  {CallTimeout: -1},
		"PingInterval": {PingInterval: -1},
		"PingTimeout":  {PingTimeout: -1},
		"MaxPayload":   {MaxPayload: -1},
		"Origins":      {Origins: []string{"app.example"}},
		"Cookie":       {Cookie: &http.Cookie{Name: "a b"}},
		"CORS":         {CORS: everwire.CORS{Status: 404}},
		"Compression":  {Compression: everwire.Compression{Threshold: -1}},
		"adapter":      {Adapter: brokenAdapter{}},
	} {
		_, err := everwire.New(c)
		require.Error(t, err, name)
	}
}

type brokenAdapter struct{}

func (brokenAdapter) Open(string, adapter.Local) (adapter.Adapter, error) {
	return nil, errors.New("unreachable")
}

func TestHandshakeOverHTTP(t *testing.T) {
	srv, url := newServer(t, everwire.Config{PingInterval: 7 * time.Second, MaxPayload: 4096})
	code, body := get(t, url, "EIO=4&transport=polling", nil)
	require.Equal(t, http.StatusOK, code)
	require.Regexp(t, `^0\{"sid":"[\w-]{20,}","upgrades":\["websocket"\],"pingInterval":7000,"pingTimeout":20000,"maxPayload":4096\}$`, body)
	require.Equal(t, 1, srv.Sessions())

	code, body = get(t, url, "EIO=4&transport=pigeon", nil)
	require.Equal(t, http.StatusBadRequest, code)
	require.JSONEq(t, `{"code":0,"message":"Transport unknown"}`, body)

	code, _ = get(t, url, "EIO=4&transport=polling", http.Header{"Origin": {"https://evil.example"}})
	require.Equal(t, http.StatusForbidden, code)
	require.Equal(t, 1, srv.Sessions())
}

func TestConfiguredTransports(t *testing.T) {
	_, url := newServer(t, everwire.Config{Transports: []string{"websocket"}})
	code, _ := get(t, url, "EIO=4&transport=polling", nil)
	require.Equal(t, http.StatusBadRequest, code)
	connect(url, "")

	_, url = newServer(t, everwire.Config{NoUpgrade: true, Origins: []string{"https://app.example"}})
	code, body := get(t, url, "EIO=4&transport=polling", http.Header{"Origin": {"https://app.example"}})
	require.Equal(t, http.StatusOK, code)
	require.Contains(t, body, `"upgrades":[]`)
}

// Events over polling: what one client posts, another one fetches.
func TestPolling(t *testing.T) {
	srv, url := newServer(t, everwire.Config{})
	everwire.On(srv, Chat, func(c *everwire.Ctx, m Message) error { return Chat.Emit(c.Socket().Broadcast(), m) })
	_, body := get(t, url, "EIO=4&transport=polling", nil)
	sid, _, _ := strings.Cut(strings.TrimPrefix(body, `0{"sid":"`), `"`)
	query := "EIO=4&transport=polling&sid=" + sid
	post := func(packets string) {
		res, err := http.Post(url+"/socket.io/?"+query, "text/plain", strings.NewReader(packets))
		require.NoError(t, err)
		res.Body.Close()
		require.Equal(t, http.StatusOK, res.StatusCode)
	}
	post("40")
	_, body = get(t, url, query, nil)
	require.Regexp(t, `^40\{"sid":"[\w-]{20}"\}$`, body)

	ws := connect(url, "")
	post(`42["chat",{"room":"a","text":"ü"}]` + "\x1e" + `42["chat",{"room":"a","text":"2"}]`)
	require.Equal(t, `42["chat",{"room":"a","text":"ü"}]`, ws.next())
	require.Equal(t, `42["chat",{"room":"a","text":"2"}]`, ws.next())
	ws.send(`42["chat",{"room":"b","text":"3"}]`)
	_, body = get(t, url, query, nil)
	require.Equal(t, `42["chat",{"room":"b","text":"3"}]`, body)
}

func TestShutdown(t *testing.T) {
	srv, url := newServer(t, everwire.Config{})
	reasons := make(chan everwire.Reason, 2)
	srv.OnDisconnect(func(c *everwire.Ctx, why everwire.Reason) {
		if err := c.Socket().Emit("e"); !errors.Is(err, everwire.ErrDisconnected) {
			t.Errorf("Emit in OnDisconnect: %v", err)
		}
		reasons <- why
	})
	connected := make(chan bool, 1)
	srv.OnConnect(func(*everwire.Ctx) error { connected <- true; return nil })
	ws := connect(url, "")
	<-connected
	require.NoError(t, srv.Emit("last"))
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			if err := srv.Shutdown(context.Background()); err != nil {
				t.Errorf("Shutdown: %v", err)
			}
		})
	}
	require.Equal(t, `42["last"]`, ws.next())
	_, more := <-ws.got
	require.False(t, more)
	require.Equal(t, everwire.ShuttingDown, <-reasons)
	wg.Wait()
	require.Zero(t, srv.Sessions())
	code, _ := get(t, url, "EIO=4&transport=polling", nil)
	require.Equal(t, http.StatusServiceUnavailable, code)
}
