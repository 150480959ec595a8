// principal_test.go: requests of a session by somebody else than its user.

package engine_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
)

func TestPrincipal(t *testing.T) {
	w := newWorld(t, engine.Config{Principal: func(r *http.Request) (string, error) {
		user := r.Header.Get("User")
		if user == "" {
			return "", errors.New("nobody")
		}
		return user, nil
	}})
	as := func(user string) func(*http.Request) { return func(r *http.Request) { r.Header.Set("User", user) } }
	const forbidden = `Forbidden {"code":4,"message":"Forbidden"}`
	require.Equal(t, forbidden, answer(w.do(http.MethodGet, handshake, "")))
	rec := w.do(http.MethodGet, handshake, "", as("ann"))
	k := &client{w, w.last(), sidOf(t, rec.Body.String())}
	k.say("secret")
	require.Equal(t, forbidden, k.poll(as("bob")))
	require.Equal(t, forbidden, k.poll())
	require.Equal(t, forbidden, k.post("4forged", as("bob")))
	require.Equal(t, "4secret", k.poll(as("ann")), "no harm was done")
	require.Empty(t, k.messages())
	require.Empty(t, k.closed())

	const race = handshake + "&resume=1&rid=abcdefghijklmnopqrstuv"
	require.Equal(t, http.StatusOK, w.do(http.MethodGet, race, "", as("ann")).Code)
	require.Equal(t, forbidden, answer(w.do(http.MethodGet, race+"&at=1", "", as("bob"))))
	require.Equal(t, http.StatusOK, w.do(http.MethodGet, race+"&at=1", "", as("ann")).Code)
	require.Equal(t, 2, w.srv.Sessions())
}
