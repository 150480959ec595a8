// app_test.go: the page is whole, and the endpoints take what they should.

package app

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/examples/site/sitetest"
)

func openApp(t *testing.T) *App {
	t.Helper()
	app, err := New()
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, app.Shutdown(context.Background())) })
	return app
}

func TestPage(t *testing.T) { sitetest.Page(t, openApp(t)) }

// post posts JSON, or a string as it is.
func post(t *testing.T, h http.Handler, path, token string, body any) *httptest.ResponseRecorder {
	t.Helper()
	text, ok := body.(string)
	if !ok {
		made, err := json.Marshal(body)
		require.NoError(t, err)
		text = string(made)
	}
	r := httptest.NewRequest(http.MethodPost, path, bytes.NewReader([]byte(text)))
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func login(t *testing.T, h http.Handler, user string) string {
	t.Helper()
	w := post(t, h, "/api/login", "", Login{user})
	require.Equal(t, http.StatusOK, w.Code, w.Body)
	var g Grant
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &g))
	return g.Token
}

func TestRefusals(t *testing.T) {
	app := openApp(t)
	token := login(t, app, "ann")
	forged := login(t, openApp(t), "ann") // signed with the key of another start
	fine := Draft{To: []string{"ben"}, Kind: "review", Title: "Look"}
	with := func(change func(*Draft)) Draft {
		d := fine
		change(&d)
		return d
	}
	for name, c := range map[string]struct {
		path, token string
		body        any
		status      int
		code        string
	}{
		"login of nobody":  {"/api/login", "", Login{"eve"}, 401, "user_unknown"},
		"login of garbage": {"/api/login", "", "x", 400, "bad_request"},
		"too long":         {"/api/login", "", `"` + strings.Repeat("x", maxBody) + `"`, 400, "bad_request"},
		"no token":         {"/api/notifications", "", fine, 401, "token_invalid"},
		"forged token":     {"/api/notifications", forged, fine, 401, "token_invalid"},
		"unsigned token":   {"/api/notifications", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4iLCJleHAiOjk5OTk5OTk5OTl9.", fine, 401, "token_invalid"},
		"no JSON":          {"/api/notifications", token, "x", 400, "bad_request"},
		"to nobody":        {"/api/notifications", token, with(func(d *Draft) { d.To = nil }), 422, "invalid"},
		"to a stranger":    {"/api/notifications", token, with(func(d *Draft) { d.To = []string{"eve"} }), 422, "invalid"},
		"strange kind":     {"/api/notifications", token, with(func(d *Draft) { d.Kind = "spam" }), 422, "invalid"},
		"no title":         {"/api/notifications", token, with(func(d *Draft) { d.Title = " " }), 422, "invalid"},
		"long title":       {"/api/notifications", token, with(func(d *Draft) { d.Title = strings.Repeat("ü", maxTitle+1) }), 422, "invalid"},
		"long text":        {"/api/notifications", token, with(func(d *Draft) { d.Text = strings.Repeat("ü", maxText+1) }), 422, "invalid"},
	} {
		w := post(t, app, c.path, c.token, c.body)
		assert.Equal(t, c.status, w.Code, name)
		assert.Contains(t, w.Body.String(), `"code":"`+c.code+`"`, name)
	}
	w := post(t, app, "/api/notifications", token, with(func(d *Draft) { d.To = []string{"ben", "cleo", "ben"} }))
	assert.Equal(t, http.StatusCreated, w.Code)
	var made []Notification
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &made))
	assert.Len(t, made, 2, "to each once")
}

func TestFirstReceiptStays(t *testing.T) {
	d := newDesks(t.Context())
	n := d.add("ann", Draft{To: []string{"ben"}})[0]
	for want, on := range []string{"phone", "computer"} {
		got, news := d.read(n, on)
		assert.Equal(t, want == 0, news)
		assert.Equal(t, "phone", got.ReadOn)
		assert.Error(t, n.open.Err(), "nobody is asked any more")
	}
	desk, unread := d.view("ben")
	assert.Len(t, desk.Read, 1)
	assert.Empty(t, unread)
}

func TestDeskKeepsTheNewest(t *testing.T) {
	d := newDesks(t.Context())
	first := d.add("ann", Draft{To: []string{"ben"}})[0]
	other := d.add("ann", Draft{To: []string{"cleo"}})[0]
	for range keep {
		d.add("ann", Draft{To: []string{"ben"}})
	}
	assert.Error(t, first.open.Err(), "nobody is asked any more")
	assert.NoError(t, other.open.Err())
	_, unread := d.view("ben")
	assert.Len(t, unread, keep)
	assert.Equal(t, first.ID+2, unread[0].ID)
}
