// attaching_test.go: the server beside the other handlers of its listener, and behind HTTP middlewares.

package wire

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/stretchr/testify/require"
)

func attaching() []row {
	return []row{
		{name: "other paths reach their handlers", check: otherPaths},
		{name: "unknown paths are not ours", check: unknownPaths},
		{name: "an Upgrade on another path ends", check: foreignUpgrade},
		{name: "another path for the server", on: options{Path: "/custom/events"}, check: customPath},
		{name: "an unknown file under the path", check: unknownFile},
		{name: "headers of a middleware over polling", on: options{Front: "pass"}, check: middlewareHeaders},
		{name: "a session behind a middleware, polling, upgrade and websocket", on: options{Front: "pass"}, check: behindMiddleware},
		{name: "a middleware that ends a request", on: options{Front: "503"}, check: middlewareEnds},
		{name: "a middleware that ends an upgrade", on: options{Front: "503"}, check: middlewareEndsUpgrade},
		{name: "the limit of a POST behind a middleware", on: options{Front: "pass", MaxPayload: 1000}, check: tooLargePost(false)},
	}
}

// fetch requests any path.
func (s *server) fetch(path string) answer {
	s.t.Helper()
	resp, err := s.client.Get(s.base() + path)
	require.NoError(s.t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(s.t, err)
	return answer{resp.StatusCode, resp.Header, string(body), nil}
}

func otherPaths(s *server) {
	require.Equal(s.t, "200 other", s.fetch("/other").String())
}

func unknownPaths(s *server) {
	for _, path := range []string{"/", "/nothing", "/socket", "/socketio/?" + newPolling} {
		require.Equal(s.t, http.StatusNotFound, s.fetch(path).status, path)
	}
}

func foreignUpgrade(s *server) {
	s.noUpgrade("/nothing")
}

// noUpgrade asks for a WebSocket that there shall not be: by an answer, or by none.
func (s *server) noUpgrade(path string) {
	s.t.Helper()
	c := s.tcp()
	_, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", path)
	require.NoError(s.t, err)
	b, err := io.ReadAll(c)
	require.NoError(s.t, err, "it goes on")
	require.False(s.t, strings.HasPrefix(string(b), "HTTP/1.1 101"), "%q", b)
}

func customPath(s *server) {
	require.Equal(s.t, "/custom/events/", s.path)
	w := s.pollJoin().upgrade()
	s.alive(w)
	require.Equal(s.t, http.StatusNotFound, s.fetch("/socket.io/?"+newPolling).status)
}

func unknownFile(s *server) {
	for _, file := range []string{"socket.io.js", "nothing.js"} {
		require.Equal(s.t, unknownTransport, s.fetch(s.path+file).String())
	}
}

func middlewareHeaders(s *server) {
	p := s.poll("")
	for _, a := range []answer{s.request("GET", newPolling, ""), p.post("3")} {
		require.Equal(s.t, []string{"first", "second"}, a.header.Values("X-Front"))
	}
}

func behindMiddleware(s *server) {
	p := s.pollJoin()
	s.alive(p)
	s.alive(p.upgrade())
	w := s.websocket("")
	s.enter(w, "/", "")
	s.alive(w)
}

func middlewareEnds(s *server) {
	require.Equal(s.t, "503 ", s.request("GET", newPolling, "").String())
}

func middlewareEndsUpgrade(s *server) {
	s.noUpgrade(s.path + "?" + newWebsocket)
}
