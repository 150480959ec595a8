// presence_test.go: what is told of connections that come and go.

package namespace

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/enginetest"
)

// opener hands out the clients that it opens.
type opener struct {
	*Registry
	opened chan *client
}

func (o opener) Open(s *engine.Session) (engine.Receiver, error) {
	r, err := o.Registry.Open(s)
	o.opened <- r.(*client)
	return r, err
}

func TestPresence(t *testing.T) {
	g, err := NewRegistry(Config{})
	require.NoError(t, err)
	told := make(chan string, 9)
	g.Main().OnConnect(func(*Ctx) error { told <- "connected"; return nil })
	g.Main().OnSuspend(func(*Ctx) { told <- "suspended" })
	g.Main().OnResume(func(*Ctx) { told <- "resumed" })
	o := opener{g, make(chan *client, 1)}
	srv, err := engine.New(engine.Config{}, o, enginetest.Transport)
	require.NoError(t, err)
	p := enginetest.Dial(t, srv)
	c := <-o.opened

	c.Suspended() // a CONNECT may come by a POST that has outlived its connection
	require.NoError(t, p.Send("40"))
	require.Equal(t, "connected", <-told)
	require.Equal(t, "suspended", <-told)
	c.Resumed()
	require.Equal(t, "resumed", <-told)
	c.Resumed()
	c.Suspended()
	require.Equal(t, "suspended", <-told)
	require.Empty(t, told)
}
