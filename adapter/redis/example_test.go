// example_test.go: a server in a cluster, and a process beside it.

package redis_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/adapter/redis"
)

// Servers that share a Redis, in Go or in Node, are one.
func ExampleNew() {
	client := goredis.NewClient(&goredis.Options{Addr: "localhost:6379"})
	cluster, err := redis.New(redis.Config{Client: client})
	if err != nil {
		log.Fatal(err)
	}
	srv, err := everwire.New(everwire.Config{Adapter: cluster})
	if err != nil {
		log.Fatal(err)
	}
	srv.OnConnect(func(c *everwire.Ctx) error {
		ctx, cancel := context.WithTimeout(c, time.Second)
		defer cancel()
		n, err := srv.CountSockets(ctx) // on all nodes
		if err != nil {
			return err
		}
		return srv.Emit("online", n)
	})
	log.Fatal(http.ListenAndServe(":3000", srv))
}

// A job that holds no connections tells the users of a room.
func ExampleNewEmitter() {
	client := goredis.NewClient(&goredis.Options{Addr: "localhost:6379"})
	emitter, err := redis.NewEmitter(redis.Config{Client: client})
	if err != nil {
		log.Fatal(err)
	}
	if err := emitter.To("user:7").Emit("report", "ready"); err != nil {
		fmt.Println(err)
	}
	if err := emitter.Close(); err != nil {
		fmt.Println(err)
	}
}
