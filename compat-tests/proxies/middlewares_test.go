// middlewares_test.go: compression beside our path, as docs/proxies.md has it.

package proxies

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/gin-contrib/gzip"
	"github.com/gin-gonic/gin"
	"github.com/klauspost/compress/gzhttp"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/ginmount"
)

// inGinBesideGzip compresses what Gin serves, but for our path.
func inGinBesideGzip(srv *everwire.Server) *gin.Engine {
	router := gin.New()
	router.Use(gzip.Gzip(gzip.DefaultCompression, gzip.WithExcludedPaths([]string{"/socket.io/"})))
	ginmount.Mount(router, "/socket.io", srv)
	return router
}

// besideGzip compresses the pages, but for our path.
func besideGzip(srv *everwire.Server, pages http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", gzhttp.GzipHandler(pages))
	mux.Handle("/socket.io/", srv)
	return mux
}

// page is worth to be compressed.
var page = strings.Repeat("a page ", 1000)

// TestDocumentedMiddlewares holds the functions above and docs/proxies.md together. What they do to streams is in the table of
// TestStreamMounts; here is that they compress pages.
func TestDocumentedMiddlewares(t *testing.T) {
	block := documented(t, "go", "// inGinBesideGzip compresses what Gin serves, but for our path.")
	source, err := os.ReadFile("middlewares_test.go")
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(string(source), "\n"+block), "docs/proxies.md has other middlewares")

	server, err := everwire.New(everwire.Config{})
	require.NoError(t, err)
	router := inGinBesideGzip(server)
	router.GET("/", func(c *gin.Context) { c.String(http.StatusOK, page) })
	for name, handler := range map[string]http.Handler{"Gin": router, "net/http": besideGzip(server, servePage)} {
		t.Run(name, func(t *testing.T) {
			web := httptest.NewServer(handler)
			defer web.Close()
			res, err := http.Get(web.URL)
			require.NoError(t, err)
			require.NoError(t, res.Body.Close())
			require.True(t, res.Uncompressed)
		})
	}
}

var servePage = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(page)) })
