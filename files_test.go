// files_test.go: the client's files beside the sessions.

package everwire_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
)

func TestClientFiles(t *testing.T) {
	const page = "https://app.example"
	for _, c := range []struct {
		name          string
		config        everwire.Config
		path, origin  string
		status        int
		allowed, vary string
	}{
		{name: "served", path: "/socket.io/socket.io.js", status: 200},
		{name: "under any path", path: "/deep/down/socket.io.min.js?v=1", status: 200},
		{name: "other files", path: "/socket.io/other.js", status: 400},
		{name: "a session", path: "/socket.io/?EIO=4&transport=polling", status: 200},
		{name: "not served", config: everwire.Config{NoClientFiles: true}, path: "/socket.io/socket.io.js", status: 400},
		{name: "page of another origin", path: "/socket.io/socket.io.js", origin: page, status: 200},
		{
			name: "page of an allowed origin", config: everwire.Config{Origins: []string{page}}, path: "/socket.io/socket.io.js",
			origin: page, status: 200, allowed: page, vary: "Origin",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := everwire.New(c.config)
			require.NoError(t, err)
			defer func() { assert.NoError(t, s.Shutdown(t.Context())) }()
			r := httptest.NewRequest(http.MethodGet, "http://own.example"+c.path, nil)
			if c.origin != "" {
				r.Header.Set("Origin", c.origin)
			}
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			assert.Equal(t, c.status, w.Code)
			assert.Equal(t, c.allowed, w.Header().Get("Access-Control-Allow-Origin"))
			if c.vary != "" {
				assert.Contains(t, w.Header().Values("Vary"), c.vary)
			}
		})
	}
}
