// client_test.go: rows about the Go client: whom it believes, and what it masks with.

package hostile

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"log/slog"
	"math/rand"
	"net"
	"net/http"
	"slices"
	"sync"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/client"
)

// connect has a Go client join the guest over one transport, and calls f if it could.
func (g *guest) connect(a *attack, o client.Options, f func(c *client.Client)) error {
	o.NoReconnect, o.Logger = true, slog.New(slog.DiscardHandler)
	c, err := client.New(g.web.URL, o)
	require.NoError(a, err)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	defer c.Close(ctx)
	if err := c.Connect(ctx); err != nil {
		return err
	}
	f(c)
	return nil
}

// strangersCertificate: nobody vouches for the certificate, which the client must notice on each transport.
func strangersCertificate(a *attack) {
	a.host(everwire.Config{}, nil, func(g *guest) {
		g.web.StartTLS()
		trusting := g.web.Client().Transport.(*http.Transport).TLSClientConfig
		for _, transport := range transports {
			var unknown *tls.CertificateVerificationError
			err := g.connect(a, client.Options{Transports: []string{transport}}, func(*client.Client) {})
			require.ErrorAs(a, err, &unknown, "%s", transport)
			require.Zero(a, g.Sessions(), "%s", transport)
			require.NoError(a, g.connect(a, client.Options{Transports: []string{transport}, TLS: trusting.Clone()}, func(*client.Client) {}), "%s", transport)
			a.until("the client has left", func() bool { return g.Sessions() == 0 })
		}
	})
}

// A spy records what is written to a connection.
type spy struct {
	net.Conn
	mu   sync.Mutex // guards sent
	sent bytes.Buffer
}

func (s *spy) Write(b []byte) (int, error) {
	s.mu.Lock()
	s.sent.Write(b)
	s.mu.Unlock()
	return s.Conn.Write(b)
}

// masks returns those of the frames that were written.
func (s *spy) masks(a *attack) (all [][4]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, b, ok := bytes.Cut(s.sent.Bytes(), []byte("\r\n\r\n"))
	require.True(a, ok)
	for len(b) > 0 {
		require.NotZero(a, b[1]&0x80, "a frame without a mask")
		n, head := int(b[1]&0x7f), 2
		require.Less(a, n, 126, "a longer frame than was sent")
		all = append(all, [4]byte(b[head:head+4]))
		b = b[head+4+n:]
	}
	return all
}

// foretoldMasks: who can foretell the masks of a client can have it write bytes of his choice through a proxy that takes
// them for HTTP.
func foretoldMasks(a *attack) {
	const frames = 4000
	a.host(everwire.Config{}, nil, func(g *guest) {
		g.web.Start()
		g.On("e", func(*everwire.Ctx) error { return nil })
		spied := &spy{}
		dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
			c, err := (&net.Dialer{}).DialContext(ctx, network, addr)
			spied.Conn = c
			return spied, err
		}
		err := g.connect(a, client.Options{Transports: []string{websocket}, NoResume: true, Dial: dial}, func(c *client.Client) {
			const e = everwire.Event[string]("e")
			for range frames {
				require.NoError(a, e.Emit(c, "the same"))
			}
			a.until("all is sent", func() bool { return bytes.Count(spied.copy(), []byte{0x81}) >= frames })
		})
		require.NoError(a, err)
		masks := spied.masks(a)
		require.GreaterOrEqual(a, len(masks), frames)
		a.random(masks)
	})
}

func (s *spy) copy() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Clone(s.sent.Bytes())
}

// random: each byte, and its step from that of the mask before, is spread evenly, and the masks are not what the generator
// gives that was not seeded.
func (a *attack) random(masks [][4]byte) {
	for i := range 4 {
		var values, steps [256]int
		for j, m := range masks {
			values[m[i]]++
			if j > 0 {
				steps[m[i]-masks[j-1][i]]++
			}
		}
		a.even(values, len(masks), "byte %d", i)
		a.even(steps, len(masks)-1, "steps of byte %d", i)
	}
	unseeded := rand.New(rand.NewSource(1))
	var known []byte
	for range 10 * len(masks) {
		known = binary.LittleEndian.AppendUint32(known, unseeded.Uint32())
	}
	first := slices.Concat(masks[0][:], masks[1][:], masks[2][:])
	require.False(a, bytes.Contains(known, first), "the masks are those of an unseeded generator")
}
