// Package sitetest tests what all examples have in common.
package sitetest

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/examples/site"
)

// Page asks an app for its page and for all that this names: everything is there, and
// comes from the app; policy and sessions are there too.
func Page(t *testing.T, app site.App) {
	t.Helper()
	page := get(app, "/")
	require.Equal(t, http.StatusOK, page.Code)
	body := page.Body.String()
	assert.Contains(t, page.Header().Get("Content-Security-Policy"), "script-src 'self'")
	assert.NotRegexp(t, `<script>|<style>| style="| on\w+="|(?:src|href)="(?:/|https?:)`, body, "inline code and style, and addresses that are not relative")
	var parts []string
	for _, found := range regexp.MustCompile(`(?:src|href|srcset)="([^"#]+)"`).FindAllStringSubmatch(body, -1) {
		parts = append(parts, found[1])
		if !strings.HasSuffix(found[1], "/") { // a link to another app
			assert.Equal(t, http.StatusOK, get(app, "/"+found[1]).Code, found[1])
		}
	}
	assert.Contains(t, parts, "site/site.css")
	assert.Equal(t, http.StatusNotFound, get(app, "/nothing").Code)
	if strings.Contains(body, `id="wire"`) {
		assert.Contains(t, get(app, "/socket.io/?EIO=4&transport=polling").Body.String(), `"upgrades":["websocket"]`)
	}
}

func get(app site.App, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	app.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}
