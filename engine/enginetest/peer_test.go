// peer_test.go: a peer against a server that answers each message.

package enginetest_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/engine/enginetest"
)

// echo is a handler whose sessions send back what they get.
type echo struct {
	refuse error
	closed chan engine.CloseReason
}

func (h echo) Open(s *engine.Session) (engine.Receiver, error) {
	s.Joined()
	return receiver{h, s}, h.refuse
}

type receiver struct {
	echo
	s *engine.Session
}

func (r receiver) Receive(p eio.Packet) error {
	p.Data = append([]byte(nil), p.Data...)
	return r.s.Send(engine.NewMessage(p))
}

func (r receiver) Closed(why engine.CloseReason) { r.closed <- why }

func newServer(t *testing.T) (*engine.Server, chan engine.CloseReason) {
	h := echo{closed: make(chan engine.CloseReason, 1)}
	srv, err := engine.New(engine.Config{}, h, enginetest.Transport)
	require.NoError(t, err)
	return srv, h.closed
}

func TestPeerSpeaks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, _ := newServer(t)
		p := enginetest.Dial(t, srv)
		require.Contains(t, p.Open(), `"sid":"`+p.Session().ID()+`"`)
		require.NoError(t, p.Send("4hello"))
		require.NoError(t, p.SendBinary([]byte{1, 2}))
		require.Equal(t, "4hello", p.Next())
		require.Equal(t, eio.Binary([]byte{1, 2}), p.NextPacket())
		require.NoError(t, p.SendBinary(nil))
		require.Equal(t, "b", p.Next())
		require.ErrorIs(t, p.Send("?"), eio.ErrType)
		require.Empty(t, p.Waiting())
	})
}

func TestPeerAnswersPings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, closed := newServer(t)
		p := enginetest.Dial(t, srv)
		time.Sleep(10 * time.Minute)
		require.Equal(t, 1, srv.Sessions())

		p.Silence()
		require.Equal(t, "2", p.Next())
		<-p.Done()
		require.Equal(t, engine.PingTimeout, <-closed)
	})
}

func TestPeerStalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, _ := newServer(t)
		p := enginetest.Dial(t, srv)
		synctest.Wait()
		p.Stall()
		for _, m := range []string{"4a", "4b", "4c"} {
			require.NoError(t, p.Send(m))
			synctest.Wait()
		}
		require.Equal(t, []string{"4a"}, p.Waiting())
		p.Resume()
		require.Equal(t, "4b", p.Next())
		require.Equal(t, "4c", p.Next())
	})
}

func TestPeerEnds(t *testing.T) {
	for want, end := range map[engine.CloseReason]func(*enginetest.Peer){
		engine.TransportClose: (*enginetest.Peer).Close,
		engine.TransportError: (*enginetest.Peer).Cut,
		engine.ForcedClose:    func(p *enginetest.Peer) { p.Session().Close(engine.ForcedClose) },
	} {
		t.Run(string(want), func(t *testing.T) {
			srv, closed := newServer(t)
			p := enginetest.Dial(t, srv)
			require.NoError(t, p.Send("4last"))
			require.Equal(t, "4last", p.Next())
			end(p)
			<-p.Done()
			require.Equal(t, want, <-closed)
			require.Zero(t, srv.Sessions())
		})
	}
}

func TestPeerRefused(t *testing.T) {
	srv, err := engine.New(engine.Config{}, echo{refuse: errors.New("not today"), closed: make(chan engine.CloseReason, 1)}, enginetest.Transport)
	require.NoError(t, err)
	_, err = enginetest.DialRequest(t, srv, enginetest.Request())
	var refusal *engine.Error
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, "not today", refusal.Message)

	r := enginetest.Request()
	r.Header.Set("Origin", "http://evil.example")
	_, err = enginetest.DialRequest(t, srv, r)
	require.Equal(t, engine.ErrForbidden, err)

	w := httptest.NewRecorder()
	srv.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/?EIO=4&transport=memory", nil))
	require.Equal(t, http.StatusBadRequest, w.Code, "not from a peer")
}
