// pages.go: the files of a page, and the headers that keep everything foreign out of it.

package site

import (
	"embed"
	"io/fs"
	"net/http"
	"regexp"
	"strings"
)

//go:embed web
var own embed.FS

// Pages serves an app's files, and below site/ those that all examples share.
func Pages(files fs.FS) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", http.FileServerFS(files))
	mux.Handle("/site/", http.StripPrefix("/site", http.FileServerFS(sub(own, "web"))))
	return Guard(mux)
}

// Web returns the folder web of what an app embeds.
func Web(embedded embed.FS) fs.FS { return sub(embedded, "web") }

func sub(f fs.FS, dir string) fs.FS {
	found, err := fs.Sub(f, dir)
	if err != nil {
		panic(err) // the name is wrong
	}
	return found
}

// Guard sets the headers of pages: scripts, styles and connections come from here alone,
// no text becomes HTML or code, nobody frames the page, and old copies are not used.
func Guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy(r.Host))
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-cache")
		next.ServeHTTP(w, r)
	})
}

var hostname = regexp.MustCompile(`^[A-Za-z0-9.-]+(:\d+)?$|^\[[0-9a-fA-F:]+\](:\d+)?$`)

// policy names the server's own WebSockets beside 'self', which older browsers take for
// HTTP alone.
func policy(host string) string {
	connect := "connect-src 'self'"
	if hostname.MatchString(host) {
		connect += " ws://" + host + " wss://" + host
	}
	return strings.Join([]string{
		"default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", connect,
		"base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'",
	}, "; ")
}
