// hijack_test.go: whose writers may be gone past.

package downlink

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// wrapped is the writer of a middleware.
type wrapped struct{ http.ResponseWriter }

func (w wrapped) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// passing is one that lets hijackers through.
type passing struct {
	http.ResponseWriter
	http.Hijacker
}

// response has the name of net/http's.
type response struct{ passing }

func TestIsBare(t *testing.T) {
	for _, row := range []struct {
		name  string
		serve func(next http.Handler) http.Handler
		want  bool
	}{
		{"net/http", func(next http.Handler) http.Handler { return next }, true},
		{"one to unwrap", around(func(w http.ResponseWriter) http.ResponseWriter { return wrapped{w} }), false},
		{"one that is hijacked", around(func(w http.ResponseWriter) http.ResponseWriter { return passing{w, w.(http.Hijacker)} }), false},
		{"one of that name", around(func(w http.ResponseWriter) http.ResponseWriter { return &response{passing{w, w.(http.Hijacker)}} }), false},
		{"recorder", around(func(http.ResponseWriter) http.ResponseWriter { return httptest.NewRecorder() }), false},
		{"none", around(func(http.ResponseWriter) http.ResponseWriter { return nil }), false},
		{"timeout", func(next http.Handler) http.Handler { return http.TimeoutHandler(next, time.Minute, "") }, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := make(chan bool, 1)
			ts := httptest.NewServer(row.serve(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { got <- IsBare(w) })))
			defer ts.Close()
			resp, err := http.Get(ts.URL)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			require.Equal(t, row.want, <-got)
		})
	}
}

func around(wrap func(http.ResponseWriter) http.ResponseWriter) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(wrap(w), r) })
	}
}
