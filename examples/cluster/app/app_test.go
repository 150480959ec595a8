// app_test.go: three processes behind the proxy, of which one is killed.

package app

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/client"
	"github.com/everwire/everwire/everwiretest"
	"github.com/everwire/everwire/examples/site/sitetest"
)

func TestMain(m *testing.M) {
	ServeIfNode()
	os.Exit(m.Run())
}

func newCluster(t *testing.T) *App {
	t.Setenv("REDIS_URL", "")
	app, err := New()
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		assert.NoError(t, app.Shutdown(ctx))
		assert.NoError(t, app.Shutdown(ctx), "a second time")
		for _, n := range app.state().Nodes {
			assert.Equal(t, down, n.Status)
		}
	})
	return app
}

// order is what a button of the page does.
func order(app *App, name, do string, header ...string) (int, ClusterState) {
	r := httptest.NewRequest(http.MethodPost, "/nodes/"+name+"/"+do, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	app.ServeHTTP(w, r)
	var s ClusterState
	_ = json.Unmarshal(w.Body.Bytes(), &s) // what is no state is a refusal
	return w.Code, s
}

// statuses returns those of the nodes, in their order.
func statuses(s ClusterState) string {
	var all []string
	for _, n := range s.Nodes {
		all = append(all, n.Status)
	}
	return strings.Join(all, " ")
}

// A visitor is a page without a browser.
type visitor struct {
	*client.Client
	homes chan string
	told  *everwiretest.Inbox[Message]
	state *everwiretest.Inbox[ClusterState]
}

func visit(t *testing.T, url, id string) *visitor {
	c, err := client.New(url+"?wire="+id, client.Options{Auth: Hello{ID: id, Name: id}})
	require.NoError(t, err)
	v := &visitor{Client: c, homes: make(chan string, 100), told: everwiretest.Collect(c, Told), state: everwiretest.Collect(c, State)}
	client.On(c, Welcome, func(_ context.Context, h Home) error {
		v.homes <- h.Node
		return nil
	})
	require.NoError(t, c.Connect(t.Context()))
	t.Cleanup(func() { _ = c.Close(context.Background()) }) // its node may be gone
	return v
}

// visitElsewhere returns a visitor whose session is on another node than that one.
func visitElsewhere(t *testing.T, url, id, home string) (*visitor, string) {
	for {
		v := visit(t, url, id)
		if at := <-v.homes; at != home {
			return v, at
		}
		require.NoError(t, v.Close(t.Context()))
	}
}

func (v *visitor) post(t *testing.T, n int64, text string) {
	t.Helper()
	_, err := Post.Call(t.Context(), v, Draft{n, text})
	require.NoError(t, err)
}

func (v *visitor) hears(t *testing.T, author string, n int64) {
	t.Helper()
	got := v.told.Next(t)
	assert.Equal(t, author, got.Author)
	assert.Equal(t, n, got.N)
}

func TestKilledNode(t *testing.T) {
	app := newCluster(t)
	sitetest.Page(t, app)
	web := httptest.NewServer(app)
	t.Cleanup(web.Close)

	ann := visit(t, web.URL, "ann")
	doomed := <-ann.homes
	ben, other := visitElsewhere(t, web.URL, "ben", doomed)
	ann.post(t, 1, "one")
	ben.post(t, 1, "eins")
	for _, v := range []*visitor{ann, ben} {
		v.hears(t, "ann", 1)
		v.hears(t, "ben", 1)
	}
	ben.state.Await(t, func(s ClusterState) bool {
		return len(s.Tabs) == 2 && s.Tabs[0].Session == doomed && s.Tabs[1].Session == other && s.Tabs[0].Through != "" && s.Tabs[1].Over == client.WebSocket
	})

	code, _ := order(app, doomed, "start")
	assert.Equal(t, http.StatusConflict, code)
	code, s := order(app, doomed, "kill")
	require.Equal(t, http.StatusOK, code)
	assert.Contains(t, statuses(s), down)
	code, _ = order(app, doomed, "kill")
	assert.Equal(t, http.StatusConflict, code)
	require.NotNil(t, s.Tabs)
	assert.Len(t, s.Tabs, 2, "whose session is gone is shown where it was")

	ben.post(t, 2, "zwei")
	ben.hears(t, "ben", 2)
	assert.NotEqual(t, doomed, <-ann.homes, "ann has a new session, on a node that is up")
	missed, err := CatchUp.Call(t.Context(), ann, Seen{Authors: map[string]int64{"ann": 1, "ben": 1}})
	require.NoError(t, err)
	require.Len(t, missed.Messages, 1)
	assert.Equal(t, "zwei", missed.Messages[0].Text)
	ann.post(t, 2, "two")
	ben.hears(t, "ann", 2)
	assert.Empty(t, ben.homes, "ben has the same session")

	code, _ = order(app, doomed, "start")
	require.Equal(t, http.StatusOK, code)
	ben.state.Await(t, func(s ClusterState) bool { return statuses(s) == "up up up" })
	var late *visitor
	for home := ""; home != doomed; home = <-late.homes {
		late = visit(t, web.URL, "late")
	}
	missed, err = CatchUp.Call(t.Context(), late, Seen{New: true})
	require.NoError(t, err)
	assert.Len(t, missed.Messages, 4, "the new process has what the other nodes keep")
}

func TestOrdersAreRefused(t *testing.T) {
	app := &App{Handler: nil, changed: make(chan struct{}, 1)}
	app.fleet = newFleet("secret", "", app.change)
	app.proxy = &proxy{fleet: app.fleet}
	app.Handler = app.routes()
	for _, c := range []struct {
		name, do string
		code     int
	}{
		{"D", "kill", http.StatusNotFound},
		{"D", "start", http.StatusNotFound},
		{"A", "stop", http.StatusNotFound},
		{"A", "kill", http.StatusConflict},
	} {
		code, _ := order(app, c.name, c.do)
		assert.Equal(t, c.code, code, "%s %s", c.do, c.name)
	}
	code, _ := order(app, "A", "kill", "Sec-Fetch-Site", "cross-site")
	assert.Equal(t, http.StatusForbidden, code)

	w := httptest.NewRecorder()
	app.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/socket.io/?EIO=4&transport=polling", nil))
	assert.Equal(t, http.StatusServiceUnavailable, w.Code, "no node is up")
	w = httptest.NewRecorder()
	app.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/socket.io/socket.io.min.js", nil))
	assert.Equal(t, http.StatusOK, w.Code, "the page works")
}

func TestNodeSaysWhyItDoesNotStart(t *testing.T) {
	t.Setenv("REDIS_URL", "nonsense://")
	_, err := New()
	require.ErrorContains(t, err, "REDIS_URL")
}

func TestNodeEndsWithItsParent(t *testing.T) {
	app := newCluster(t)
	var all []*run
	app.fleet.each(func(n *node) { all = append(all, n.run) })
	for _, r := range all {
		require.NoError(t, r.in.Close(), "as the system does when this process is killed")
	}
	for _, r := range all {
		<-r.done
		assert.True(t, r.cmd.ProcessState.Success())
	}
}
