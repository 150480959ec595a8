// example_front_test.go: what stands before the sessions: paths, and who may open one.

package everwire_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/everwire/everwire"
)

// A server that asks for a key, tells load balancers the session by a cookie, and
// answers at its path with and without the trailing slash.
func ExampleConfig_opening() {
	srv, err := everwire.New(everwire.Config{
		CheckRequest: func(r *http.Request) error {
			if r.URL.Query().Get("key") != "open sesame" {
				return errors.New("which key?")
			}
			return nil
		},
		Cookie:      &http.Cookie{Name: "node", Path: "/socket.io", HttpOnly: true},
		NewID:       func(*http.Request) (string, error) { return "not-random-enough", nil },
		Compression: everwire.Compression{Polling: true},
	})
	if err != nil {
		panic(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/socket.io", srv)
	mux.Handle("/socket.io/", srv)
	web := httptest.NewServer(mux)
	defer web.Close()

	for _, target := range []string{"/socket.io/?EIO=4&transport=polling", "/socket.io?EIO=4&transport=polling&key=open+sesame"} {
		res, err := http.Get(web.URL + target)
		if err != nil {
			panic(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil {
			panic(err)
		}
		fmt.Println(res.StatusCode, res.Header.Get("Set-Cookie"), string(body))
	}
	// Output:
	// 403  {"code":4,"message":"which key?"}
	// 200 node=not-random-enough; Path=/socket.io; HttpOnly 0{"sid":"not-random-enough","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}
}
