// site_test.go: the pages, the server behind them, and the network between.

package pagelife

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	clientjs "github.com/everwire/everwire/client-js"
	"github.com/everwire/everwire/compat-tests/faultproxy"
)

//go:embed testdata
var testdata embed.FS

// strict is the policy of a page that trusts nothing but its own files.
const strict = "default-src 'none'; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'"

// A site is a server of ours behind a proxy.
type site struct {
	server *everwire.Server
	proxy  *faultproxy.Proxy
	url    string
	down   atomic.Bool // connections are reset
}

func startSite(t *testing.T, config everwire.Config) *site {
	t.Helper()
	config.Logger = slog.New(slog.DiscardHandler)
	server, err := everwire.New(config)
	require.NoError(t, err)
	number(server)
	web := httptest.NewServer(pages(t, server))
	s := &site{server: server}
	s.proxy, err = faultproxy.Listen(faultproxy.Config{
		Target: web.Listener.Addr().String(),
		Plan:   func(*faultproxy.Conn) faultproxy.Faults { return faultproxy.Faults{Refuse: s.down.Load()} },
	})
	require.NoError(t, err)
	s.url = "http://" + s.proxy.Addr()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		assert.NoError(t, server.Shutdown(ctx))
		assert.NoError(t, s.proxy.Close())
		web.Close()
	})
	return s
}

// pages serves the files of testdata, and the server's below /socket.io/.
func pages(t *testing.T, server http.Handler) http.Handler {
	t.Helper()
	folder, err := fs.Sub(testdata, "testdata")
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle("/socket.io/", server)
	mux.Handle("/", http.FileServerFS(folder))
	mux.HandleFunc("/favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("/life", func(w http.ResponseWriter, r *http.Request) { life(w) })
	mux.HandleFunc("/strict", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", strict)
		life(w)
	})
	mux.HandleFunc("/forgetful", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "connect-src http://"+r.Host)
		life(w)
	})
	mux.HandleFunc("/away", func(w http.ResponseWriter, r *http.Request) { page(w, "<title>away</title>") })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !r.URL.Query().Has("EIO") {
			w.Header().Set("Connection", "close") // sessions have connections of their own
		}
		mux.ServeHTTP(w, r)
	})
}

// life is the page that exchanges numbers: see testdata/life.js.
func life(w http.ResponseWriter) {
	const name = "socket.io.min.js"
	page(w, fmt.Sprintf(`<title>life</title><script src="/socket.io/%s" integrity="%s" crossorigin></script><script src="/life.js"></script>`,
		name, clientjs.Integrity(name)))
}

func page(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprint(w, "<!doctype html>"+strings.TrimSpace(body))
}
