// handshake_test.go: what is left of an opening request that is not of the usual kind.

package namespace

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
)

func TestHandshakeAddress(t *testing.T) {
	for addr, want := range map[string]string{
		"192.0.2.1:5000":     "192.0.2.1",
		"[2001:db8::1]:5000": "2001:db8::1",
		"@":                  "@", // a Unix socket
		"":                   "",
	} {
		h := Handshake{request: &engine.Request{RemoteAddr: addr, Secure: true}}
		require.Equal(t, want, h.Address(), addr)
		require.True(t, h.Secure())
	}
}

func TestHandshakeWithoutAuth(t *testing.T) {
	var h Handshake
	auth := "kept"
	require.NoError(t, h.Auth(&auth))
	require.Equal(t, "kept", auth)
}
