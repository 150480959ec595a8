// tokens.go: who somebody is, as a signed token says.

package app

import (
	"crypto/rand"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/everwire/everwire"
)

const tokenLife = 8 * time.Hour

// tokens signs and checks. Its key is made anew with each start, so that the tokens of
// before are void then; an application of yours reads it from its configuration.
type tokens struct{ key []byte }

func newTokens() *tokens {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	return &tokens{key}
}

func (t *tokens) grant(id string) (Grant, error) {
	expires := time.Now().Add(tokenLife)
	claims := jwt.RegisteredClaims{Subject: id, ExpiresAt: jwt.NewNumericDate(expires)}
	signed, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(t.key)
	return Grant{Token: signed, Expires: expires.UnixMilli()}, err
}

// check returns whose token it is. The error may be shown to anybody.
func (t *tokens) check(signed string) (*everwire.Identity, error) {
	var claims jwt.RegisteredClaims
	_, err := jwt.ParseWithClaims(signed, &claims, func(*jwt.Token) (any, error) { return t.key, nil },
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithExpirationRequired())
	if err != nil || find(claims.Subject) < 0 {
		return nil, &everwire.Error{Code: "token_invalid", Message: "Please log in again."}
	}
	return &everwire.Identity{ID: claims.Subject, Expires: claims.ExpiresAt.Time}, nil
}
