// origin.go: which web pages may talk to the server.

package engine

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// origins is the set of cross origins that are allowed.
type origins struct {
	any  bool
	null bool
	set  map[string]bool // "scheme://host:port", lower case, default port stripped
}

func parseOrigins(list []string) (o origins, err error) {
	o.set = make(map[string]bool, len(list))
	for _, s := range list {
		switch s {
		case "*":
			o.any = true
		case "null":
			o.null = true
		default:
			key, ok := canonicalOrigin(s)
			if !ok || strings.Contains(key, "*") {
				return o, fmt.Errorf(`engine: Config.Origins: %q is not an origin such as "https://app.example"; there are no patterns but "*"`, s)
			}
			o.set[key] = true
		}
	}
	return o, nil
}

// canonicalOrigin parses an Origin header: a scheme, a host and maybe a port, and
// nothing else.
func canonicalOrigin(s string) (string, bool) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "" || u.Host == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.Opaque != "" {
		return "", false
	}
	return strings.ToLower(u.Scheme) + "://" + canonicalHost(u.Host, u.Scheme), true
}

// canonicalHost lowers the case and strips the default port of the scheme.
func canonicalHost(host, scheme string) string {
	host = strings.ToLower(host)
	switch strings.ToLower(scheme) {
	case "http", "ws":
		return strings.TrimSuffix(host, ":80")
	case "https", "wss":
		return strings.TrimSuffix(host, ":443")
	}
	return host
}

// originVerdict is what the origin check found.
type originVerdict int

const (
	sameOrigin originVerdict = iota // no browser, or a page of this very host
	crossAllowed
	crossRefused
)

// check applies the rule of http.CrossOriginProtection, to every method and
// transport: Sec-Fetch-Site where the browser sends it, else the host and port of
// Origin against Host. A request without Origin does not come from a page.
func (o *origins) check(r *http.Request) originVerdict {
	origin := r.Header["Origin"]
	if len(origin) == 0 || len(origin) == 1 && origin[0] == "" {
		// A browser names no origin when another site's page loads us as an
		// image or by a "no-cors" fetch. It cannot read the answer, but it
		// would open a session.
		if site := r.Header["Sec-Fetch-Site"]; len(site) == 1 && site[0] == "cross-site" && !o.any {
			return crossRefused
		}
		return sameOrigin
	}
	if len(origin) > 1 {
		return crossRefused
	}
	if site := r.Header["Sec-Fetch-Site"]; len(site) == 1 && site[0] != "" {
		if site[0] == "same-origin" || site[0] == "none" {
			return sameOrigin
		}
	} else if sameHost(origin[0], r.Host) {
		return sameOrigin
	}
	return o.cross(origin[0])
}

func (o *origins) cross(origin string) originVerdict {
	if o.any || o.null && origin == "null" {
		return crossAllowed
	}
	if key, ok := canonicalOrigin(origin); ok && o.set[key] {
		return crossAllowed
	}
	return crossRefused
}

// sameHost compares the host and port of an origin with the Host header. The
// scheme is ignored: behind a proxy that ends TLS the server does not know it.
func sameHost(origin, host string) bool {
	u, err := url.Parse(origin)
	if err != nil || u.User != nil || u.Path != "" || u.Host == "" {
		return false
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		return canonicalHost(u.Host, u.Scheme) == canonicalHost(host, u.Scheme)
	}
	return false
}

// hintOrigin tells the operator which value would allow the page.
func (srv *Server) hintOrigin(r *http.Request) {
	srv.hint("a page of another origin was refused; to allow it, add the origin to Config.Origins",
		"origin", r.Header.Get("Origin"), "host", r.Host)
}
