// serve.go: the files over HTTP.

package clientjs

import (
	"net/http"
	"path"
	"strconv"
	"strings"
)

// Serves reports whether r asks for one of the files: its path ends with their name.
func Serves(r *http.Request) bool {
	return files()[path.Base(r.URL.Path)] != nil && !strings.HasSuffix(r.URL.Path, "/")
}

// Handler serves the files by the last element of the path; it does not look at the query. Other paths are 404, other
// methods than GET and HEAD 405. Answers have an ETag and may be cached, but are asked for again; they are compressed
// with brotli or gzip if the client takes that. Who mounts it adds CORS headers, if other origins may load the files as
// modules or with an integrity check.
func Handler() http.Handler { return http.HandlerFunc(serve) }

func serve(w http.ResponseWriter, r *http.Request) {
	name := path.Base(r.URL.Path)
	f := files()[name]
	switch {
	case f == nil:
		http.NotFound(w, r)
		return
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "public, max-age=0")
	h.Set("ETag", f.etag)
	h.Add("Vary", "Accept-Encoding")
	h.Set("X-Content-Type-Options", "nosniff")
	if matches(r.Header.Get("If-None-Match"), f.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body, encoding := f.choose(r.Header.Values("Accept-Encoding"))
	h.Set("Content-Type", contentType(name))
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if encoding != "" {
		h.Set("Content-Encoding", encoding)
	}
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // the client may be gone
	}
}

// matches reports whether a list of entity tags, strong or weak, has this one. It is compared weakly.
func matches(list, etag string) bool {
	for _, t := range strings.Split(list, ",") {
		if t = strings.TrimSpace(t); t == "*" || strings.TrimPrefix(t, "W/") == etag {
			return true
		}
	}
	return false
}

// choose returns the smallest form of the file that the client takes.
func (f *file) choose(accept []string) (body []byte, encoding string) {
	q := qualities(accept)
	switch {
	case q.of("br") > 0:
		return f.brotli, "br"
	case q.of("gzip") > 0:
		return f.gzip, "gzip"
	}
	return f.plain, ""
}

type quality map[string]float64

// qualities reads Accept-Encoding. What is malformed counts as not wanted.
func qualities(accept []string) quality {
	q := quality{}
	for _, item := range strings.Split(strings.Join(accept, ","), ",") {
		name, param, _ := strings.Cut(item, ";")
		weight := 1.0
		if param = strings.TrimSpace(param); param != "" {
			v, err := strconv.ParseFloat(strings.TrimPrefix(strings.ToLower(param), "q="), 64)
			if err != nil {
				v = 0
			}
			weight = v
		}
		q[strings.ToLower(strings.TrimSpace(name))] = weight
	}
	return q
}

// of returns the weight of an encoding: its own, else that of "*".
func (q quality) of(name string) float64 {
	if w, ok := q[name]; ok {
		return w
	}
	return q["*"]
}
