package clientjs_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	clientjs "github.com/everwire/everwire/client-js"
)

func get(path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	clientjs.Handler().ServeHTTP(w, r)
	return w
}

func onDisk(t *testing.T, name string) []byte {
	b, err := os.ReadFile("dist/" + name)
	require.NoError(t, err)
	return b
}

func TestFiles(t *testing.T) {
	for _, name := range clientjs.Names() {
		w := get("/socket.io/" + name + "?v=1")
		assert.Equal(t, http.StatusOK, w.Code, name)
		assert.Equal(t, "public, max-age=0", w.Header().Get("Cache-Control"), name)
		assert.Empty(t, w.Header().Get("Content-Encoding"), name)
		assert.Equal(t, onDisk(t, name), w.Body.Bytes(), name)
		if strings.HasSuffix(name, ".map") {
			assert.Equal(t, "application/json; charset=utf-8", w.Header().Get("Content-Type"))
			assert.True(t, json.Valid(w.Body.Bytes()), name)
			continue
		}
		assert.Equal(t, "application/javascript; charset=utf-8", w.Header().Get("Content-Type"))
		assert.Contains(t, w.Body.String(), "//# sourceMappingURL="+name+".map", name)
		sum := sha512.Sum384(w.Body.Bytes())
		assert.Equal(t, "sha384-"+base64.StdEncoding.EncodeToString(sum[:]), clientjs.Integrity(name))
	}
	assert.Empty(t, clientjs.Integrity("other.js"))
}

func TestEncodings(t *testing.T) {
	const name = "socket.io.min.js"
	for accept, want := range map[string]string{
		"": "", "gzip": "gzip", "gzip, deflate, br": "br", "br;q=0, gzip;q=0.5": "gzip", "*": "br", "identity": "", "br;q=x": "",
		"GZIP": "gzip", "deflate": "", "*;q=0": "",
	} {
		w := get("/"+name, "Accept-Encoding", accept)
		assert.Equal(t, want, w.Header().Get("Content-Encoding"), accept)
		assert.Equal(t, "Accept-Encoding", w.Header().Get("Vary"), accept)
		switch want {
		case "br":
			assert.Equal(t, onDisk(t, name+".br"), w.Body.Bytes())
		case "gzip":
			r, err := gzip.NewReader(w.Body)
			require.NoError(t, err)
			plain, err := io.ReadAll(r)
			require.NoError(t, err)
			assert.True(t, bytes.Equal(onDisk(t, name), plain))
		}
	}
}

func TestNotModified(t *testing.T) {
	etag := get("/socket.io.js").Header().Get("ETag")
	require.Regexp(t, `^"\w{24}"$`, etag)
	for _, match := range []string{etag, "W/" + etag, `"other", ` + etag, "*"} {
		w := get("/socket.io.js", "If-None-Match", match)
		assert.Equal(t, http.StatusNotModified, w.Code, match)
		assert.Empty(t, w.Body.Bytes(), match)
		assert.Equal(t, etag, w.Header().Get("ETag"))
	}
	assert.Equal(t, http.StatusOK, get("/socket.io.js", "If-None-Match", `"other"`).Code)
	assert.NotEqual(t, etag, get("/socket.io.min.js").Header().Get("ETag"))
}

func TestOtherRequests(t *testing.T) {
	assert.Equal(t, http.StatusNotFound, get("/socket.io/").Code)
	assert.Equal(t, http.StatusNotFound, get("/socket.io/other.js").Code)
	assert.Equal(t, http.StatusNotFound, get("/socket.io.js.gz").Code)
	for method, status := range map[string]int{http.MethodPost: 405, http.MethodHead: 200} {
		w := httptest.NewRecorder()
		clientjs.Handler().ServeHTTP(w, httptest.NewRequest(method, "/socket.io.js", nil))
		assert.Equal(t, status, w.Code, method)
		if method == http.MethodHead {
			assert.Empty(t, w.Body.Bytes())
		}
	}
	for path, want := range map[string]bool{"/a/socket.io.js": true, "/socket.io/": false, "/socket.io.js/": false, "/x.js": false} {
		assert.Equal(t, want, clientjs.Serves(httptest.NewRequest(http.MethodGet, path, nil)), path)
	}
}
