// pages_test.go: the policy of pages.

package site

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPolicyNamesTheOwnHostAlone(t *testing.T) {
	for host, connect := range map[string]string{
		"localhost:3000":      "connect-src 'self' ws://localhost:3000 wss://localhost:3000;",
		"[::1]:3000":          "connect-src 'self' ws://[::1]:3000 wss://[::1]:3000;",
		"chat.example":        "connect-src 'self' ws://chat.example wss://chat.example;",
		"a;script-src *":      "connect-src 'self';",
		"a https://b.example": "connect-src 'self';",
		"":                    "connect-src 'self';",
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host = host
		w := httptest.NewRecorder()
		Guard(http.NotFoundHandler()).ServeHTTP(w, r)
		assert.Contains(t, w.Header().Get("Content-Security-Policy"), connect, host)
	}
}
