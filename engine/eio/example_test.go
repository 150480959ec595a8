// example_test.go: a payload written and read.

package eio_test

import (
	"fmt"

	"github.com/everwire/everwire/engine/eio"
)

// A long-polling answer with a text message and a binary one, written and read.
func Example() {
	var payload []byte
	payload = eio.AppendPayload(payload, 0, eio.Text([]byte("hello")))
	payload = eio.AppendPayload(payload, 0, eio.Binary([]byte{1, 2, 3}))
	fmt.Printf("%q\n", payload)

	for p, err := range eio.Packets(payload) {
		fmt.Printf("%v %q binary=%t %v\n", p.Type, p.Data, p.Binary, err)
	}
	// Output:
	// "4hello\x1ebAQID"
	// message "hello" binary=false <nil>
	// message "\x01\x02\x03" binary=true <nil>
}
