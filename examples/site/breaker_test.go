// breaker_test.go: who asks for it is cut off, and nobody else.

package site

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// newNetwork serves a Breaker in front of a handler whose answers wait for the test, if
// they are asked to.
func newNetwork(t *testing.T) (url string, waiting chan string) {
	waiting = make(chan string)
	server := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("wait") {
			waiting <- r.URL.Query().Get("wire")
			<-r.Context().Done()
			return
		}
		fmt.Fprint(w, "through")
	})
	web := httptest.NewUnstartedServer(Breakable(server))
	web.Config.ConnContext = withLine
	web.Listener = lines{web.Listener}
	web.Start()
	t.Cleanup(web.Close)
	return web.URL, waiting
}

func get(url string) error {
	res, err := http.Get(url)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, err = io.ReadAll(res.Body)
	return err
}

func post(t *testing.T, url string) int {
	t.Helper()
	res, err := http.Post(url, "", nil)
	require.NoError(t, err)
	res.Body.Close()
	return res.StatusCode
}

func TestCutEndsTheConnectionsOfOneVisitor(t *testing.T) {
	url, waiting := newNetwork(t)
	ends := map[string]chan error{"ann": make(chan error, 1), "ben": make(chan error, 1)}
	for name, end := range ends {
		go func() { end <- get(url + "/?wait&transport=polling&wire=" + name) }() // ends with the network
		<-waiting
	}
	require.Equal(t, http.StatusNoContent, post(t, url+"/break?do=cut&wire=ann"))
	require.Error(t, <-ends["ann"])
	assert.Empty(t, ends["ben"])
	assert.NoError(t, get(url+"/?transport=polling&wire=ann"), "afterwards")
	require.Equal(t, http.StatusNoContent, post(t, url+"/break?do=cut&wire=ben"))
	require.Error(t, <-ends["ben"])
}

func TestOutageAndBlockLastUntilMended(t *testing.T) {
	url, _ := newNetwork(t)
	for do, cases := range map[string]struct{ polling, sse bool }{
		"outage":                  {polling: true, sse: true},
		"block&transport=polling": {polling: true},
		"mend":                    {},
	} {
		require.Equal(t, http.StatusNoContent, post(t, url+"/break?wire=ann&do="+do))
		assert.Equal(t, cases.polling, get(url+"/?wire=ann&transport=polling") != nil, do)
		assert.Equal(t, cases.sse, get(url+"/?wire=ann&transport=sse") != nil, do)
		assert.NoError(t, get(url+"/?wire=ben&transport=polling"), "somebody else")
		assert.NoError(t, get(url+"/?transport=polling"), "without a name")
		require.Equal(t, http.StatusNoContent, post(t, url+"/break?do=mend&wire=ann"))
		assert.NoError(t, get(url+"/?wire=ann&transport=polling"), "mended")
	}
	assert.Equal(t, http.StatusBadRequest, post(t, url+"/break?wire=ann&do=harm"))
}

func TestBreakerRemembersNoMoreThanItMust(t *testing.T) {
	b := Breakable(http.NotFoundHandler())
	for i := range 2 * maxVisitors {
		near, far := net.Pipe()
		t.Cleanup(func() { near.Close(); far.Close() })
		for range 2 * maxConns {
			assert.True(t, b.enter(fmt.Sprint(i), "websocket", &line{Conn: near}))
		}
		assert.Len(t, b.visitors[fmt.Sprint(i)].conns, maxConns)
	}
	assert.LessOrEqual(t, len(b.visitors), maxVisitors)
	near, far := net.Pipe()
	defer far.Close()
	poll := &line{Conn: near}
	require.True(t, b.enter("polls", "polling", poll))
	b.exit("polls", poll)
	assert.Empty(t, b.visitors["polls"].conns, "what was answered is nobody's")
}

func TestServeEndsInOrder(t *testing.T) {
	ln, err := net.Listen("tcp", "localhost:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	app := &openEnded{gone: make(chan struct{}), asked: make(chan struct{})}
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, ln, app) }()                         // ends with ctx
	go func() { assert.NoError(t, get("http://"+ln.Addr().String())) }() // ends with the answer
	<-app.asked
	stop()
	assert.NoError(t, <-ended, "the app is shut down first, else its open request would hold the end up")
}

// openEnded answers when it is shut down.
type openEnded struct{ asked, gone chan struct{} }

func (o *openEnded) ServeHTTP(http.ResponseWriter, *http.Request) {
	close(o.asked)
	<-o.gone
}

func (o *openEnded) Shutdown(context.Context) error {
	close(o.gone)
	return nil
}
