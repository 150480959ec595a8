package main

import (
	"net/http"
	"net/http/httptest"
	"os/exec"
	"regexp"
	"testing"

	"github.com/everwire/everwire"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestPage asks for the page and for all that it names.
func TestPage(t *testing.T) {
	srv, err := everwire.New(everwire.Config{})
	require.NoError(t, err)
	openChat(srv, newHouse())
	router := newRouter(srv)
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		router.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w
	}

	page := get("/")
	require.Equal(t, http.StatusOK, page.Code)
	assert.Contains(t, page.Header().Get("Content-Security-Policy"), "default-src 'self'")
	parts := regexp.MustCompile(`(?:src|href)="(/[^"]*)"`).FindAllStringSubmatch(page.Body.String(), -1)
	require.NotEmpty(t, parts)
	for _, part := range parts {
		if part[1] != "/client/socket.io.min.js" { // there after npm ci
			assert.Equal(t, http.StatusOK, get(part[1]).Code, part[1])
		}
	}
	assert.Equal(t, http.StatusNotFound, get("/nothing").Code)
	assert.Contains(t, get("/socket.io/?EIO=4&transport=polling").Body.String(), `"upgrades":["websocket"]`)
}

// TestTypes fails when events.ts is not what `go generate` would write.
func TestTypes(t *testing.T) {
	out, err := exec.Command("go", "run", "github.com/everwire/everwire/gen", "-check", "-o", "events.ts", ".").CombinedOutput()
	require.NoError(t, err, "%s", out)
}
