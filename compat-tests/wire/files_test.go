// files_test.go: the client files that the server serves.

package wire

import (
	"net/http"
	"strings"

	"github.com/stretchr/testify/require"
)

func servedFiles() []row {
	return []row{
		{name: "eight files with type, ETag and Cache-Control", check: eightFiles},
		{name: "Content-Encoding as the client takes it", check: fileEncodings},
		{name: "Content-Encoding for who takes deflate alone", check: fileDeflate},
		{name: "If-None-Match, strong or weak: 304", check: fileNotModified},
		{name: "the query of a file is not looked at", check: fileQuery},
	}
}

// file asks for a file, and takes the answer as it comes.
func (s *server) file(name string, header ...string) *http.Response {
	s.T.Helper()
	r, err := http.NewRequest(http.MethodGet, "http://"+s.Addr+s.Path+name, nil)
	require.NoError(s.T, err)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	t := &http.Transport{DisableCompression: true}
	s.T.Cleanup(t.CloseIdleConnections)
	res, err := t.RoundTrip(r)
	require.NoError(s.T, err)
	require.NoError(s.T, res.Body.Close())
	return res
}

func eightFiles(s *server) {
	for _, name := range []string{"socket.io.js", "socket.io.min.js", "socket.io.esm.min.js", "socket.io.msgpack.min.js"} {
		for suffix, kind := range map[string]string{"": "application/javascript; charset=utf-8", ".map": "application/json; charset=utf-8"} {
			res := s.file(name + suffix)
			require.Equal(s.T, 200, res.StatusCode, name+suffix)
			require.Equal(s.T, kind, res.Header.Get("Content-Type"), name+suffix)
			require.Equal(s.T, "public, max-age=0", res.Header.Get("Cache-Control"))
			require.Regexp(s.T, `^"[^"]+"$`, res.Header.Get("ETag"))
		}
	}
}

func fileEncodings(s *server) {
	for accept, want := range map[string]string{"br": "br", "gzip": "gzip", "identity": ""} {
		require.Equal(s.T, want, s.file("socket.io.js", "Accept-Encoding", accept).Header.Get("Content-Encoding"), accept)
	}
}

func fileDeflate(s *server) {
	encoding := s.file("socket.io.js", "Accept-Encoding", "deflate").Header.Get("Content-Encoding")
	require.Equal(s.T, s.want("a client file for who takes deflate alone"), encoding)
}

func fileNotModified(s *server) {
	etag := strings.TrimPrefix(s.file("socket.io.js").Header.Get("ETag"), "W/")
	for _, match := range []string{etag, "W/" + etag} {
		require.Equal(s.T, 304, s.file("socket.io.js", "If-None-Match", match).StatusCode, match)
	}
	require.Equal(s.T, 200, s.file("socket.io.js", "If-None-Match", `"other"`).StatusCode)
}

func fileQuery(s *server) {
	require.Equal(s.T, 200, s.file("socket.io.js?v=1").StatusCode)
}
