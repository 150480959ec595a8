// messages_test.go: messages that the documents quote are those that somebody says.

package docs

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
)

const troubles = "docs/troubleshooting.md"

var (
	quoted  = regexp.MustCompile("`([^`]+)`")
	symptom = regexp.MustCompile(`(?m)^### (.*)$`)
)

// symptoms are the messages in the headings of the document.
func symptoms(t *testing.T) (list []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, troubles))
	require.NoError(t, err)
	for _, heading := range symptom.FindAllStringSubmatch(string(text), -1) {
		for _, m := range quoted.FindAllStringSubmatch(heading[1], -1) {
			list = append(list, m[1])
		}
	}
	require.Greater(t, len(list), 15)
	return list
}

// TestMessages finds each message in the sources of the library, its clients or the official ones, or hears Chromium say it.
func TestMessages(t *testing.T) {
	needs(t, "node", "chromium")
	t.Parallel()
	said := heard(t)
	all := said + sources(t)
	for _, message := range symptoms(t) {
		if !strings.Contains(all, message) {
			t.Errorf("nobody says %q; Chromium said\n%s", message, said)
		}
	}
	require.NotContains(t, all, "nobody says this"+" anywhere")
}

// sources are all texts that we and the official clients are made of.
func sources(t *testing.T) string {
	t.Helper()
	var text strings.Builder
	read := func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go") {
			return err
		}
		if ext := filepath.Ext(path); ext == ".go" || ext == ".js" {
			file, err := os.ReadFile(path)
			text.Write(file)
			return err
		}
		return nil
	}
	for _, folder := range []string{
		"engine", "transport", "namespace", "client", "adapter", "client-js/src", "compat-tests/node_modules/socket.io-client/build/cjs",
		"compat-tests/node_modules/engine.io-client/build/cjs", "compat-tests/node_modules/ws/lib",
	} {
		require.NoError(t, filepath.WalkDir(filepath.Join(root, folder), read))
	}
	// What is quoted in a program has backslashes; what is put together there has gaps.
	return strings.ReplaceAll(text.String(), `\"`, `"`)
}

// heard is what Chromium says to WebSockets that fail, in five ways.
func heard(t *testing.T) string {
	t.Helper()
	srv, err := everwire.New(everwire.Config{})
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle("/socket.io/", srv)
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<!doctype html>") })
	web := httptest.NewServer(mux)
	defer web.Close()
	secure := httptest.NewTLSServer(mux)
	defer secure.Close()

	cmd := exec.CommandContext(t.Context(), "node", "messages.mjs", web.URL+"/", freeAddr(t), cutter(t), secure.URL+"/")
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	require.NoError(t, err, "%s", &complaints)
	var all strings.Builder
	lines := 0
	for line := range bytes.Lines(out) {
		var c struct {
			Name, Result string
			Said         []string
		}
		require.NoError(t, json.Unmarshal(line, &c), "%s", line)
		all.WriteString(c.Name + ": " + c.Result + "\n" + strings.Join(c.Said, "\n") + "\n")
		lines++
	}
	require.Equal(t, 5, lines)
	return all.String()
}

// cutter is the address of somebody who takes connections and ends them in the middle of the handshake.
func cutter(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() { // ends with the listener
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = http.ReadRequest(bufio.NewReader(nc)) // what is not read would make it a reset
			_ = nc.Close()
		}
	}()
	return l.Addr().String()
}
