// front_test.go: paths, headers, refusals and compression, as the Config has them.

package everwire_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
)

// site serves what mount puts into a mux.
func site(t *testing.T, c everwire.Config, mount func(*http.ServeMux, *everwire.Server)) (url string) {
	t.Helper()
	c.Logger = slog.New(slog.DiscardHandler)
	srv, err := everwire.New(c)
	require.NoError(t, err)
	mux := http.NewServeMux()
	mount(mux, srv)
	web := httptest.NewServer(mux)
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel() // sessions that nobody polls are cut off
		_ = srv.Shutdown(ctx)
		web.Close()
	})
	return web.URL
}

// ask makes a request that is not redirected.
func ask(t *testing.T, url string, header ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res, string(body)
}

func TestTrailingSlash(t *testing.T) {
	with := site(t, everwire.Config{}, func(mux *http.ServeMux, srv *everwire.Server) { mux.Handle("/socket.io/", srv) })
	both := site(t, everwire.Config{}, func(mux *http.ServeMux, srv *everwire.Server) {
		mux.Handle("/socket.io", srv)
		mux.Handle("/socket.io/", srv)
	})
	without := site(t, everwire.Config{}, func(mux *http.ServeMux, srv *everwire.Server) {
		mux.Handle("/socket.io", srv)
	})
	exact := site(t, everwire.Config{}, func(mux *http.ServeMux, srv *everwire.Server) {
		mux.Handle("/socket.io/", srv)
		mux.Handle("/socket.io", http.NotFoundHandler())
	})
	for _, c := range []struct {
		url, path string
		want      int
	}{
		{with, "/socket.io/", 200}, {with, "/socket.io/below/", 200}, {with, "/socket.ioo/", 404},
		{both, "/socket.io/", 200}, {both, "/socket.io", 200}, {both, "/socket.io/below/", 200}, {both, "/", 404},
		{without, "/socket.io/", 404}, {without, "/socket.io", 200},
		{exact, "/socket.io/", 200}, {exact, "/socket.io", 404},
	} {
		res, _ := ask(t, c.url+c.path+"?EIO=4&transport=polling")
		require.Equal(t, c.want, res.StatusCode, c.path)
	}
	res, _ := ask(t, with+"/socket.io?EIO=4&transport=polling")
	require.Equal(t, "/socket.io/?EIO=4&transport=polling", res.Header.Get("Location"), "http.ServeMux redirects")
	ws, _, err := websocket.DefaultDialer.Dial(strings.Replace(both, "http", "ws", 1)+"/socket.io?EIO=4&transport=websocket", nil)
	require.NoError(t, err)
	ws.Close()
}

func TestFrontOptions(t *testing.T) {
	text := strings.Repeat("welcome ", 200)
	url := site(t, everwire.Config{
		Origins:        []string{"https://app.example"},
		CORS:           everwire.CORS{Exposed: []string{"X-Answer"}},
		Cookie:         &http.Cookie{Name: "node", HttpOnly: true},
		NewID:          func(r *http.Request) (string, error) { return r.URL.Query().Get("name"), nil },
		InitialMessage: text,
		Compression:    everwire.Compression{Polling: true, WebSocket: true},
		CheckRequest: func(r *http.Request) error {
			if r.URL.Query().Get("name") == "eve" {
				return errors.New("not you")
			}
			return nil
		},
		ResponseHeader: func(h http.Header, _ *http.Request, opening bool) {
			if opening {
				h.Set("X-Answer", "first")
			}
		},
	}, func(mux *http.ServeMux, srv *everwire.Server) {
		mux.Handle("/socket.io/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Front", "here")
			srv.ServeHTTP(w, r)
		}))
	})
	base := url + "/socket.io/?EIO=4&transport="

	res, body := ask(t, base+"polling&name=ann", "Origin", "https://app.example", "Accept-Encoding", "")
	require.Equal(t, 200, res.StatusCode, body)
	require.True(t, strings.HasPrefix(body, `0{"sid":"ann",`) && strings.HasSuffix(body, "\x1e4"+text), "%q", body)
	require.Equal(t, []string{"first", "here", "node=ann; HttpOnly", "X-Answer"}, []string{res.Header.Get("X-Answer"), res.Header.Get("X-Front"),
		res.Header.Get("Set-Cookie"), res.Header.Get("Access-Control-Expose-Headers")})

	res, _ = ask(t, base+"polling&name=bob", "Accept-Encoding", "gzip")
	require.Equal(t, "gzip", res.Header.Get("Content-Encoding"))

	res, body = ask(t, base+"polling&name=eve")
	require.Equal(t, `{"code":4,"message":"not you"}`, body)
	require.Equal(t, http.StatusForbidden, res.StatusCode)

	deflating := websocket.Dialer{EnableCompression: true}
	ws, res, err := deflating.Dial(strings.Replace(base, "http", "ws", 1)+"websocket&name=cid", nil)
	require.NoError(t, err)
	defer ws.Close()
	require.Contains(t, res.Header.Get("Sec-WebSocket-Extensions"), "permessage-deflate")
	require.Equal(t, []string{"first", "here", "node=cid; HttpOnly"}, []string{res.Header.Get("X-Answer"), res.Header.Get("X-Front"), res.Header.Get("Set-Cookie")})
	_, open, err := ws.ReadMessage()
	require.NoError(t, err)
	require.Contains(t, string(open), `0{"sid":"cid"`)
	_, first, err := ws.ReadMessage()
	require.NoError(t, err)
	require.Equal(t, "4"+text, string(first))
}
