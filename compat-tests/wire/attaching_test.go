// attaching_test.go: the server beside the other handlers of its listener, and behind HTTP middlewares.

package wire

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/internal/peer"
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
func (s *server) fetch(path string) peer.Answer {
	s.T.Helper()
	a := peer.AnswerOf(s.HTTP.Get(s.Base() + path))
	require.NoError(s.T, a.Err)
	return a
}

func otherPaths(s *server) {
	require.Equal(s.T, "200 other", s.fetch("/other").String())
}

func unknownPaths(s *server) {
	for _, path := range []string{"/", "/nothing", "/socket", "/socketio/?" + peer.NewPolling} {
		require.Equal(s.T, http.StatusNotFound, s.fetch(path).Status, path)
	}
}

func foreignUpgrade(s *server) {
	s.noUpgrade("/nothing")
}

// noUpgrade asks for a WebSocket that there shall not be: by an answer, or by none.
func (s *server) noUpgrade(path string) {
	s.T.Helper()
	c := s.TCP()
	_, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", path)
	require.NoError(s.T, err)
	b, err := io.ReadAll(c)
	require.NoError(s.T, err, "it goes on")
	require.False(s.T, strings.HasPrefix(string(b), "HTTP/1.1 101"), "%q", b)
}

func customPath(s *server) {
	require.Equal(s.T, "/custom/events/", s.Path)
	w := s.pollJoin().Upgrade()
	s.alive(w)
	require.Equal(s.T, http.StatusNotFound, s.fetch("/socket.io/?"+peer.NewPolling).Status)
}

func unknownFile(s *server) {
	for _, file := range []string{"socket.io.js", "nothing.js"} {
		require.Equal(s.T, unknownTransport, s.fetch(s.Path+file).String())
	}
}

func middlewareHeaders(s *server) {
	p := s.Poll("")
	for _, a := range []peer.Answer{s.Request("GET", peer.NewPolling, ""), p.Post("3")} {
		require.Equal(s.T, []string{"first", "second"}, a.Header.Values("X-Front"))
	}
}

func behindMiddleware(s *server) {
	p := s.pollJoin()
	s.alive(p)
	s.alive(p.Upgrade())
	w := s.Websocket("")
	s.Enter(w, "/", "")
	s.alive(w)
}

func middlewareEnds(s *server) {
	require.Equal(s.T, "503 ", s.Request("GET", peer.NewPolling, "").String())
}

func middlewareEndsUpgrade(s *server) {
	s.noUpgrade(s.Path + "?" + peer.NewWebsocket)
}
