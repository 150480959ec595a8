// ginmount_test.go: which requests of a router reach what is mounted.

package ginmount_test

import (
	"bufio"
	"bytes"
	"context"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/ginmount"
)

func newRouter() *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	return gin.New()
}

func TestMountedPaths(t *testing.T) {
	seen := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Seen", r.Method+" "+r.URL.RequestURI())
		w.WriteHeader(http.StatusTeapot)
	})
	for _, mounted := range []string{"/socket.io", "/socket.io/"} {
		router := newRouter()
		ginmount.Mount(router, mounted, seen)
		router.GET("/", func(c *gin.Context) { c.String(http.StatusOK, "home") })
		do := func(method, path string) *http.Response {
			w := httptest.NewRecorder()
			router.ServeHTTP(w, httptest.NewRequest(method, path, nil))
			return w.Result()
		}
		for _, method := range []string{"GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"} {
			res := do(method, "/socket.io/?EIO=4&x=a%20b")
			require.Equal(t, http.StatusTeapot, res.StatusCode, method)
			require.Equal(t, method+" /socket.io/?EIO=4&x=a%20b", res.Header.Get("Seen"))
		}
		require.Equal(t, http.StatusTeapot, do("GET", "/socket.io/socket.io.js").StatusCode)
		require.Equal(t, "POST /socket.io?EIO=4", do("POST", "/socket.io?EIO=4").Header.Get("Seen"), "without the slash")
		require.Equal(t, http.StatusOK, do("GET", "/").StatusCode)
		require.Equal(t, http.StatusNotFound, do("GET", "/other").StatusCode)
	}
}

// The whole router, and a path with its slash alone, as Mount's comment has it.
func TestOtherMounts(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusTeapot) })
	whole := newRouter()
	ginmount.Mount(whole, "/", h)
	strict := newRouter()
	strict.RedirectTrailingSlash = false
	strict.Any("/socket.io/*any", gin.WrapH(h))
	for _, c := range []struct {
		router *gin.Engine
		path   string
		status int
	}{
		{whole, "/", http.StatusTeapot}, {whole, "/any/thing", http.StatusTeapot},
		{strict, "/socket.io/?EIO=4", http.StatusTeapot}, {strict, "/socket.io?EIO=4", http.StatusNotFound},
	} {
		w := httptest.NewRecorder()
		c.router.ServeHTTP(w, httptest.NewRequest(http.MethodGet, c.path, nil))
		require.Equal(t, c.status, w.Code, c.path)
	}
}

func TestMountInGroup(t *testing.T) {
	router := newRouter()
	var order []string
	group := router.Group("/api", func(c *gin.Context) {
		order = append(order, "middleware")
		if c.Query("refuse") != "" {
			c.AbortWithStatus(http.StatusTeapot)
		}
	})
	ginmount.Mount(group, "/live", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { order = append(order, "handler") }))
	for _, query := range []string{"", "?refuse=1"} {
		router.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/api/live/"+query, nil))
	}
	require.Equal(t, []string{"middleware", "handler", "middleware"}, order)
}

// A session over WebSocket and one over polling, behind a recovering and logging router.
func TestSessions(t *testing.T) {
	srv, err := everwire.New(everwire.Config{})
	require.NoError(t, err)
	everwire.On(srv, everwire.Event[string]("say"), func(c *everwire.Ctx, text string) error { return srv.Emit("said", text) })
	router := newRouter()
	router.Use(gin.Recovery(), func(c *gin.Context) { c.Header("X-Front", "gin") })
	ginmount.Mount(router, "/socket.io", srv)
	web := httptest.NewServer(router)
	defer web.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer srv.Shutdown(ctx)
	defer cancel() // sessions that nobody polls are cut off

	url := web.URL + "/socket.io/?EIO=4&transport="
	res, err := http.Get(url + "polling")
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusOK, res.StatusCode)

	require.Equal(t, "gin", res.Header.Get("X-Front"))

	ws, res, err := websocket.DefaultDialer.Dial(strings.Replace(url, "http", "ws", 1)+"websocket", nil)
	require.NoError(t, err)
	require.Equal(t, "gin", res.Header.Get("X-Front"), "in the 101 too")
	defer ws.Close()
	next := func() string {
		_, data, err := ws.ReadMessage()
		require.NoError(t, err)
		return string(data)
	}
	require.Contains(t, next(), `0{"sid":`)
	require.NoError(t, ws.WriteMessage(websocket.TextMessage, []byte("40")))
	require.Contains(t, next(), `40{"sid":`)
	require.NoError(t, ws.WriteMessage(websocket.TextMessage, []byte(`42["say","hi"]`)))
	require.Equal(t, `42["said","hi"]`, next())
}

// writer is that of a middleware.
type writer struct{ gin.ResponseWriter }

func (w writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// The connection of a stream is taken over through Gin's own writer, whose headers are in
// the answer, and which has nothing to say to that; through another one it is not.
func TestStreams(t *testing.T) {
	for name, taken := range map[string]bool{"own writer": true, "writer of a middleware": false} {
		t.Run(name, func(t *testing.T) {
			srv, err := everwire.New(everwire.Config{})
			require.NoError(t, err)
			router := newRouter()
			router.Use(gin.Recovery(), func(c *gin.Context) {
				c.Header("X-Front", "gin")
				if !taken {
					c.Writer = writer{c.Writer}
				}
			})
			ginmount.Mount(router, "/socket.io", srv)
			var hijacked atomic.Bool
			var said bytes.Buffer
			web := httptest.NewUnstartedServer(router)
			web.Config.ErrorLog = log.New(&said, "", 0)
			web.Config.ConnState = func(_ net.Conn, state http.ConnState) {
				if state == http.StateHijacked {
					hijacked.Store(true)
				}
			}
			web.Start()
			res, err := http.Get(web.URL + "/socket.io/?EIO=4&transport=sse")
			require.NoError(t, err)
			defer res.Body.Close()
			require.Equal(t, "gin", res.Header.Get("X-Front"))
			lines := bufio.NewScanner(res.Body)
			require.True(t, lines.Scan())
			require.Equal(t, "id: 0", lines.Text())
			go srv.Shutdown(context.Background()) // ends with the stream
			for lines.Scan() {
			}
			require.NoError(t, lines.Err(), "the stream does not end as it should")
			web.Close()
			require.Equal(t, taken, hijacked.Load())
			require.Empty(t, said.String())
		})
	}
}
