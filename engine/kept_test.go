// kept_test.go: what a handshake may have us keep.

package engine_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
)

func TestKeptOfTheHandshake(t *testing.T) {
	w := newWorld(t, engine.Config{})
	header := func(n, size int) func(*http.Request) {
		return func(r *http.Request) {
			for i := range n {
				r.Header.Add("X-"+strconv.Itoa(i), strings.Repeat("v", size))
			}
		}
	}
	host := func(h string) func(*http.Request) { return func(r *http.Request) { r.Host = h } }
	for name, c := range map[string]struct {
		change func(*http.Request)
		status int
	}{
		"many cookies":     {header(1, 16<<10), http.StatusOK},
		"too many headers": {header(1001, 1), http.StatusRequestHeaderFieldsTooLarge},
		"too long headers": {header(5, 16<<10), http.StatusRequestHeaderFieldsTooLarge},
		"long URI":         {func(r *http.Request) { r.RequestURI += strings.Repeat("x", 70_000) }, http.StatusRequestHeaderFieldsTooLarge},
		"host and port":    {host("app.example:8080"), http.StatusOK},
		"IPv6":             {host("[::1]:80"), http.StatusOK},
		"no host":          {host(""), http.StatusOK},
		"half a bracket":   {host("[::1"), http.StatusBadRequest},
		"a path":           {host("app.example/x"), http.StatusBadRequest},
	} {
		require.Equal(t, c.status, w.do(http.MethodGet, handshake, "", c.change).Code, name)
	}
	k := w.open()
	require.Equal(t, "ok", k.post("4x", header(1001, 1)), "of other requests nothing is kept")
}
