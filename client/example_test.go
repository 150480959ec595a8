// example_test.go: a program that talks to a server.

package client_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/client"
)

func Example() {
	// Events, as client and server share them.
	const (
		Said  = everwire.Event[string]("said")
		Shout = everwire.RPC[string, string]("shout")
	)

	srv, err := everwire.New(everwire.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	srv.OnConnect(func(c *everwire.Ctx) error { return Said.Emit(c.Socket(), "welcome") })
	everwire.Handle(srv, Shout, func(_ *everwire.Ctx, s string) (string, error) { return strings.ToUpper(s), nil })
	web := httptest.NewServer(srv)
	defer web.Close()

	c, err := client.New(web.URL, client.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	heard := make(chan string, 1)
	client.On(c, Said, func(_ context.Context, s string) error {
		heard <- s
		return nil
	})
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := c.Connect(ctx); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(<-heard)
	fmt.Println(Shout.Call(ctx, c, "hello"))
	fmt.Println(c.Close(ctx))
	// Output:
	// welcome
	// HELLO <nil>
	// <nil>
}
