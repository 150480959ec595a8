// errors_test.go: what the official client says of refusals, as docs/proxies.md has it.

package proxies

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
)

// TestRefusals connects pages of other origins, and clients of an address with too many sessions.
func TestRefusals(t *testing.T) {
	needs(t, "node", "nginx")
	t.Parallel()
	const crowded = "Too many sessions without a namespace from this address"
	for _, row := range []struct {
		name, mode, origin, want string
	}{
		{"origin", "polling", "https://evil.example", `xhr poll error: HTTP 403 {"code":4,"message":"Forbidden"}`},
		{"origin", "websocket", "https://evil.example", `websocket error: Unexpected server response: 403`},
		{"crowd", "polling", "", `xhr poll error: HTTP 429 {"code":4,"message":"` + crowded + `"}`},
		{"crowd", "websocket", "", `websocket error: Unexpected server response: 429`},
	} {
		t.Run(row.name+" "+row.mode, func(t *testing.T) {
			t.Parallel()
			b := newBackend(t, everwire.Config{MaxUnjoined: 1}, nil)
			p := startProxy(t, "nginx", recommended(t, "nginx"), b.Addr)
			require.Equal(t, 200, p.poller(t, "127.0.0.1").get(t, "transport=polling").status)
			c := b.client(row.mode, "echo")
			c.url, c.origin = p.URL(), row.origin
			require.Equal(t, row.want, c.run(t).Refused)
		})
	}
}
