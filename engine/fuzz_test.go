// fuzz_test.go: what strangers write into a URL and into headers.

package engine

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever the query is, what is read of it is what net/url reads, and a number is one.
func FuzzParams(f *testing.F) {
	for _, query := range []string{
		"EIO=4&transport=polling", "EIO=4&transport=sse&sid=abc&resume=1&at=1&ack=2&p=3&n=4", "resume=1&at=9007199254740993", "resume=1&at=",
		"resume=1&rid=abcdefghijklmnopqrstuv", "at=x&sid=&sid=y", "%73id=x", "a;sid=x", "sid=%00&resume=1&at=1&at=1", "=&&=&resume=1",
	} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		p, refusal := parseParams(query)
		values := map[string][]string{}
		for pair := range strings.SplitSeq(query, "&") {
			k, v, _ := strings.Cut(pair, "=")
			values[k] = append(values[k], v)
		}
		for _, name := range []string{"EIO", "sid", "transport"} {
			if len(values[name]) > 1 {
				require.Equal(t, ErrBadRequest, refusal, "%s twice", name)
				return
			}
		}
		first := func(name string) string { return append(values[name], "")[0] }
		require.Equal(t, first("transport"), p.transport)
		require.Equal(t, first("sid"), p.sid)
		require.Equal(t, first("EIO"), p.eio)
		if !p.resume {
			require.Nil(t, refusal, "without the extension its parameters mean nothing")
			return
		}
		if refusal != nil {
			return
		}
		require.Equal(t, []string{"1"}, values["resume"])
		for name, n := range map[string]number{"at": p.at, "ack": p.ack, "n": p.n, "p": p.p} {
			require.LessOrEqual(t, len(values[name]), 1, name)
			require.Equal(t, len(values[name]) == 0, n == absent, name)
			require.LessOrEqual(t, n, number(maxNumber))
		}
	})
}

// A page is let in only when its origin's host is ours, or its origin is listed.
func FuzzOrigin(f *testing.F) {
	for _, c := range [][2]string{
		{"http://good.example", "good.example"}, {"https://GOOD.example:443", "good.example"}, {"http://good.example`.evil.example", "good.example"},
		{"http://evil-good.example", "good.example"}, {"http://good.example@evil.example", "good.example"}, {"null", "null"}, {"//good.example", "good.example"},
		{"http://[::1]:80", "[::1]"}, {"http://listed.example", "x"}, {"http://good.example/", "good.example"}, {"http:good.example", "good.example"},
	} {
		f.Add(c[0], c[1])
	}
	listed, err := parseOrigins([]string{"http://listed.example"})
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, origin, host string) {
		verdict := listed.check(&http.Request{Host: host, Header: http.Header{"Origin": {origin}}})
		u, err := url.Parse(origin)
		switch verdict {
		case sameOrigin:
			if origin == "" {
				return // no page
			}
			require.NoError(t, err)
			require.Contains(t, []string{"http", "https"}, strings.ToLower(u.Scheme))
			require.Nil(t, u.User)
			bare := strings.ToLower(strings.TrimSuffix(strings.TrimSuffix(u.Host, ":80"), ":443"))
			require.Equal(t, bare, strings.ToLower(strings.TrimSuffix(strings.TrimSuffix(host, ":80"), ":443")))
		case crossAllowed:
			require.NoError(t, err)
			require.Equal(t, "http", strings.ToLower(u.Scheme))
			require.Equal(t, "listed.example", strings.TrimSuffix(strings.ToLower(u.Host), ":80"))
		}
	})
}

// A header that is packed and unpacked is the same, as far as net/http lets it in.
func FuzzHeader(f *testing.F) {
	f.Add("Cookie", "a=b; c=d", "X-Other", "")
	f.Add("A", ":", "B", " \t")
	f.Fuzz(func(t *testing.T, k1, v1, k2, v2 string) {
		h := http.Header{}
		for _, kv := range [][2]string{{k1, v1}, {k2, v2}, {k1, v2}} {
			if kv[0] == "" || strings.ContainsAny(kv[0], ":\n\r") || strings.ContainsAny(kv[1], "\n\r") || skipped[kv[0]] {
				continue
			}
			h[kv[0]] = append(h[kv[0]], kv[1])
		}
		require.Equal(t, h, (&Request{header: packHeader(h)}).Header())
	})
}
