// example_test.go: the way of an event with an attachment.

package sio_test

import (
	"fmt"

	"github.com/everwire/everwire/namespace/sio"
)

func ExampleJSON() {
	type Photo struct {
		Title string `json:"title"`
		Image []byte `json:"image"`
	}
	var codec sio.JSON
	header := sio.Header{Type: sio.Event, Namespace: "/album", Event: "photo"}
	packets, err := codec.Encode(nil, header, "ann", Photo{"Cat", []byte("meow")})
	if err != nil {
		panic(err)
	}
	decoder := codec.NewDecoder() // of the peer
	for _, p := range packets {
		fmt.Printf("%s\n", p.Data)
		pkt, done, err := decoder.Decode(p)
		if err != nil {
			panic(err)
		}
		if !done {
			continue // an attachment follows
		}
		var from string
		var photo Photo
		if err := pkt.Body.Bind(0, &from, &photo); err != nil {
			panic(err)
		}
		fmt.Printf("%s in %s from %s: %s, %s\n", pkt.Event, pkt.Namespace, from, photo.Title, photo.Image)
	}
	// Output:
	// 51-/album,["photo","ann",{"title":"Cat","image":{"_placeholder":true,"num":0}}]
	// meow
	// photo in /album from ann: Cat, meow
}
