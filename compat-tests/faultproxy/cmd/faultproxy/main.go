// Faultproxy runs a proxy of package faultproxy until it is interrupted:
//
//	faultproxy -target 127.0.0.1:3000 -listen 127.0.0.1:3001 -up 20ms -down 80ms -cut 400ms
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os/signal"
	"syscall"

	"github.com/everwire/everwire/compat-tests/faultproxy"
)

func main() {
	var c faultproxy.Config
	flag.StringVar(&c.Target, "target", "", "host:port of the server")
	flag.StringVar(&c.Listen, "listen", "127.0.0.1:0", "host:port of the proxy; port 0 is a free one")
	flag.DurationVar(&c.Up.Delay, "up", 0, "delay from client to server")
	flag.DurationVar(&c.Down.Delay, "down", 0, "delay from server to client")
	roundTrip := flag.Duration("rtt", 0, "round trip, beside the delays")
	cut := flag.Duration("cut", 0, "time between two cuts of all connections; 0 is never")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	p, err := faultproxy.Listen(c)
	if err != nil {
		log.Fatal(err)
	}
	p.SetRoundTrip(*roundTrip)
	if *cut > 0 {
		p.CutEvery(*cut)
	}
	fmt.Println(p.Addr())
	<-ctx.Done()
	if err := p.Close(); err != nil {
		log.Fatal(err)
	}
}
