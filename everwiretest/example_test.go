// example_test.go: how the package is used. In a test t is its *testing.T.

package everwiretest_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/client"
	"github.com/everwire/everwire/everwiretest"
)

// example stands in for the test that an example is not.
func example() (t testing.TB, end func()) {
	a := &attempt{name: "Example"}
	return a, func() { fmt.Print(a.end()) }
}

func ExampleStart() {
	t, end := example()
	defer end()
	app := newApp(t, everwire.Config{}) // any http.Handler with a server in it

	srv := everwiretest.Start(t, app)
	ann, bob := srv.Connect(t), srv.Connect(t, everwiretest.Over(client.Polling))
	inbox := everwiretest.Collect(bob, say)
	if err := say.Emit(ann, "hello"); err != nil {
		t.Fatalf("emit: %v", err)
	}
	fmt.Println(inbox.Next(t))
	// Output: hello
}

func ExampleServer_NewClient() {
	t, end := example()
	defer end()
	app := newApp(t, everwire.Config{})
	app.OnConnect(func(c *everwire.Ctx) error { return tick.Emit(c.Socket(), 1) })

	// What comes with the connection needs an inbox before it.
	c := everwiretest.Start(t, app).NewClient(t)
	ticks := everwiretest.Collect(c, tick)
	if err := c.Connect(context.Background()); err != nil {
		t.Fatalf("connect: %v", err)
	}
	fmt.Println(ticks.Next(t))
	// Output: 1
}

func ExampleInbox() {
	t, end := example()
	defer end()
	app := newApp(t, everwire.Config{})
	c := everwiretest.Start(t, app).Connect(t)
	ticks := everwiretest.Collect(c, tick)
	for n := range 10 {
		if err := tick.Emit(app, n); err != nil {
			t.Fatalf("emit: %v", err)
		}
	}
	fmt.Println(ticks.Next(t))
	fmt.Println(ticks.Await(t, func(n int) bool { return n > 5 }))
	fmt.Println(ticks.Await(t, func(n int) bool { return n == 9 }))
	ticks.None(t, time.Millisecond)
	// Output:
	// 0
	// 6
	// 9
}

func ExampleLine() {
	t, end := example()
	defer end()
	app := newApp(t, everwire.Config{})
	c := everwiretest.Start(t, app).Connect(t)
	socket, ticks := everwiretest.SocketOf(t, app, c), everwiretest.Collect(c, tick)

	c.Offline()
	if err := tick.Emit(socket, 1); err != nil { // waits in the session
		t.Fatalf("emit: %v", err)
	}
	ticks.None(t, time.Millisecond)
	c.Resume()
	fmt.Println(ticks.Next(t))
	// Output: 1
}

func ExampleServer_Stock() {
	t, end := example()
	defer end()
	p := everwiretest.Start(t, newApp(t, everwire.Config{})).Stock(t, client.Polling)
	p.Join(t, "/", "")
	p.Upgrade(t)
	if err := p.Send(`421["in","ops"]`); err != nil {
		t.Fatalf("send: %v", err)
	}
	fmt.Println(p.Next(t))
	// Output: 431[1]
}
