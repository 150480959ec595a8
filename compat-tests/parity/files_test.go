// files_test.go: the client's files.

package parity

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/compat-tests/internal/peer"
)

// clientFile asks a server for a file.
func clientFile(t *testing.T, c everwire.Config, name string, header ...string) peer.Answer {
	t.Helper()
	s := serve(t, c)
	s.Path += name
	return s.Request("GET", "", "", header...)
}

func clientFilesServed(t *testing.T) {
	for _, name := range []string{"socket.io.js", "socket.io.min.js", "socket.io.esm.min.js", "socket.io.msgpack.min.js"} {
		a := clientFile(t, everwire.Config{}, name, "Accept-Encoding", "identity")
		require.Equal(t, http.StatusOK, a.Status, name)
		require.Contains(t, a.Header.Get("Content-Type"), "application/javascript", name)
		require.Contains(t, a.Body, "reconnect_attempt", name)
	}
}

func clientFilesMaps(t *testing.T) {
	a := clientFile(t, everwire.Config{}, "socket.io.min.js.map", "Accept-Encoding", "identity")
	require.Equal(t, http.StatusOK, a.Status)
	require.Contains(t, a.Body, `"mappings"`)
}

func clientFilesETag(t *testing.T) {
	a := clientFile(t, everwire.Config{}, "socket.io.js")
	tag := a.Header.Get("ETag")
	require.NotEmpty(t, tag)
	require.Equal(t, "public, max-age=0", a.Header.Get("Cache-Control"))
	require.Equal(t, http.StatusNotModified, clientFile(t, everwire.Config{}, "socket.io.js", "If-None-Match", tag).Status)
}

func clientFilesEncoding(t *testing.T) {
	for accepted, want := range map[string]string{"br, gzip": "br", "gzip": "gzip", "deflate": "", "identity": ""} {
		a := clientFile(t, everwire.Config{}, "socket.io.esm.min.js", "Accept-Encoding", accepted)
		require.Equal(t, want, a.Header.Get("Content-Encoding"), accepted)
	}
}

func clientFilesCORS(t *testing.T) {
	listed := everwire.Config{Origins: []string{page}}
	require.Equal(t, page, clientFile(t, listed, "socket.io.js", "Origin", page).Header.Get("Access-Control-Allow-Origin"))
	require.Empty(t, clientFile(t, everwire.Config{}, "socket.io.js", "Origin", page).Header.Get("Access-Control-Allow-Origin"))
}
