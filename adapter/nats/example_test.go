// example_test.go: a server in a cluster over NATS, and a process beside it.

package nats_test

import (
	"log"
	"net/http"

	natsgo "github.com/nats-io/nats.go"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/adapter/cluster"
	"github.com/everwire/everwire/adapter/nats"
)

// Servers that share a NATS are one.
func ExampleNew() {
	conn, err := natsgo.Connect("nats://localhost:4222", nats.Options()...)
	if err != nil {
		log.Fatal(err)
	}
	bus, err := nats.New(nats.Config{Conn: conn})
	if err != nil {
		log.Fatal(err)
	}
	srv, err := everwire.New(everwire.Config{Adapter: cluster.Over(bus, cluster.Config{})})
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe(":3000", srv))
}

// A job that holds no connections tells the users of a room.
func ExampleBus() {
	conn, err := natsgo.Connect("nats://localhost:4222", nats.Options()...)
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	bus, err := nats.New(nats.Config{Conn: conn})
	if err != nil {
		log.Fatal(err)
	}
	emitter, err := cluster.NewEmitter(bus, cluster.Config{})
	if err != nil {
		log.Fatal(err)
	}
	if err := emitter.To("user:7").Emit("report", "ready"); err != nil {
		log.Println(err)
	}
	if err := bus.Close(); err != nil { // what was sent has left
		log.Println(err)
	}
}
